/** Ends the block job of a disk. */
import type { VirshEffect } from '../commands/effect.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import { blockJobQuery, blockJobType } from './block-job-query.ts';
import { completeJob } from './complete-job.ts';
import { hasStopped } from './observe.ts';
import { isHeld, LOCKED_ANSWER_MS } from './read-answer.ts';
import type { RunEvents } from './run-events.ts';
import { Sleep } from './sleep.ts';
import type { Virsh } from './virsh.ts';

/** How long a job that refuses to be cancelled is given to end: it can be ending, which takes longer under heavy I/O. */
const ENDING_MS = 60_000;

const LOOK_EVERY_MS = 250;

interface JobPlace {
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly events: Pick<RunEvents, 'reportsOf'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Ends the job of an effect through `send`.
 * @throws EffectFailed if it is refused, or an effect with `completes` does not prove that the file is complete
 */
export async function endJob(
  effect: Extract<VirshEffect, { verb: 'blockjob' }>,
  { io, virsh, domain, events, signal }: JobPlace,
  send: () => Promise<void>,
): Promise<void> {
  const { args, completes } = effect;
  if (!args.abort) return send();
  if (completes === undefined) return cancel(virsh, domain, args.path, send);
  const ends = await events.reportsOf(virsh, args.path, signal);
  return completeJob(io, ends, { ...effect, completes }, send);
}

/**
 * Cancels a job. One that ends by itself refuses that, in words that depend on the moment. Once it no longer exists, nothing is
 * left to cancel; how it ended is for the next observation to show.
 */
async function cancel(
  virsh: Virsh,
  domain: string,
  disk: string,
  send: () => Promise<void>,
): Promise<void> {
  try {
    await send();
  } catch (error) {
    // A command that another one holds up is sent again by the run.
    if (!(error instanceof EffectFailed) || error instanceof CommandBusy) throw error;
    if (!(await ends(virsh, domain, disk))) throw error;
  }
}

/** Whether the job no longer exists, or ends soon. */
async function ends(virsh: Virsh, domain: string, disk: string): Promise<boolean> {
  const deadline = performance.now() + ENDING_MS;
  for (;;) {
    const answer = await virsh.run(blockJobQuery(domain, disk), { timeoutMs: LOCKED_ANSWER_MS });
    if (!answer.ok && !isHeld(answer.error)) return hasStopped(virsh, domain);
    if (answer.ok && blockJobType(answer.stdout) === undefined) return true;
    if (performance.now() > deadline) return false;
    await new Sleep().start(LOOK_EVERY_MS, undefined);
  }
}
