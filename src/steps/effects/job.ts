/** The effects that wait for block jobs and end them. */
import type { AwaitJobEffect, VirshEffect } from '../../commands/effect.ts';
import type { HostState } from '../../model/host-state.ts';

/** The default limit for a job is a day; a plan sets a shorter one with `timeout`. */
const DEFAULT_JOB_TIMEOUT_MS = 24 * 3600 * 1000;

/** Ending a ready job takes a moment; a cancel under heavy I/O can take longer. */
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

export function pivot(state: HostState, disk: string, why: string): VirshEffect {
  return endJob(state, disk, { pivot: true }, why);
}

export function abort(state: HostState, disk: string, why: string): VirshEffect {
  return endJob(state, disk, { abort: true }, why);
}

function endJob(
  state: HostState,
  disk: string,
  how: { readonly pivot: true } | { readonly abort: true },
  why: string,
): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'blockjob',
    args: { domain: state.domain.name, path: disk, ...how },
    why,
    timeoutMs: END_TIMEOUT_MS,
  };
}
