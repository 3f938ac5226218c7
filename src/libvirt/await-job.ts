/** Waits for a block job on libvirt's events; polls the job now and then for progress, and in case an event was lost. */
import type { StartedJob } from '../commands/define.ts';
import type { AwaitJobEffect, Progress } from '../commands/effect.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DomainEvent } from './event-text.ts';
import type { DomainEvents } from './events.ts';
import { type FailedJob, whyJobFailed } from './job-failure.ts';
import { hasStopped } from './observe.ts';
import { LOCKED_ANSWER_MS } from './read-answer.ts';
import { SILENT_MS } from './silence.ts';
import { Sleep } from './sleep.ts';
import type { Virsh } from './virsh.ts';

/** How often the progress is polled; the wait itself ends on the event. */
const LOOK_EVERY_MS = 500;

/** How long to wait for a late event that gives the reason of a failure. */
const LATE_MS = 200;

export interface JobWait {
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly effect: AwaitJobEffect;
  readonly signal?: AbortSignal;
  onProgress(progress: Progress): void;
}

/** libvirt refuses to say something about the job or its guest: after 30 s, if another command holds the domain. */
class QueryRefused extends Error {
  /** What cannot be read, as the start of a sentence. */
  readonly of: string;

  constructor(of: string, said: string | undefined) {
    super(said);
    this.of = of;
  }
}

/** What events report, until libvirt's answers confirm or refute it: an event can be a former job's. */
interface Heard {
  /** Whether the awaited state is reached. */
  come: boolean;
  /** Why the job is over. */
  over: 'failed' | 'canceled' | undefined;
}

/** Collects the events of the disk's job from its start on, so that none is lost between start and wait. */
export class JobWatch {
  readonly #seen: DomainEvent[] = [];
  /** QEMU's error for the job that failed last, by disk. */
  readonly #errors = new Map<string, string>();
  #into: FailedJob['into'];
  readonly #pause = new Sleep();
  readonly #stop: () => void;

  constructor(events: DomainEvents) {
    this.#stop = events.on((event) => {
      if (event.kind === 'job-error') {
        this.#errors.set(event.disk, event.reason);
      } else {
        this.#seen.push(event);
      }
      this.#pause.end();
    });
    // The next poll notices that the subscription has ended.
    void events.closed.then(() => this.#pause.end());
  }

  /** Forgets earlier events, which belong to an earlier job. */
  begin({ into, format }: Pick<StartedJob, 'into' | 'format'>): void {
    this.#into = into === undefined ? undefined : { file: into, format };
    this.#errors.clear();
    this.#seen.length = 0;
  }

  end(): void {
    this.#stop();
  }

  /**
   * Waits until the job is ready, or has ended.
   * @throws EffectFailed when the job fails, is cancelled or disappears, the guest stops, the timeout expires, or libvirt
   * gives no answer for too long
   */
  async until(wait: JobWait): Promise<void> {
    const { disk, timeoutMs } = wait.effect;
    const heard: Heard = { come: false, over: undefined };
    const began = performance.now();
    let answered = began;
    let look = LOOK_EVERY_MS / 4;
    for (;;) {
      wait.signal?.throwIfAborted();
      this.#judge(wait, heard);
      const isTold = heard.come || heard.over !== undefined;
      if (!isTold) {
        if (await this.#sleep(look, wait.signal)) continue;
        look = LOOK_EVERY_MS;
      }
      try {
        if (isTold ? await this.#isTrue(wait, heard) : await this.#hasCome(wait, heard)) return;
        answered = performance.now();
      } catch (error) {
        if (!(error instanceof QueryRefused)) throw error;
        await this.#refuseStopped(wait, heard);
        if (performance.now() - answered > SILENT_MS)
          throw new EffectFailed(
            `${error.of} could not be read for ${SILENT_MS / 60_000} min: ${error.message}`,
          );
      }
      if (performance.now() - began > timeoutMs)
        throw new EffectFailed(`the job on ${disk} timed out after ${timeoutMs / 1000} s`);
    }
  }

  /**
   * A guest that stops ends its job first: then libvirt refuses the query before the event of the stop arrives.
   * @throws EffectFailed when the guest has stopped, whether or not the event was received
   */
  async #refuseStopped(wait: JobWait, heard: Heard): Promise<void> {
    const deadline = performance.now() + LATE_MS;
    do this.#judge(wait, heard);
    while (await this.#sleep(deadline - performance.now(), wait.signal));
    // Between two connections, the event of a stop is missed; libvirt sends no events of a domain that is gone.
    if (await hasStopped(wait.virsh, wait.domain))
      throw guestStopped('while no event could be received', wait);
  }

  /** Whether the awaited state that events report is reached. */
  async #isTrue(wait: JobWait, heard: Heard): Promise<boolean> {
    if (heard.come && (await isSo(wait))) return true;
    heard.come = false;
    // The event of an earlier job can arrive late: a job is over only when it no longer exists.
    if (heard.over !== undefined && !(await jobOf(wait)))
      throw new EffectFailed(await this.#wentWrong(heard.over, wait));
    heard.over = undefined;
    return false;
  }

  /** Whether the awaited state is reached, although no event reports it. */
  async #hasCome(wait: JobWait, heard: Heard): Promise<boolean> {
    const state = await stateOf(wait);
    if (state !== 'gone') return state === 'come';
    // libvirt's event and its answer come over different connections.
    await this.#sleep(LATE_MS, wait.signal);
    this.#judge(wait, heard);
    throw new EffectFailed(await this.#wentWrong(heard.over ?? state, wait));
  }

  /** Adds what the new events report. */
  #judge(wait: JobWait, heard: Heard): void {
    const { disk, until } = wait.effect;
    for (const event of this.#seen.splice(0)) {
      if (event.kind === 'lifecycle' && event.event === 'Stopped')
        throw guestStopped(event.detail.toLowerCase(), wait);
      if (event.kind !== 'block-job' || event.disk !== disk) continue;
      if (event.status === 'failed' || event.status === 'canceled') heard.over = event.status;
      if (event.status === (until === 'ready' ? 'ready' : 'completed')) heard.come = true;
    }
  }

  /** What happened to a job that failed, was cancelled or is gone, with the reason if one can be found. */
  async #wentWrong(
    how: 'failed' | 'canceled' | 'gone',
    { io, virsh, domain, effect: { disk } }: JobWait,
  ): Promise<string> {
    if (how === 'canceled') return `the job on ${disk} was cancelled by another process`;
    // QEMU's error and libvirt's event come over different connections.
    await this.#pause.until(() => this.#errors.has(disk), LATE_MS);
    const said = this.#errors.get(disk);
    const why = await whyJobFailed({ io, virsh, domain, disk, said, into: this.#into });
    if (why !== undefined) return `the job on ${disk} failed: ${why}`;
    return how === 'failed'
      ? `the job on ${disk} failed; neither libvirt nor QEMU gives a reason`
      : `the job on ${disk} no longer exists: another process ended it, or it failed`;
  }

  /** Sleeps until an event arrives (true) or the time is over (false). */
  #sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#seen.length > 0) return Promise.resolve(true);
    return this.#pause.start(ms, signal);
  }
}

function guestStopped(how: string, { effect }: JobWait): EffectFailed {
  return new EffectFailed(`the guest stopped (${how}), which ended the job on ${effect.disk}`);
}

/** Verifies an event, which may be an earlier job's: ready counts once the live XML says so, ended once there is no job. */
async function isSo(wait: JobWait): Promise<boolean> {
  return wait.effect.until === 'ended' ? !(await jobOf(wait)) : mirrorIsReady(wait);
}

/** Without an event: reports progress, and returns whether the awaited state is reached anyway or the job is gone. */
async function stateOf(wait: JobWait): Promise<'come' | 'runs' | 'gone'> {
  const { effect } = wait;
  const progress = await jobOf(wait);
  // No job: it has ended. Whether it succeeded is judged from the chain, never from its absence.
  if (!progress) return effect.until === 'ended' ? 'come' : 'gone';
  wait.onProgress(progress);
  const equal = effect.until === 'ready' && progress.current === progress.total;
  return equal && (await mirrorIsReady(wait)) ? 'come' : 'runs';
}

/** The progress of the job on the disk; undefined when there is no job. */
async function jobOf({ virsh, domain, effect }: JobWait): Promise<Progress | undefined> {
  const info = ['--info', '--raw', '--bytes'];
  const argv = ['blockjob', '--domain', domain, '--path', effect.disk, ...info];
  const answer = await virsh.run(argv, { timeoutMs: LOCKED_ANSWER_MS });
  if (!answer.ok) throw new QueryRefused(`the job on ${effect.disk}`, answer.error);
  const current = numberAfter('cur', answer.stdout);
  const total = numberAfter('end', answer.stdout);
  return current === undefined || total === undefined ? undefined : { current, total };
}

async function mirrorIsReady({ virsh, domain, effect }: JobWait): Promise<boolean> {
  const answer = await virsh.run(['dumpxml', '--domain', domain], { timeoutMs: LOCKED_ANSWER_MS });
  if (!answer.ok) throw new QueryRefused('the domain', answer.error);
  const disk = readDomainXml(answer.stdout).disks.find((each) => each.target === effect.disk);
  return disk?.job?.ready === true;
}

function numberAfter(word: string, text: string): number | undefined {
  const found = new RegExp(`^\\s*${word}=(\\d+)$`, 'm').exec(text);
  return found ? Number(found[1]) : undefined;
}
