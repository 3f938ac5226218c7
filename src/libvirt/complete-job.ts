/** Ends a ready job without a pivot, and proves that the file that it wrote to is complete. */
import { dirname } from 'node:path';
import type { StartedJob } from '../commands/define.ts';
import type { VirshEffect } from '../commands/effect.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DomainEvents } from './events.ts';
import { SILENT_MS } from './silence.ts';
import { Sleep } from './sleep.ts';

/** What QEMU reports of the latest job on each disk, since the latest one was started. */
export class JobEnds {
  /** How it ended: the error, or undefined where it is complete. */
  readonly #ends = new Map<string, string | undefined>();
  /** The disks whose jobs were started since the reports are followed. */
  readonly #started = new Set<string>();
  readonly #ready = new Set<string>();
  #isSubscribed = false;
  #isClosed = false;
  readonly #pause = new Sleep();
  readonly #stop: () => void;

  constructor(events: Pick<DomainEvents, 'on' | 'reports'>) {
    this.#stop = events.on((event) => {
      if (event.kind === 'job-ready') this.#ready.add(event.disk);
      else if (event.kind === 'job-error') this.#ends.set(event.disk, event.reason);
      else if (event.kind === 'job-complete') this.#ends.set(event.disk, undefined);
      else return;
      this.#pause.end();
    });
    void events.reports.subscribed.then(() => {
      this.#isSubscribed = true;
      this.#pause.end();
    });
    void events.reports.closed.then(() => {
      this.#isClosed = true;
      this.#pause.end();
    });
  }

  /** Forgets earlier jobs. */
  begin({ disks }: Pick<StartedJob, 'disks'>): void {
    for (const known of [this.#ends, this.#ready, this.#started]) known.clear();
    for (const disk of disks) this.#started.add(disk);
  }

  end(): void {
    this.#stop();
  }

  /**
   * Whether QEMU's report on the end of that disk's ready job will arrive, as far as that can be proven. If the job was started
   * since the reports are followed, the report that it is ready must have arrived. Otherwise QEMU has sent that report
   * before, and libvirt must have answered that it passes reports on.
   * @param limitMs how long to wait for the proof
   */
  async willReport(disk: string, limitMs: number, signal?: AbortSignal): Promise<boolean> {
    const isProven = () =>
      this.#started.has(disk)
        ? this.#ready.has(disk) || this.#ends.get(disk) !== undefined
        : this.#isSubscribed;
    await this.#pause.until(() => this.#isClosed || isProven(), limitMs, signal);
    return !this.#isClosed && isProven();
  }

  /**
   * Ends a job through `send`, once its report is certain to arrive. Before it ends, QEMU copies what the guest wrote last.
   * libvirt reports a success even if that fails.
   * @throws EffectFailed where QEMU reports an error, or does not report that the job is complete
   */
  async complete(disk: string, send: () => Promise<void>, limitMs = SILENT_MS): Promise<void> {
    // A job that is complete before it is ended was another one.
    if (this.#ends.get(disk) === undefined) this.#ends.delete(disk);
    try {
      await send();
    } catch (error) {
      // A job that has just failed refuses the command.
      if (!(error instanceof EffectFailed) || this.#ends.get(disk) === undefined) throw error;
    }
    await this.#pause.until(() => this.#isClosed || this.#ends.has(disk), limitMs);
    if (!this.#ends.has(disk))
      throw new EffectFailed(
        `the job on ${disk} was ended, but QEMU did not report how, so the copy is treated as incomplete`,
      );
    const reason = this.#ends.get(disk);
    if (reason !== undefined)
      throw new EffectFailed(
        `the job on ${disk} failed while it was ended: QEMU reports "${reason}"`,
      );
  }
}

/**
 * Ends the job of an effect with `completes`, and syncs the file.
 * @throws EffectFailed as {@link JobEnds.complete} does, or where the file cannot be synced
 */
export async function completeJob(
  io: HostIO,
  ends: JobEnds,
  { args, completes }: Extract<VirshEffect, { verb: 'blockjob' }> & { readonly completes: string },
  send: () => Promise<void>,
): Promise<void> {
  const local = completes.startsWith('/') ? [completes, dirname(completes)] : [];
  // Opened before QEMU closes the file: QEMU ignores an error that the storage reports then, and a file that is opened
  // afterwards does not get it again.
  await using open = await openBefore(io, local);
  await ends.complete(args.path, send);
  try {
    await open.sync();
  } catch (error) {
    const { message } = error as Error;
    throw new EffectFailed(`${completes} cannot be synced to its storage: ${message}`);
  }
}

async function openBefore(io: HostIO, paths: readonly string[]): ReturnType<HostIO['openToSync']> {
  try {
    return await io.openToSync(paths);
  } catch (error) {
    const [file = ''] = paths;
    const why = `${file} cannot be opened, to sync it to its storage: ${(error as Error).message}`;
    throw new EffectFailed(why, { begun: false });
  }
}
