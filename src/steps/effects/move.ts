/** The effects that move a guest to another file: a job synchronizes that file, and a pivot ends the job. */
import type { BlockcopyArgs } from '../../commands/blockcopy.ts';
import type { Effect } from '../../commands/effect.ts';
import type { FormerFile } from '../../model/former-file.ts';
import type { HostState } from '../../model/host-state.ts';
import { awaitReady, pivot } from './job.ts';

/** The reasons of the effects. */
interface PivotReasons {
  /** The reason of the wait: `until the copy holds all data of …`. */
  readonly until: string;
  readonly pivot: string;
}

interface MoveReasons extends PivotReasons {
  readonly start: string;
}

/** Commits the active layer of a disk into the base below it, and moves the guest there. */
export function moveByCommit(
  state: HostState,
  disk: string,
  base: string,
  { start, ...reasons }: MoveReasons,
): Effect[] {
  return [
    {
      tool: 'virsh',
      verb: 'blockcommit',
      args: { domain: state.domain.name, path: disk, base, active: true },
      why: start,
    },
    ...pivotWhenReady(state, disk, reasons),
  ];
}

/**
 * Copies a disk into an existing file, and moves the guest to it.
 * @param former the file that must be at the path; any file may be unless specified
 */
export function moveByCopy(
  state: HostState,
  args: BlockcopyArgs,
  { start, ...reasons }: MoveReasons,
  former?: FormerFile,
): Effect[] {
  const into = { writesInto: [args.dest], ...(former ? { former } : {}) };
  return [
    { tool: 'virsh', verb: 'blockcopy', args, why: start, ...into },
    ...pivotWhenReady(state, args.path, reasons),
  ];
}

/** Moves a guest by the job that already runs on its disk. */
export function pivotWhenReady(state: HostState, disk: string, reasons: PivotReasons): Effect[] {
  return [awaitReady(disk, undefined, reasons.until), pivot(state, disk, reasons.pivot)];
}
