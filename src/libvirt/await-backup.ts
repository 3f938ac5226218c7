/**
 * Waits for the backup of a domain on libvirt's event `job-completed`. The block job events of its disks do not count: one of
 * them says `completed` even if the backup as a whole is aborted (seen on libvirt 9.0 and 11.3, docs/libvirt-backup.md).
 */
import { domjobabort } from '../commands/backup-begin.ts';
import type { AwaitBackupEffect } from '../commands/backup-effect.ts';
import { wordsOf } from '../commands/define.ts';
import type { Progress } from '../commands/effect.ts';
import { backsUpInto } from '../model/backup-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { connectionLost } from './contact.ts';
import type { DomainEvents } from './events.ts';
import { hasLostCopy } from './lost-copy.ts';
import { hasStopped } from './observe.ts';
import { LOCKED_ANSWER_MS, NO_BACKUP } from './read-answer.ts';
import { SILENT_MS } from './silence.ts';
import { Sleep } from './sleep.ts';
import type { Virsh } from './virsh.ts';

/** How often the progress is polled; the wait itself ends on the event. */
const LOOK_EVERY_MS = 500;

/** How long a backup may copy nothing before the disks are checked for a copy that libvirt has lost. */
const STILL_MS = 5_000;

/** How long to wait for the event that a stopped guest's reason comes with. */
const LATE_MS = 200;

/** The operation of a backup in an event (libvirt, virDomainJobOperation). */
const BACKUP = '9';

export interface BackupWait {
  readonly virsh: Virsh;
  readonly domain: string;
  readonly effect: AwaitBackupEffect;
  readonly signal?: AbortSignal;
  /** Waits for all events up to now; false where libvirt sends none. */
  settled(signal?: AbortSignal): Promise<boolean>;
  onProgress(progress: Progress): void;
}

/** Collects the events of a backup from its start on, so that none is lost between start and wait. */
export class BackupWatch {
  /**
   * The ends of backups of the domain, since this one was last seen running. One of another tool can be among them: its
   * `backup-begin` waits until this one is over, as this one waited for it.
   */
  #ends: Fields[] = [];
  #stopped: string | undefined;
  #lost: string | undefined;
  readonly #pause = new Sleep();
  readonly #stop: () => void;

  constructor(events: DomainEvents) {
    this.#stop = events.on((event) => {
      if (event.kind === 'job-completed' && event.fields.operation === BACKUP)
        this.#ends.push(event.fields);
      else if (event.kind === 'lifecycle' && event.event === 'Stopped')
        this.#stopped = event.detail.toLowerCase();
      else return;
      this.#pause.end();
    });
    void events.closed.then(({ reason }) => {
      this.#lost = reason;
      this.#pause.end();
    });
  }

  /** Forgets earlier events, which belong to an earlier job. */
  begin(): void {
    this.#ends = [];
    this.#stopped = undefined;
  }

  end(): void {
    this.#stop();
  }

  /**
   * Waits until the backup is complete: it no longer runs, and libvirt has reported a success and no failure since it did.
   * @throws EffectFailed when it fails, is cancelled, disappears or takes too long, or the guest stops; BlockplanError
   * connectionLost when no more events arrive
   */
  async until(wait: BackupWait): Promise<void> {
    const { until, timeoutMs } = wait.effect;
    const isCancelled = until === 'ended';
    const began = performance.now();
    const since = (time: number) => performance.now() - time;
    let answered = began;
    let copied: { readonly bytes: number; readonly since: number } | undefined;
    for (;;) {
      wait.signal?.throwIfAborted();
      if (this.#stopped !== undefined) {
        if (isCancelled) return;
        throw new EffectFailed(`the guest stopped (${this.#stopped}), which ended the backup`);
      }
      const ends = this.#ends.length;
      const progress = await progressOf(wait);
      wait.signal?.throwIfAborted();
      if (progress !== undefined) answered = performance.now();
      // Between two connections, the event of a stop is missed; libvirt sends no events of a domain that is gone.
      else if (await hasStopped(wait.virsh, wait.domain)) {
        if (this.#lost === undefined) await this.#sleep(LATE_MS, wait.signal);
        this.#stopped ??= 'no event says why';
        continue;
      }
      if (progress === 'over') {
        if (isCancelled) return;
        return await this.#judge(wait);
      }
      if (progress !== undefined) {
        // Whatever ended before this backup was another one.
        this.#ends.splice(0, ends);
        wait.onProgress(progress);
        if (progress.current !== copied?.bytes)
          copied = { bytes: progress.current, since: performance.now() };
        else if (since(copied.since) > STILL_MS) {
          await endIfLost(wait);
          copied = undefined;
        }
      }
      if (this.#lost !== undefined) throw connectionLost(this.#lost);
      if (since(answered) > SILENT_MS)
        throw new EffectFailed(`libvirt has not answered for ${SILENT_MS / 60_000} min`);
      if (since(began) > timeoutMs)
        throw new EffectFailed(`the backup timed out after ${timeoutMs / 1000} s`);
      await this.#sleep(LOOK_EVERY_MS, wait.signal);
    }
  }

  /** The event of the end can be later than the answer that it is over, since they come over different connections. */
  async #judge(wait: BackupWait): Promise<void> {
    if (this.#lost !== undefined) throw connectionLost(this.#lost);
    const isAll = await wait.settled(wait.signal);
    if (!isAll || this.#ends.length === 0)
      throw new EffectFailed(
        'the backup has ended, but libvirt did not report how, so it is treated as incomplete',
      );
    // Any failure counts: which of several ends is that of the own backup is unknown.
    const failed = this.#ends.find(({ success }) => success !== '1');
    if (!failed) return;
    throw new EffectFailed(
      failed.errmsg === 'Operation canceled'
        ? 'the backup was cancelled by another process'
        : `the backup failed: ${failed.errmsg ?? 'neither libvirt nor QEMU gives a reason'}`,
    );
  }

  /** Sleeps until an event of the backup arrives, or the time is over. */
  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#stopped !== undefined || this.#lost !== undefined) return;
    await this.#pause.start(ms, signal);
  }
}

/**
 * Ends a backup that libvirt would never end by itself.
 * @throws EffectFailed if it should have become complete
 */
async function endIfLost({ virsh, domain, effect }: BackupWait): Promise<void> {
  if (!(await hasLostCopy(virsh, domain, effect.draft))) return;
  if (effect.until === 'complete')
    throw new EffectFailed(
      'libvirtd was killed while it ended the backup, and libvirt would report the backup as running forever: it is treated as incomplete',
    );
  // The first cancel ended only the disks that were still copied.
  await virsh.run(wordsOf(domjobabort, { domain }).map(String));
}

type Fields = Readonly<Record<string, string>>;

/**
 * The progress of this backup; `over` when it no longer runs, even if another tool's does, undefined when libvirt does not
 * say: while another command holds the domain, libvirt refuses after 30 s, and the backup goes on.
 */
async function progressOf({
  virsh,
  domain,
  effect,
}: BackupWait): Promise<Progress | 'over' | undefined> {
  const queries = [
    ['domjobinfo', '--domain', domain, '--rawstats'],
    ['backup-dumpxml', '--domain', domain],
  ];
  const [job, backup] = await virsh.runAll(queries, { timeoutMs: LOCKED_ANSWER_MS });
  if (!job?.ok || !backup) return undefined;
  // 0 is VIR_DOMAIN_JOB_NONE.
  if (/^Job type:\s+0\s*$/m.test(job.stdout)) return 'over';
  if (!backup.ok) return NO_BACKUP.test(backup.error ?? '') ? 'over' : undefined;
  if (!backsUpInto(backup.stdout, effect.draft)) return 'over';
  return {
    current: numberOf('disk_processed', job.stdout) ?? 0,
    total: numberOf('disk_total', job.stdout) ?? 0,
  };
}

function numberOf(name: string, text: string): number | undefined {
  const found = new RegExp(`^\\s*${name}:\\s+(\\d+)\\s*$`, 'm').exec(text);
  return found ? Number(found[1]) : undefined;
}
