/** The freeze of a guest within a run: its thaw guard, and what the guest agent has answered. */
import type { ArmThawEffect } from '../commands/backup-effect.ts';
import type { VirshEffect } from '../commands/effect.ts';
import { agentAnswerMs } from '../commands/guest.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { printable } from '../printable.ts';
import { GuardProcess } from './guard-process.ts';
import { uuidOf } from './observe.ts';
import { effectRefused } from './refusal.ts';
import { countIn, type GuardMessage, runningId } from './thaw-guard.ts';
import type { Virsh } from './virsh.ts';

/** The most characters of a reason in a manifest. */
const REASON_LIMIT = 300;

interface Freezing {
  /** What is known of the freeze: none was sent, it was certainly not begun, it may have happened, or it succeeded. */
  state: 'none' | 'unbegun' | 'doubtful' | 'frozen';
  /** Set if it was sent, and has no answer: it may still come. */
  mayCome: boolean;
  /** Why the file systems are not, or may not be frozen. */
  why: string;
  /** When it was asked for and when a thaw was answered, in milliseconds. */
  since: number;
  until: number | undefined;
  /** How many file systems the thaw has found frozen. */
  thawed: number;
}

/** For how long the file systems certainly were frozen, in milliseconds, or why they may not have been. */
export type FreezeResult = { readonly frozenMs: number } | { readonly why: string };

export class GuestFreeze {
  readonly #io: HostIO;
  readonly #program: string | undefined;
  #guard: GuardProcess | undefined;
  /** Why there is no guard. */
  #unarmed = 'no thaw guard was started';
  #agentTimeout = 0;
  #freezing: Freezing = notFrozen();

  /** @param program the path of the thaw guard's code */
  constructor(io: HostIO, program: string | undefined) {
    this.#io = io;
    this.#program = program;
  }

  /**
   * Starts a guard, and returns once it can freeze and thaw.
   * @throws EffectFailed where it does not start
   */
  async arm(virsh: Virsh, domain: string, effect: ArmThawEffect): Promise<void> {
    this.leave();
    this.#guard = undefined;
    this.#freezing = notFrozen();
    this.#agentTimeout = effect.agentTimeout;
    const started = await this.#start(virsh, domain, effect);
    if (typeof started !== 'string') {
      this.#guard = started;
      return;
    }
    this.#unarmed = `the thaw guard cannot be started: ${printable(started)}`;
    throw new EffectFailed(this.#unarmed);
  }

  async #start(
    virsh: Virsh,
    domain: string,
    { timeoutMs, agentTimeout }: ArmThawEffect,
  ): Promise<GuardProcess | string> {
    if (this.#program === undefined) return 'its code is not installed';
    const [uuid, id] = await Promise.all([uuidOf(virsh, domain), runningId(virsh, domain)]);
    if (uuid === undefined || id === undefined) return 'the guest does not run';
    const words = [virsh.uri, uuid, id, String(timeoutMs), String(agentTimeout)];
    return GuardProcess.start(this.#io, [process.execPath, this.#program, ...words]);
  }

  /** Whether the command would thaw a guest that this run has certainly not frozen: another tool may have. */
  isUnneeded({ verb }: VirshEffect): boolean {
    return verb === 'domfsthaw' && this.#freezing.state === 'unbegun';
  }

  /**
   * Has the guard freeze the guest.
   * @throws EffectFailed where that failed; not begun where there is no guard
   */
  async freeze(effect: VirshEffect): Promise<void> {
    const former = this.#freezing;
    const freezing: Freezing = { ...notFrozen(), state: 'doubtful', since: performance.now() };
    this.#freezing = freezing;
    const said: GuardMessage = this.#guard
      ? await this.#guard.freeze(agentAnswerMs(this.#agentTimeout))
      : { says: 'unsent', text: this.#unarmed };
    const failure = failureOf(effect, said);
    if (!failure) {
      freezing.state = 'frozen';
      if (countIn(said.text) === 0) freezing.why = 'the guest has no file system to freeze';
      return;
    }
    freezing.why = failure.message;
    freezing.mayCome = said.says === 'unanswered';
    if (!failure.begun) {
      freezing.state = 'unbegun';
      // One that was sent once more changes nothing about the first.
      if (former.state === 'doubtful' || former.state === 'frozen') this.#freezing = former;
    }
    throw failure;
  }

  /** Notes that a thaw was answered. */
  thawed(stdout: string): void {
    const freezing = this.#freezing;
    // A second thaw finds nothing, which says nothing about the first.
    freezing.thawed = Math.max(freezing.thawed, countIn(stdout));
    freezing.until ??= performance.now();
    if (freezing.thawed > 0 || !freezing.mayCome) this.#guard?.disarm();
  }

  /**
   * Whether the file systems were frozen all the time between the freeze and the thaw. A freeze that was certainly not begun is
   * over by then: a later thaw has nothing to do with it.
   */
  conclude(): FreezeResult {
    const { state, since, until } = this.#freezing;
    const why = this.#whyNot();
    if (state === 'unbegun') {
      this.leave();
      this.#freezing = notFrozen();
    }
    return why === undefined && until !== undefined
      ? { frozenMs: Math.round(until - since) }
      : { why: printable(why ?? 'the thaw was not answered').slice(0, REASON_LIMIT) };
  }

  #whyNot(): string | undefined {
    const { state, why, thawed, until } = this.#freezing;
    if (state === 'none') return 'the run was interrupted meanwhile';
    if (why !== '') return why;
    if (state === 'doubtful') return 'the freeze was not answered';
    if (thawed > 0 || until === undefined) return undefined;
    return this.#guard?.hasThawed
      ? 'they were thawed before, because the time was over'
      : 'they were thawed before, by another process';
  }

  /** The guard thaws at once what it may have frozen, and continues until it has. */
  leave(): void {
    this.#guard?.leave();
  }
}

function notFrozen(): Freezing {
  return { state: 'none', mayCome: false, why: '', since: 0, until: undefined, thawed: 0 };
}

function failureOf(effect: VirshEffect, { says, text }: GuardMessage): EffectFailed | undefined {
  switch (says) {
    case 'froze':
      return undefined;
    case 'refused':
      return effectRefused(effect, text);
    case 'unsent':
      return new EffectFailed(`the freeze was not sent: ${printable(text)}`, {
        begun: false,
      });
    default:
      return new EffectFailed(`the freeze has no answer: ${printable(text)}`);
  }
}
