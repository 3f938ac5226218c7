/**
 * Waits for the backup of a domain on libvirt's event `job-completed`. The block job events of its disks do not count: one of
 * them says `completed` even if the backup as a whole is aborted (seen on libvirt 9.0 and 11.3, docs/libvirt-backup.md).
 */
import type { AwaitBackupEffect } from '../commands/backup-effect.ts';
import type { Progress } from '../commands/effect.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DomainEvent } from './event-text.ts';
import type { DomainEvents } from './events.ts';
import type { Virsh } from './virsh.ts';

/** How often the progress is polled; the wait itself ends on the event. */
const LOOK_EVERY_MS = 500;

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
  #ended: (DomainEvent & { readonly kind: 'job-completed' }) | undefined;
  #stopped: string | undefined;
  #wake: () => void = () => {};
  readonly #stop: () => void;

  constructor(events: DomainEvents) {
    this.#stop = events.on((event) => {
      if (event.kind === 'job-completed' && event.fields.operation === BACKUP) this.#ended = event;
      else if (event.kind === 'lifecycle' && event.event === 'Stopped')
        this.#stopped = event.detail.toLowerCase();
      else return;
      this.#wake();
    });
    void events.closed.then(() => this.#wake());
  }

  /** Forgets earlier events, which belong to an earlier job. */
  begin(): void {
    this.#ended = undefined;
    this.#stopped = undefined;
  }

  end(): void {
    this.#stop();
  }

  /**
   * Waits until the backup is complete.
   * @throws EffectFailed when it fails, is cancelled, disappears or takes too long, or the guest stops
   */
  async until(wait: BackupWait): Promise<void> {
    const isCancelled = wait.effect.until === 'ended';
    const deadline = Date.now() + wait.effect.timeoutMs;
    let gone: number | undefined;
    for (;;) {
      wait.signal?.throwIfAborted();
      if (isCancelled && (this.#ended || this.#stopped !== undefined)) return;
      if (this.#ended) return judge(this.#ended.fields);
      if (this.#stopped !== undefined)
        throw new EffectFailed(`the guest stopped (${this.#stopped}), which ended the backup`);
      if (gone !== undefined && Date.now() > gone)
        throw new EffectFailed(
          'the backup has ended, but libvirt did not report how: it counts as incomplete',
        );
      if (Date.now() > deadline)
        throw new EffectFailed(`the backup timed out after ${wait.effect.timeoutMs / 1000} s`);
      await this.#sleep(LOOK_EVERY_MS, wait.signal);
      if (this.#ended || this.#stopped !== undefined || gone !== undefined) continue;
      const progress = await progressOf(wait);
      if (progress) wait.onProgress(progress);
      else if (isCancelled) return;
      else gone = Date.now() + LATE_MS;
    }
  }

  /** Sleeps until an event of the backup arrives, or the time is over. */
  #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#ended || this.#stopped !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wake = wake;
      signal?.addEventListener('abort', wake);
    });
  }
}

function judge({ success, errmsg }: Readonly<Record<string, string>>): void {
  if (success === '1') return;
  throw new EffectFailed(
    errmsg === 'Operation canceled'
      ? 'the backup was cancelled by another process'
      : `the backup failed: ${errmsg ?? 'neither libvirt nor QEMU gives a reason'}`,
  );
}

/** The progress of the domain's backup; undefined when it has no job. */
async function progressOf({ virsh, domain }: BackupWait): Promise<Progress | undefined> {
  const answer = await virsh.run(['domjobinfo', '--domain', domain, '--rawstats']);
  if (!answer.ok) throw new EffectFailed(`the backup cannot be queried: ${answer.error}`);
  const total = numberOf('disk_total', answer.stdout);
  const current = numberOf('disk_processed', answer.stdout);
  // 0 is VIR_DOMAIN_JOB_NONE.
  if (/^Job type:\s+0\s*$/m.test(answer.stdout)) return undefined;
  return { current: current ?? 0, total: total ?? 0 };
}

function numberOf(name: string, text: string): number | undefined {
  const found = new RegExp(`^\\s*${name}:\\s+(\\d+)\\s*$`, 'm').exec(text);
  return found ? Number(found[1]) : undefined;
}
