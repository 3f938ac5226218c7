/**
 * Waits for the backup of a domain on libvirt's event `job-completed`. The block job events of its disks do not count: one of
 * them says `completed` even if the backup as a whole is aborted (seen on libvirt 9.0 and 11.3, docs/libvirt-backup.md).
 */

import { domjobabort } from '../commands/backup-begin.ts';
import type { AwaitBackupEffect } from '../commands/backup-effect.ts';
import { wordsOf } from '../commands/define.ts';
import type { Progress } from '../commands/effect.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { connectionLost } from './contact.ts';
import type { DomainEvents } from './events.ts';
import { hasLostCopy } from './lost-copy.ts';
import { hasStopped } from './observe.ts';
import { Sleep } from './sleep.ts';
import type { Virsh } from './virsh.ts';

/** How often the progress is polled; the wait itself ends on the event. */
const LOOK_EVERY_MS = 500;

/** How long libvirt may give no answer about the backup. */
const SILENT_MS = 10 * 60_000;

/** How long a backup may copy nothing before the disks are checked for a copy that libvirt has lost. */
const STILL_MS = 5_000;

/** How long to wait for the event of a job that no longer exists. */
const LATE_MS = 5_000;

/** The operation of a backup in an event (libvirt, virDomainJobOperation). */
const BACKUP = '9';

export interface BackupWait {
  readonly virsh: Virsh;
  readonly domain: string;
  readonly effect: AwaitBackupEffect;
  readonly signal?: AbortSignal;
  onProgress(progress: Progress): void;
}

/** Collects the events of a backup from its start on, so that none is lost between start and wait. */
export class BackupWatch {
  /** The ends of backups of the domain. One of another tool can be among them: `backup-begin` waits until it is over. */
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
   * Waits until the backup is complete: libvirt has reported a success, and no backup runs any longer.
   * @throws EffectFailed when it fails, is cancelled, disappears or takes too long, or the guest stops; BlockplanError
   * connectionLost when no more events arrive
   */
  async until(wait: BackupWait): Promise<void> {
    const { until, timeoutMs } = wait.effect;
    const isCancelled = until === 'ended';
    const began = performance.now();
    const since = (time: number) => performance.now() - time;
    let answered = began;
    let gone: number | undefined;
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
        this.#stopped = 'while no event could be received';
        continue;
      }
      if (progress === 'none') {
        if (isCancelled) return;
        if (this.#ends.length > 0) return judge(this.#ends);
        gone ??= performance.now();
      } else if (progress !== undefined) {
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
      if (gone !== undefined && since(gone) > LATE_MS)
        throw new EffectFailed(
          'the backup has ended, but libvirt did not report how, so it is treated as incomplete',
        );
      if (since(answered) > SILENT_MS)
        throw new EffectFailed(`libvirt has not answered for ${SILENT_MS / 60_000} min`);
      if (since(began) > timeoutMs)
        throw new EffectFailed(`the backup timed out after ${timeoutMs / 1000} s`);
      await this.#sleep(LOOK_EVERY_MS, wait.signal);
    }
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

/** Any failure counts: which of several ends is that of the own backup is unknown. */
function judge(ends: readonly Fields[]): void {
  const failed = ends.find(({ success }) => success !== '1');
  if (!failed) return;
  throw new EffectFailed(
    failed.errmsg === 'Operation canceled'
      ? 'the backup was cancelled by another process'
      : `the backup failed: ${failed.errmsg ?? 'neither libvirt nor QEMU gives a reason'}`,
  );
}

/**
 * The progress of the domain's backup; `none` when it has no job, undefined when libvirt does not say: while another command
 * holds the domain, libvirt refuses after 30 s, and the backup goes on.
 */
async function progressOf({ virsh, domain }: BackupWait): Promise<Progress | 'none' | undefined> {
  const { ok, stdout } = await virsh.run(['domjobinfo', '--domain', domain, '--rawstats']);
  if (!ok) return undefined;
  // 0 is VIR_DOMAIN_JOB_NONE.
  if (/^Job type:\s+0\s*$/m.test(stdout)) return 'none';
  return {
    current: numberOf('disk_processed', stdout) ?? 0,
    total: numberOf('disk_total', stdout) ?? 0,
  };
}

function numberOf(name: string, text: string): number | undefined {
  const found = new RegExp(`^\\s*${name}:\\s+(\\d+)\\s*$`, 'm').exec(text);
  return found ? Number(found[1]) : undefined;
}
