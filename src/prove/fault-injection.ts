/** Performs parts of a run in a proof: a simulated host answers, and faults are injected. */
import { type Hook, type HookResult, hookName } from '../hook.ts';
import { guestWrites, type SimulatedHost, updateDomain } from '../host/simulated-host.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { LogRecord } from '../journal/run-log.ts';
import { isUp } from '../model/host-state.ts';
import { Interrupted, type Request, type RunPart } from '../run/requests.ts';
import { apply, bundleOf } from '../simulate/host.ts';
import {
  agentDies,
  daemonRestarts,
  guardThaws,
  guestDies,
  jobsDie,
  powerFails,
} from '../simulate/host-faults.ts';
import { surveyedState } from '../simulate/observed-host.ts';
import {
  CONTACT_LOST,
  cutShort,
  ENDED,
  GUEST_IS_OFF,
  HOOK_RESULTS,
  isAnswer,
  JOURNAL_FULL,
  PASSED,
  REFUSED,
  UNREAD,
} from './answers.ts';
import { type Fault, faultsOf } from './faults.ts';
import { actOfOthers, isAct } from './other-actors.ts';
import type { FaultPoint, PerformedPart, PerformOptions } from './performed-part.ts';
import { type ProofEnvironment, withEntry, wrongEntry } from './proof-environment.ts';

const BY_ITSELF = {};
/** No time passes on a simulated host. */
const NO_TIME = new Date(0).toISOString();

/** Performs a part of a run in a proof environment. */
export function performPart<T>(
  part: RunPart<T>,
  environment: ProofEnvironment,
  playing: PerformOptions,
): PerformedPart<T> {
  const stage = new Performer(environment, playing);
  let next = part.next();
  while (!next.done) {
    let answer: { readonly given: unknown } | { readonly thrown: unknown };
    try {
      answer = { given: stage.answer(next.value) };
    } catch (error) {
      if (error === ENDED) return stage.ended();
      // Any other error is a gap in the simulation, not an answer of the host.
      if (!isAnswer(error)) throw error;
      answer = { thrown: error };
    }
    next = 'given' in answer ? part.next(answer.given) : part.throw(answer.thrown);
  }
  return { ...stage.left(), result: { value: next.value } };
}

class Performer {
  #site: ProofEnvironment;
  readonly #playing: PerformOptions;
  readonly #points: FaultPoint[] = [];
  readonly #records: LogRecord[] = [];
  readonly #wrong: string[] = [];
  #synced = 0;
  /** Whether the user has left the run: blockplan ends once the result of the hook is recorded. */
  #isLeaving = false;

  constructor(environment: ProofEnvironment, playing: PerformOptions) {
    this.#site = environment;
    this.#playing = playing;
  }

  left(): PerformedPart<never> {
    return {
      environment: this.#site,
      result: undefined,
      points: this.#points,
      records: this.#records,
      wrong: this.#wrong,
    };
  }

  /** The thaw guard outlives blockplan, and needs a libvirt that answers. */
  ended(): PerformedPart<never> {
    if (this.#site.contact !== 'gone') this.#becomes(guardThaws, BY_ITSELF);
    return this.left();
  }

  answer(request: Request): unknown {
    const faults = faultsOf(request);
    if (faults.length === 0) return this.#plain(request);
    const at = this.#points.push({ at: this.#points.length, request, faults }) - 1;
    return this.#afflicted(request, this.#playing.injected.get(at));
  }

  #plain(request: Request): unknown {
    switch (request.ask) {
      case 'tell':
        return undefined;
      case 'headers':
        // An observation of a simulated host includes them already.
        return request.state;
      case 'interrupted':
        return this.#site.interrupted;
      case 'hook':
        return this.#runHook(request.hook);
      case 'append':
        return this.#append(request.entry, request.sync);
      case 'reconnect':
        if (this.#site.contact === 'lost') this.#site = { ...this.#site, contact: 'there' };
        return this.#site.contact === 'there';
    }
    if (this.#site.contact !== 'there') throw CONTACT_LOST;
    switch (request.ask) {
      case 'observe':
        this.#becomes(guestWrites, BY_ITSELF);
        return this.#playing.hosts.look(this.#site.host, request.files);
      case 'written':
        return {};
      case 'survey':
        return surveyedState(this.#site.host, request.state, request.files);
      case 'mark':
        // The marker is in the live XML, which only an active guest has.
        if (!isUp(this.#site.host.state)) throw GUEST_IS_OFF;
        this.#site = { ...this.#site, marked: true };
        return undefined;
      case 'marker':
        return this.#site.marked
          ? { run: PROOF_RUN, host: '', user: '', pid: 0, since: '' }
          : undefined;
      case 'unmark':
        this.#site = { ...this.#site, marked: false };
        return undefined;
      case 'bundle':
        return bundleOf(this.#site.host);
      case 'perform':
        this.#becomes(apply, request.effect);
        return undefined;
    }
  }

  /** A hook that may not be repeated is started at most once, whatever happens to blockplan. */
  #runHook(hook: Hook): HookResult {
    const name = hookName(hook);
    const { startedHooks } = this.#site;
    if (startedHooks.includes(name) && !hook.repeat) this.#wrong.push(`the ${name} is run again`);
    this.#site = { ...this.#site, startedHooks: [...startedHooks, name] };
    return PASSED;
  }

  #append(entry: JournalEntry, sync: boolean): void {
    const isLeft = entry.type === 'hook-finished' && this.#isLeaving;
    if (this.#site.journalFull) throw isLeft ? ENDED : JOURNAL_FULL;
    this.#records.push({ ...entry, seq: this.#records.length, time: NO_TIME });
    if (sync) this.#synced = this.#records.length;
    if (isLeft) throw ENDED;
    this.#wrong.push(...wrongEntry(this.#site, entry));
    this.#site = withEntry(this.#site, entry);
    // A lost definition can be restored from what the journal keeps.
    if (entry.type === 'kept')
      this.#site = {
        ...this.#site,
        host: this.#playing.hosts.after(this.#site.host, updateDomain, { kept: entry.bundle }),
      };
  }

  /** Changes the host by a pure function of it and of a cause. */
  #becomes<C extends object>(
    become: (host: SimulatedHost, cause: C) => SimulatedHost,
    cause: C,
  ): void {
    const host = this.#playing.hosts.after(this.#site.host, become, cause);
    if (host !== this.#site.host) this.#site = { ...this.#site, host };
    this.#wrong.push(...this.#playing.inspect(host));
  }

  #afflicted(request: Request, fault: Fault | undefined): unknown {
    if (fault === undefined) return this.#plain(request);
    if (request.ask === 'hook') return this.#afflictedHook(request.hook, fault);
    const [kind, when] = fault.split('-');
    if (when === 'before') this.#strike(kind ?? '');
    const forward = request.ask === 'perform' && request.direction === 'do';
    if (fault === 'interrupted-before' && forward) throw new Interrupted();
    if (fault === 'refused') throw REFUSED;
    if (fault === 'unread') this.#refuseQuery();
    if (fault === 'journal-full') this.#site = { ...this.#site, journalFull: true };
    if (fault === 'job-dies') this.#becomes(jobsDie, BY_ITSELF);
    if (fault === 'guest-paused') this.#pause();
    // A rollback ignores interruptions.
    if (fault === 'killed-during' || (fault === 'interrupted-during' && forward))
      return this.#during(request, kind ?? '');
    const given = fault === 'hollow' ? undefined : this.#plain(request);
    if (fault === 'job-dies-ready') this.#becomes(jobsDie, BY_ITSELF);
    if (when === 'after') this.#strike(kind ?? '');
    if (fault === 'refused-late') throw REFUSED;
    return given;
  }

  #afflictedHook(hook: Hook, fault: Fault): HookResult {
    if (fault === 'power-before') this.#strike('power');
    const passed = this.#runHook(hook);
    if (fault === 'killed-during') throw ENDED;
    if (fault === 'hook-changes') {
      const autostart = !this.#site.host.state.domain.autostart;
      this.#becomes(updateDomain, { autostart });
    }
    if (fault === 'interrupted-during' || fault === 'left-during')
      this.#site = { ...this.#site, interrupted: true };
    this.#isLeaving = fault === 'left-during';
    return HOOK_RESULTS[fault] ?? passed;
  }

  #refuseQuery(): never {
    this.#site = { ...this.#site, queryRefused: true };
    throw UNREAD;
  }

  /** Others do something; where libvirt refuses it, nothing has happened. */
  #strikeByOthers(kind: string): void {
    if (!isAct(kind)) throw new Error(`unknown kind of fault: ${kind}`);
    const act = { act: kind, ...this.#playing.disks };
    const { host } = this.#site;
    this.#becomes(actOfOthers, act);
    if (this.#site.host === host) return;
    // The marker is in the live XML.
    const marked = this.#site.marked && kind !== 'restarted';
    this.#site = { ...this.#site, marked, act };
  }

  #pause(): void {
    const { host } = this.#site;
    if (isUp(host.state)) this.#becomes(updateDomain, { state: 'paused' });
  }

  /** A job that is awaited continues by itself; a copy that is cut short leaves its file behind. */
  #during(request: Request, kind: string): never {
    const effect = request.ask === 'perform' ? request.effect : undefined;
    if (effect?.tool === 'qemu-img') this.#becomes(apply, cutShort(effect));
    if (kind === 'killed') throw ENDED;
    this.#site = { ...this.#site, interrupted: true };
    throw new Interrupted();
  }

  #strike(kind: string): void {
    switch (kind) {
      case 'daemon':
        this.#site = { ...this.#site, contact: 'lost' };
        this.#becomes(daemonRestarts, BY_ITSELF);
        throw CONTACT_LOST;
      case 'gone':
        this.#site = { ...this.#site, contact: 'gone' };
        throw CONTACT_LOST;
      case 'agent':
        this.#becomes(agentDies, BY_ITSELF);
        return;
      case 'thawed':
        this.#becomes(guardThaws, BY_ITSELF);
        return;
      case 'crash':
        this.#site = { ...this.#site, marked: false };
        this.#becomes(guestDies, BY_ITSELF);
        return;
      case 'power':
        this.#site = { ...this.#site, marked: false };
        this.#records.length = this.#synced;
        this.#becomes(powerFails, BY_ITSELF);
        throw ENDED;
      case 'killed':
        throw ENDED;
      case 'interrupted':
        this.#site = { ...this.#site, interrupted: true };
        return;
      default:
        this.#strikeByOthers(kind);
    }
  }
}

/** The run ID in every proof. */
export const PROOF_RUN = 'proof';
