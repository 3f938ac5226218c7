/** The effects by which block jobs are waited for and ended, and the phase that ends a finished one where it is. */
import type { AwaitJobEffect, VirshEffect } from '../../commands/effect.ts';
import type { World } from '../../model/world.ts';
import type { Phase } from '../define.ts';
import { type Expectation, noJob, unmoved } from './expect.ts';

/** A job that nobody bounded may take a day; a plan's `timeout` says less. */
const DEFAULT_JOB_TIMEOUT_MS = 24 * 3600 * 1000;

/** Ending a ready job takes a moment, a cancel under heavy I/O may take a while. */
const END_TIMEOUT_MS = 120_000;

export function awaitReady(
  disk: string,
  timeoutSeconds: number | undefined,
  why: string,
): AwaitJobEffect {
  return { tool: 'await-job', disk, until: 'ready', why, timeoutMs: bound(timeoutSeconds) };
}

export function awaitEnded(
  disk: string,
  timeoutSeconds: number | undefined,
  why: string,
): AwaitJobEffect {
  return { tool: 'await-job', disk, until: 'ended', why, timeoutMs: bound(timeoutSeconds) };
}

function bound(timeoutSeconds: number | undefined): number {
  return timeoutSeconds === undefined ? DEFAULT_JOB_TIMEOUT_MS : timeoutSeconds * 1000;
}

export function pivot(world: World, disk: string, why: string): VirshEffect {
  return endJob(world, disk, { pivot: true }, why);
}

export function abort(world: World, disk: string, why: string): VirshEffect {
  return endJob(world, disk, { abort: true }, why);
}

function endJob(
  world: World,
  disk: string,
  how: { readonly pivot: true } | { readonly abort: true },
  why: string,
): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'blockjob',
    args: { domain: world.domain.name, path: disk, ...how },
    why,
    timeoutMs: END_TIMEOUT_MS,
  };
}

/** A phase that ends a ready job without a pivot: the guest stays where it is. */
export interface FinishPhase extends Pick<Phase, 'summary' | 'wayBack'> {
  readonly disk: string;
  /** Of which job, for the reason of the command: `copy`. */
  readonly job: string;
  readonly alsoExpects?: readonly Expectation[];
}

/** Its rollback does nothing: what was made is removed by the phase that started the job. */
export function finishPhase({ disk, job, alsoExpects = [], ...words }: FinishPhase): Phase {
  return {
    name: 'finish',
    ...words,
    effects: (world) => [abort(world, disk, `end the finished ${job}, without a pivot`)],
    expects: (before) => [noJob(disk), unmoved(before, disk), ...alsoExpects],
    undo: () => [],
  };
}
