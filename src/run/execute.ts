/** A live run: its requests are answered by libvirt on each host, the local disk and the user. */
import type { Driver, MadeFile } from '../commands/driver.ts';
import type { Progress } from '../commands/effect.ts';
import type { Direction, Listener, PhaseRef } from '../events.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { nextDirection, recoveryCommands, recoveryModesFrom } from '../journal/recovery-mode.ts';
import type { RunLog } from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import { eachHost, type OnHosts, ofHost } from '../model/hosts.ts';
import type { Marker } from '../model/marker.ts';
import { ownProcess } from '../processes.ts';
import { thisHost } from '../this-host.ts';
import type { AdmittedRun, RunJournal } from './admitted-run.ts';
import { guestNotice } from './guest-notice.ts';
import type { HookRunner } from './hook-runner.ts';
import { applyRecord } from './interrupted-run.ts';
import { JobProgress } from './job-progress.ts';
import { owedDefinition, saveDefinition } from './kept-definition.ts';
import { MarkerCheck } from './marker-check.ts';
import { OpenJobs } from './open-jobs.ts';
import { journalErrorText } from './perform-effect.ts';
import { lastFollowed } from './pivots-by-hand.ts';
import { continueRun } from './recovery.ts';
import {
  type HostRequest,
  Interrupted,
  type Request,
  type RunPart,
  type UntimedEvent,
} from './requests.ts';
import { runToEnd } from './run-loop.ts';
import { type Finish, home, initialRunState, type RunState } from './run-state.ts';
import { compiledPlanOf } from './stored-plan.ts';

/**
 * Runs an admitted plan to its end. Every expected failure is an end; any other exception is a bug in blockplan.
 * @throws LeftUnfinished if the user leaves the run unfinished
 */
export function executeRun(run: AdmittedRun): Promise<Finish> {
  const { id, uri, user, version, set, planSum } = run;
  const compiled = compiledPlanOf(run.graph, ofHost(run.hosts, run.graph.home).initial);
  const of = { run: id, uri, ...thisHost(), user, pid: process.pid, version, set, planSum };
  return perform(run, 'do', runToEnd(beginningOf(run), { ...of, compiled }), Date.now());
}

/**
 * Resumes an interrupted run and brings it to its end.
 * @param log the log of its journal
 * @throws LeftUnfinished if the user leaves the run unfinished again
 */
export function resumeRun(
  run: AdmittedRun,
  log: RunLog,
  how: 'resume' | 'rollback',
): Promise<Finish> {
  const { user, version } = run;
  const begins = { ...beginningOf(run), followed: latest(lastFollowed(log), run.followed) };
  const interrupted = applyRecord({ run: begins }, log);
  const by = { how, ...thisHost(), user, pid: process.pid, version };
  const began = log.beginning ? Date.parse(log.beginning.time) : Date.now();
  const kept = home(interrupted.run).kept !== undefined;
  return perform(run, log.direction, continueRun(interrupted, run.id, by), began, kept);
}

/** The progress of a job is not in the journal. */
function latest(logged: number | undefined, progress = 0): number | undefined {
  return logged === undefined ? undefined : Math.max(logged, progress);
}

function beginningOf({ id: run, graph, journal, hosts }: AdmittedRun): RunState {
  return initialRunState({
    graph,
    machine: createPlanMachine(graph),
    id: run,
    folder: journal.folder,
    hosts,
  });
}

/**
 * @param direction the direction of the run when it begins or is resumed
 * @param began when it first began, in milliseconds since the epoch
 * @param kept whether an earlier process of the run saved the definition
 */
async function perform(
  run: AdmittedRun,
  direction: Direction,
  part: RunPart<Finish>,
  began: number,
  kept = false,
): Promise<Finish> {
  const { id, graph, hosts, listener, leave } = run;
  const { driver, initial } = ofHost(hosts, graph.home);
  const journal = new Heading(run.journal, direction, began);
  const tell = teller(listener, journal);
  driver.onGuestState((state, detail) => {
    tell({ event: 'guest-state', state });
    const message = guestNotice(initial.host, initial.domain.name, state, detail);
    if (message !== undefined) tell({ event: 'notice', message });
  });
  // Loaded before it is needed: an upgrade of blockplan may remove the file while the run waits.
  const runHook =
    graph.hooks.length > 0 ? (await import('./hook-runner.ts')).hookRunner(run, began) : undefined;
  const jobs = eachHost(hosts, () => new OpenJobs(kept));
  const finish = await drive(part, answerer({ ...run, journal }, jobs, tell, runHook), leave);
  if (finish) return finish;
  const by = leave?.aborted ? (leave.reason as Error).message : '';
  await journal.append({ type: 'run-left', by }, true).catch((error) => {
    tell({ event: 'notice', message: journalErrorText(error) });
  });
  const known = Object.values(jobs).flatMap(({ state }) => state);
  const { isOwed } = ofHost(jobs, graph.home).definition;
  const owed = owedDefinition(isOwed, initial.domain.name, { id, folder: journal.folder });
  const next = [...recoveryCommands(id, recoveryModesFrom(journal.direction)), ...owed.next];
  tell({ event: 'run-left', run: id, by, jobs: known, definition: owed.state, next });
  throw new LeftUnfinished(by);
}

/** A journal that tracks the direction and the duration of the run from the records written to it. */
class Heading implements RunJournal {
  readonly #journal: RunJournal;
  direction: Direction;
  #began: number;
  #ended: number | undefined;

  /** @param began when the run first began, in milliseconds since the epoch */
  constructor(journal: RunJournal, direction: Direction, began: number) {
    this.#journal = journal;
    this.direction = direction;
    this.#began = began;
  }

  /** From the first record of the run to that of its end, over all attempts, as `show` has it. */
  get durationMs(): number {
    return Math.max(0, (this.#ended ?? Date.now()) - this.#began);
  }

  get folder(): string {
    return this.#journal.folder;
  }

  async append(entry: JournalEntry, sync: boolean): Promise<void> {
    if (entry.type === 'run-started') this.#began = Date.now();
    if (entry.type === 'run-finished') this.#ended = Date.now();
    await this.#journal.append(entry, sync);
    this.direction = nextDirection(this.direction, entry);
  }
}

/** The user left a run unfinished: it is not over, and can be resumed. */
export class LeftUnfinished extends Error {
  override readonly name = 'LeftUnfinished';
}

function answerer(
  run: AdmittedRun,
  jobs: OnHosts<OpenJobs>,
  tell: (event: UntimedEvent) => void,
  runHook: HookRunner | undefined,
): (request: Request) => Promise<unknown> {
  const { hosts, journal, signal, leave } = run;
  const marker = markerOf(run);
  const check = new MarkerCheck(marker);
  const act = async (
    driver: Driver,
    request: Extract<HostRequest, { ask: 'perform' }>,
  ): Promise<void> => {
    const { effect, direction, step, phase, on: host } = request;
    const onMade = (made: MadeFile) => journal.append({ type: 'made', on: host, ...made }, true);
    const onProgress = progressTeller(tell, { step, phase, direction });
    const onNotice = (message: string) => tell({ event: 'notice', message });
    const until = direction === 'do' ? signal : leave;
    const listening = until ? { signal: until } : {};
    const context = { folder: journal.folder, onProgress, onNotice, onMade, ...listening };
    if (host === run.graph.home) await check.before(driver, request);
    try {
      await ofHost(jobs, host).performing(effect, driver.perform(effect, context));
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new Interrupted((error as Error).message);
    }
  };
  const answerOn = async (driver: Driver, request: HostRequest): Promise<unknown> => {
    switch (request.ask) {
      case 'observe':
        return ofHost(jobs, request.on).observing(driver.observe(request.files));
      case 'headers':
        return driver.headers(request.state, 'run');
      case 'written':
        return driver.written(request.files);
      case 'survey':
        return driver.survey(request.state, request.files, request);
      case 'bundle':
        return driver.bundle();
      case 'reconnect':
        return driver.reconnect(leave);
      case 'mark':
        return driver.mark(marker);
      case 'marker':
        return driver.marker();
      case 'unmark':
        return driver.unmark();
      case 'perform':
        return act(driver, request);
    }
  };
  return async (request) => {
    if ('on' in request) return answerOn(ofHost(hosts, request.on).driver, request);
    switch (request.ask) {
      case 'tell':
        return tell(request.event);
      case 'append':
        if (request.entry.type === 'kept') await saveDefinition(run, request.entry, jobs);
        return journal.append(request.entry, request.sync);
      case 'hook':
        return runHook?.(request);
      case 'interrupted':
        return signal.aborted;
    }
  };
}

function markerOf({ id, user }: AdmittedRun): Marker {
  const { pid, boot, started, namespace } = ownProcess();
  const since = new Date().toISOString();
  return { run: id, ...thisHost(), user, pid, boot, started, namespace, since };
}

/**
 * Answers a run's requests until it returns, or until the user leaves it: then the current request stays unfinished. The
 * result of a hook is recorded first, so that the hook is not in doubt.
 */
async function drive<T>(
  part: RunPart<T>,
  answer: (request: Request) => Promise<unknown>,
  leave: AbortSignal | undefined,
): Promise<T | undefined> {
  let next = part.next();
  let mayLeave = true;
  while (!next.done) {
    const request: Request = next.value;
    const goOn = await answer(request).then(
      (given) => {
        if (request.ask === 'append') mayLeave = mayLeaveAfter(request.entry) ?? mayLeave;
        return () => part.next(given);
      },
      (error) => () => part.throw(error),
    );
    if (leave?.aborted && mayLeave) return undefined;
    next = goOn();
  }
  return next.value;
}

/** Whether the run can be left unfinished once that is recorded; undefined if the record does not change that. */
function mayLeaveAfter(entry: JournalEntry): boolean | undefined {
  switch (entry.type) {
    // Once the end is recorded, only its hooks can be stopped. The result of a hook is recorded before the run is left.
    case 'run-judged':
    case 'run-finished':
    case 'hook-started':
      return false;
    case 'hook-finished':
      return entry.point === 'before';
    default:
      return undefined;
  }
}

/** Passes events on with their time and, for a run or phase that ended, its duration. */
function teller(
  listener: Listener,
  run: Pick<Heading, 'durationMs'>,
): (event: UntimedEvent) => void {
  let phaseBegan = performance.now();
  return (event) => {
    const time = Date.now();
    const now = performance.now();
    if (event.event === 'phase-started') phaseBegan = now;
    if (event.event === 'run-finished') listener({ time, ...event, durationMs: run.durationMs });
    else if (event.event === 'phase-finished')
      listener({ time, ...event, durationMs: Math.round(now - phaseBegan) });
    else listener({ time, ...event });
  };
}

function progressTeller(
  tell: (event: UntimedEvent) => void,
  of: PhaseRef & Pick<Extract<UntimedEvent, { event: 'progress' }>, 'direction'>,
): (progress: Progress) => void {
  const job = new JobProgress(performance.now());
  return ({ current, total }) => {
    const pace = job.report({ current, total }, performance.now());
    tell({ event: 'progress', ...of, current, total, ...pace });
  };
}
