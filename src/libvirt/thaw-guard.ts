/**
 * Freezes a guest, and thaws it until libvirt and its agent answer. This is the work of the thaw guard, a process of its own, so
 * that no end of blockplan leaves a guest frozen. The guard sends the freeze itself: only so does it know whether there is
 * anything to thaw, and no freeze can be sent once it has ended.
 */
import type { VirshEffect } from '../commands/effect.ts';
import { agentAnswerMs } from '../commands/guest.ts';
import { BlockplanError } from '../errors.ts';
import type { Answer } from './answer.ts';
import { isGone } from './gone.ts';
import { effectRefused } from './refusal.ts';
import type { Virsh } from './virsh.ts';

/** The guest that a guard thaws. */
export interface GuardedGuest {
  readonly uuid: string;
  /** libvirt's id of the running domain: a guest that was started again is not frozen. */
  readonly id: string;
  /** How long its agent may take, in seconds. */
  readonly agentTimeout: number;
}

/** A line that blockplan writes to its guard: `disarm` ends it without a thaw. */
export type GuardOrder = 'freeze' | 'disarm';

/** What became of a freeze: virsh's answer or refusal, no answer, or why it was certainly not sent. */
type FreezeEnd = 'froze' | 'refused' | 'unanswered' | 'unsent';

/** What a guard prints, each as one line of JSON. */
export interface GuardMessage {
  readonly says: 'ready' | FreezeEnd | 'thawed';
  readonly text: string;
}

/** How long libvirt may take for what does not concern the agent. */
const QUERY_MS = 10_000;

/**
 * A freeze without an answer can still reach the agent for this long after it was sent. libvirt lets it wait for 30 s until
 * another command of the agent has ended (QEMU_JOB_WAIT_TIME, also when its virsh is killed); a busy libvirtd gets as much again
 * to begin. From then on it holds the agent's lock until it has failed, and a thaw waits for that.
 */
const LATE_MS = 60_000;

const PAUSE_MS = 500;

/** A guest is frozen for at most this much longer once libvirt and the agent answer again. */
const LONGEST_PAUSE_MS = 4_000;

const STOPPED = 'the guest has stopped';

export class ThawGuard {
  readonly #open: () => Promise<Virsh>;
  readonly #guest: GuardedGuest;
  readonly #timeMs: number;
  readonly #onDue: () => void;
  #sending: Promise<unknown> = Promise.resolve();
  /** When the first freeze was sent that may have happened; undefined as long as certainly none has. */
  #since: number | undefined;
  #isAnswered = true;
  #isEnding = false;

  /**
   * @param open connects to libvirt
   * @param timeMs how long the guest may stay frozen; counted from the freeze
   * @param onDue called when that time is over
   */
  constructor(open: () => Promise<Virsh>, guest: GuardedGuest, timeMs: number, onDue: () => void) {
    this.#open = open;
    this.#guest = guest;
    this.#timeMs = timeMs;
    this.#onDue = onDue;
  }

  /** Proves that libvirt answers, and that the guest still runs. */
  async prove(): Promise<void> {
    await using virsh = await this.#open();
    if ((await runningId(virsh, this.#guest.uuid)) !== this.#guest.id) throw new Error(STOPPED);
  }

  /** Freezes the guest. */
  freeze(): Promise<GuardMessage> {
    const sending = this.#freeze();
    this.#sending = sending.catch(() => {});
    return sending;
  }

  /**
   * Thaws the guest if a freeze may have happened. No freeze is sent from then on, and one that was sent is awaited first.
   * @returns what virsh printed, or why there is nothing to thaw; undefined if this guard has certainly frozen nothing
   */
  async thaw(): Promise<string | undefined> {
    this.#isEnding = true;
    await this.#sending;
    if (this.#since === undefined) return undefined;
    const lateUntil = this.#isAnswered ? this.#since : this.#since + LATE_MS;
    return thawUntilDone(this.#open, this.#guest, lateUntil);
  }

  async #freeze(): Promise<GuardMessage> {
    try {
      await using virsh = await this.#open();
      const why = await this.#whyNot(virsh);
      return why === undefined ? await this.#send(virsh) : { says: 'unsent', text: why };
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      return { says: 'unsent', text: error.message };
    }
  }

  /** Why no freeze may be sent. Without a timeout, one that is not answered would hold the agent's lock without limit. */
  async #whyNot(virsh: Virsh): Promise<string | undefined> {
    const { uuid, id, agentTimeout } = this.#guest;
    if ((await runningId(virsh, uuid)) !== id) return STOPPED;
    const limited = await limitAgent(virsh, uuid, agentTimeout);
    if (!limited.ok) return `no timeout could be set for the guest agent: ${limited.error}`;
    return this.#isEnding ? 'blockplan has ended' : undefined;
  }

  async #send(virsh: Virsh): Promise<GuardMessage> {
    const { uuid, agentTimeout } = this.#guest;
    const isFirst = this.#since === undefined;
    this.#since ??= performance.now();
    const timer = isFirst ? setTimeout(this.#onDue, this.#timeMs) : undefined;
    const timeoutMs = agentAnswerMs(agentTimeout);
    try {
      const answer = await virsh.run(['domfsfreeze', '--domain', uuid], { timeoutMs });
      if (answer.ok) return { says: 'froze', text: answer.stdout.trim() };
      if (isFirst && !effectRefused(freezeOf(uuid), answer.error).begun) {
        this.#since = undefined;
        clearTimeout(timer);
        await resetLimit(virsh, uuid);
      }
      return { says: 'refused', text: answer.error };
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      this.#isAnswered = false;
      return { says: 'unanswered', text: error.message };
    }
  }
}

function freezeOf(domain: string): VirshEffect {
  return { tool: 'virsh', verb: 'domfsfreeze', args: { domain }, why: '' };
}

/** Sets the timeout for the agent, in seconds; -2 is libvirt's default. */
function limitAgent(virsh: Virsh, uuid: string, seconds: number): Promise<Answer> {
  const words = ['guest-agent-timeout', '--domain', uuid, '--timeout', String(seconds)];
  return virsh.run(words, { timeoutMs: QUERY_MS });
}

/** The agent has answered by then, which a connection that is lost now does not change. */
async function resetLimit(virsh: Virsh, uuid: string): Promise<void> {
  await limitAgent(virsh, uuid, -2).catch(() => {});
}

/**
 * Thaws the guest, with a new connection for each attempt.
 * @param open connects to libvirt
 * @param lateUntil a thaw that was sent before this time, and has found nothing, is repeated: the freeze may still come
 * @returns what virsh printed, or why there is nothing to thaw
 */
export async function thawUntilDone(
  open: () => Promise<Virsh>,
  guest: GuardedGuest,
  lateUntil: number,
): Promise<string> {
  for (let pause = PAUSE_MS; ; pause = Math.min(pause * 1.2, LONGEST_PAUSE_MS)) {
    const sent = performance.now();
    const done = await thawOnce(open, guest);
    if (done === STOPPED) return done;
    if (done !== undefined && (countIn(done) > 0 || sent >= lateUntil)) return done;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function thawOnce(
  open: () => Promise<Virsh>,
  guest: GuardedGuest,
): Promise<string | undefined> {
  try {
    await using virsh = await open();
    return await thaw(virsh, guest);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return undefined;
  }
}

async function thaw(virsh: Virsh, { uuid, id, agentTimeout }: GuardedGuest) {
  const at = ['--domain', uuid];
  const found = await virsh.run(['domid', ...at]);
  if (found.ok ? found.stdout.trim() !== id : await isGone(virsh, uuid, found)) return STOPPED;
  if (!found.ok) return undefined;
  // Without it, libvirt would wait for an agent that hangs without limit.
  await limitAgent(virsh, uuid, agentTimeout);
  const answer = await virsh.run(['domfsthaw', ...at], { timeoutMs: agentAnswerMs(agentTimeout) });
  if (!answer.ok) return undefined;
  await resetLimit(virsh, uuid);
  return answer.stdout.trim();
}

/** libvirt's id of a running domain, which a guard needs; undefined where it does not run. */
export async function runningId(virsh: Virsh, domain: string): Promise<string | undefined> {
  const answer = await virsh.run(['domid', '--domain', domain], { timeoutMs: QUERY_MS });
  return answer.ok ? /^\d+$/m.exec(answer.stdout)?.[0] : undefined;
}

/** The number of file systems in virsh's answer to a freeze or a thaw. */
export function countIn(answer: string): number {
  return Number(/^(?:Froze|Thawed) (\d+) filesystem/m.exec(answer)?.[1] ?? 0);
}
