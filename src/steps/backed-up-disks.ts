/** The disks that a backup copies, and how: what a host state says of the guest and of its backup store. */
import { join } from 'node:path';
import { STORE_NAMES } from '../model/backup-store.ts';
import { type CopySpace, spaceOfBackup } from '../model/copy-space.ts';
import { includesFile } from '../model/file-identity.ts';
import { type Disk, diskOf, type HostState } from '../model/host-state.ts';
import { storeIn } from '../model/known-stores.ts';
import { whyUnwritten } from '../model/left-out.ts';
import { storesBitmaps } from '../model/tracking.ts';
import {
  AUTO,
  basesOf,
  type DiskBasis,
  type IncrementBasis,
  type IsLayer,
  isCheckpointOf,
} from '../store/parent.ts';

/** What a step backs up. */
export interface BackedUp {
  readonly store: string;
  readonly name: string;
  /** The targets of the disks; all that the guest can write to by default. */
  readonly disks?: readonly string[];
  /** What increments are made from; all disks are copied in full by default, without a checkpoint. */
  readonly incremental?: string;
  readonly 'max-chain'?: number;
}

/** The folder of the complete backup. */
export function folderOf({ store, name }: BackedUp): string {
  return join(store, name);
}

/** The folder of the backup until it is complete. */
export function draftOf(params: BackedUp): string {
  return `${folderOf(params)}${STORE_NAMES.draftEnding}`;
}

export function backedUpTargets({ disks }: BackedUp, { domain }: HostState): readonly string[] {
  return (
    disks ??
    domain.disks.filter((disk) => whyUnwritten(disk) === undefined).map(({ target }) => target)
  );
}

export function backedUpDisks(params: BackedUp, state: HostState): readonly Disk[] {
  return backedUpTargets(params, state).flatMap((target) => diskOf(state, target) ?? []);
}

/** The disks that the checkpoint of the backup tracks; none if it makes no checkpoint. */
export function trackedTargets(params: BackedUp, state: HostState): readonly string[] {
  if (params.incremental === undefined) return [];
  return backedUpDisks(params, state)
    .filter(storesBitmaps)
    .map(({ target }) => target);
}

/**
 * By target, how each disk is copied; empty where the plan asks for no increments.
 * @param start the host state in which the step begins, with the store and the tracking as they were reviewed
 */
export function basesFor(params: BackedUp, start: HostState): ReadonlyMap<string, DiskBasis> {
  const { incremental = AUTO, 'max-chain': maxChain } = params;
  if (params.incremental === undefined) return new Map();
  const disks = backedUpDisks(params, start);
  const store = storeIn(start, params.store);
  const isLayer: IsLayer = ({ chain }, file) =>
    includesFile(
      start,
      chain.map((layer) => layer.file),
      file,
    );
  const rule = { incremental, isLayer, ...(maxChain === undefined ? {} : { maxChain }) };
  const bases =
    store === undefined
      ? disks.map(
          (): DiskBasis => ({ mode: 'full', reason: 'the backups in the store are unknown' }),
        )
      : basesOf(store ?? { backups: [] }, start.domain, disks, rule);
  return new Map(disks.map(({ target }, at) => [target, bases[at] as DiskBasis]));
}

/** The increments among these, by target. */
export function incrementsIn(
  bases: ReadonlyMap<string, DiskBasis>,
): ReadonlyMap<string, IncrementBasis> {
  return new Map(
    [...bases].flatMap(([target, basis]) =>
      basis.mode === 'incremental' ? [[target, basis] as const] : [],
    ),
  );
}

export function spaceOfBackedUp(params: BackedUp, start: HostState): CopySpace {
  const changed = [...incrementsIn(basesFor(params, start))].map(
    ([target, basis]) => [target, basis.changed] as const,
  );
  return spaceOfBackup(start, backedUpDisks(params, start), new Map(changed));
}

/**
 * The checkpoints of earlier backups in the store that no later increment needs once this backup is complete: all that it tracks
 * the disks of. The one that a plan names stays, for the next differential backup.
 * @param now the host state in which they are to be deleted
 */
export function retiredCheckpoints(
  params: BackedUp,
  start: HostState,
  now: HostState,
): readonly string[] {
  const tracked = trackedTargets(params, start);
  const { domain } = start;
  return (storeIn(start, params.store)?.backups ?? [])
    .filter((backup) => isCheckpointOf(backup, domain) && backup.name !== params.incremental)
    .map(({ name }) => name)
    .filter((name) => {
      const disks = domain.tracking?.find((each) => each.name === name)?.disks ?? [];
      const isNeeded = disks.some(({ target }) => {
        const disk = diskOf(start, target);
        return disk !== undefined && storesBitmaps(disk) && !tracked.includes(target);
      });
      return now.domain.checkpoints.includes(name) && !isNeeded;
    });
}
