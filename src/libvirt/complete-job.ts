/** Ends a ready job without a pivot, and proves that the file that it wrote to is complete. */
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { VirshEffect } from '../commands/effect.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DomainEvents } from './events.ts';

/** How long QEMU's report may take to arrive once libvirt has answered: both come over different connections. */
const REPORT_LIMIT_MS = 60_000;

/** How QEMU's latest job on each disk ended, since the latest one was started. */
export class JobEnds {
  /** The error, or undefined where the job is complete. */
  readonly #ends = new Map<string, string | undefined>();
  readonly #stop: () => void;

  constructor(events: DomainEvents) {
    this.#stop = events.on((event) => {
      if (event.kind === 'job-error') this.#ends.set(event.disk, event.reason);
      else if (event.kind === 'job-complete') this.#ends.set(event.disk, undefined);
    });
  }

  /** Forgets earlier jobs. */
  begin(): void {
    this.#ends.clear();
  }

  end(): void {
    this.#stop();
  }

  /**
   * Ends a job through `send`. Before it ends, QEMU copies what the guest wrote last. libvirt reports a success even if that
   * fails.
   * @throws EffectFailed where QEMU reports an error, or does not report that the job is complete
   */
  async complete(disk: string, send: () => Promise<void>, limitMs = REPORT_LIMIT_MS) {
    // A job that is complete before it is ended was another one.
    if (this.#ends.get(disk) === undefined) this.#ends.delete(disk);
    try {
      await send();
    } catch (error) {
      // A job that has just failed refuses the command.
      if (!(error instanceof EffectFailed) || this.#ends.get(disk) === undefined) throw error;
    }
    const deadline = performance.now() + limitMs;
    while (!this.#ends.has(disk) && performance.now() < deadline) await delay(20);
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
