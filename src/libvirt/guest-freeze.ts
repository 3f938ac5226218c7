/** The freeze of a guest within a run: its thaw guard, and what the guest agent has answered. */
import type { ArmThawEffect } from '../commands/backup-effect.ts';
import type { VirshEffect } from '../commands/effect.ts';
import type { HostIO, RunningProgram } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { printable } from '../printable.ts';
import type { Answer } from './answer.ts';
import { uuidOf } from './observe.ts';
import { runningId } from './thaw-guard.ts';
import type { Virsh } from './virsh.ts';

/** How long the guard may take to start: it loads its code and connects to libvirt. */
const START_MS = 60_000;

/** The most characters of a reason in a manifest. */
const REASON_LIMIT = 300;

interface Freezing {
  /** What is known of the freeze: it was certainly not begun, it may have happened, or the agent has answered. */
  state: 'none' | 'unbegun' | 'failed' | 'frozen';
  /** Why it failed. */
  why: string;
  /** When it was sent and when a thaw was answered, in milliseconds. */
  since: number;
  until: number | undefined;
  /** How many file systems the thaw has found frozen. */
  thawed: number;
}

export class GuestFreeze {
  readonly #io: HostIO;
  readonly #program: string | undefined;
  #guard: RunningProgram | undefined;
  #isGuardDone = false;
  #freezing: Freezing = notFrozen();
  /** The same before a freeze that was sent once more. */
  #former: Freezing = notFrozen();

  /** @param program the path of the thaw guard's code */
  constructor(io: HostIO, program: string | undefined) {
    this.#io = io;
    this.#program = program;
  }

  /**
   * Starts a guard, and returns once it can thaw.
   * @throws EffectFailed where it does not start
   */
  async arm(virsh: Virsh, domain: string, effect: ArmThawEffect): Promise<void> {
    this.leave();
    this.#freezing = notFrozen();
    this.#isGuardDone = false;
    const [uuid, id] = await Promise.all([uuidOf(virsh, domain), runningId(virsh, domain)]);
    if (this.#program === undefined) throw unarmed('its code is not installed');
    if (uuid === undefined || id === undefined) throw unarmed('the guest does not run');
    const words = [virsh.uri, uuid, id, String(effect.timeoutMs), String(effect.agentTimeout)];
    const guard = this.#io.start([process.execPath, this.#program, ...words], { stdin: 'pipe' });
    this.#guard = guard;
    const said = await firstWords(guard);
    if (said !== 'ready') {
      guard.kill();
      this.#guard = undefined;
      throw unarmed(said);
    }
    guard.stdout.on('data', () => {
      this.#isGuardDone = true;
    });
  }

  /** Whether the command would thaw a guest that this run has certainly not frozen: another tool may have. */
  isUnneeded({ verb }: VirshEffect): boolean {
    return verb === 'domfsthaw' && this.#freezing.state === 'unbegun';
  }

  /** Notes that a command is about to be sent. */
  begin({ verb }: VirshEffect): void {
    if (verb !== 'domfsfreeze') return;
    this.#former = this.#freezing;
    this.#freezing = { ...notFrozen(), state: 'failed', since: performance.now() };
  }

  /** Notes the answer to a command. */
  end({ verb }: VirshEffect, answer: Answer, refused: EffectFailed | undefined): void {
    if (verb === 'domfsfreeze') this.#endFreeze(answer, refused);
    else if (verb === 'domfsthaw' && !refused) {
      // A second thaw finds nothing, which says nothing about the first.
      this.#freezing.thawed = Math.max(this.#freezing.thawed, countIn(answer));
      this.#freezing.until ??= performance.now();
      this.#disarm();
    }
  }

  #endFreeze(answer: Answer, refused: EffectFailed | undefined): void {
    const freezing = this.#freezing;
    if (!refused) {
      freezing.state = 'frozen';
      if (countIn(answer) === 0) freezing.why = 'the guest has no file system to freeze';
    } else if (refused.begun || this.#former.state === 'none') {
      freezing.state = refused.begun ? 'failed' : 'unbegun';
      freezing.why = refused.message;
    } else this.#freezing = this.#former;
  }

  /**
   * Why the file systems may not have been frozen all the time between the freeze and the thaw; undefined if they were.
   * A guard that has nothing to thaw ends.
   */
  conclude(): string | undefined {
    const { state, why, thawed, until } = this.#freezing;
    if (state === 'unbegun') this.#disarm();
    if (state === 'none') return 'the run was interrupted meanwhile';
    if (why !== '') return printable(why).slice(0, REASON_LIMIT);
    if (state === 'failed') return 'the freeze was not answered';
    if (until === undefined) return 'the thaw was not answered';
    if (thawed > 0) return undefined;
    return this.#isGuardDone
      ? 'they were thawed before, because the time was over'
      : 'they were thawed before, by another process';
  }

  /** For how long the guest was frozen, in milliseconds; undefined where it was not, or is not thawed. */
  get durationMs(): number | undefined {
    const { state, since, until } = this.#freezing;
    return state === 'frozen' && until !== undefined ? Math.round(until - since) : undefined;
  }

  /** A guard that is still armed thaws at once, and continues until it has. */
  leave(): void {
    this.#guard?.leave();
    this.#guard = undefined;
  }

  #disarm(): void {
    const guard = this.#guard;
    this.#guard = undefined;
    if (!guard) return;
    guard.stdin.end('disarm\n', () => guard.leave());
  }
}

function notFrozen(): Freezing {
  return { state: 'none', why: '', since: 0, until: undefined, thawed: 0 };
}

/** The first line that the guard prints, or why there is none. */
async function firstWords(guard: RunningProgram): Promise<string> {
  let stderr = '';
  guard.stderr.on('data', (text: string) => {
    stderr += text;
  });
  let timer: NodeJS.Timeout | undefined;
  const said = await Promise.race([
    new Promise<string>((resolve) => {
      let stdout = '';
      guard.stdout.on('data', (text: string) => {
        stdout += text;
        if (stdout.includes('\n')) resolve(stdout.slice(0, stdout.indexOf('\n')));
      });
    }),
    guard.exited.then(() => stderr.trim() || 'it has ended'),
    new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`it was not ready after ${START_MS / 1000} s`), START_MS);
    }),
  ]);
  clearTimeout(timer);
  return said;
}

/** The number of file systems in virsh's answer to a freeze or a thaw. */
function countIn({ stdout = '' }: Answer): number {
  return Number(/^(?:Froze|Thawed) (\d+) filesystem/m.exec(stdout)?.[1] ?? 0);
}

function unarmed(why: string): EffectFailed {
  return new EffectFailed(`the thaw guard cannot be started: ${printable(why)}`);
}
