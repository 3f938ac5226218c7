/**
 * The rollback from a flattened copy to its original chain. A single mirror cannot do it: libvirt would open the old file
 * without its backing files, because the copy has none. So the rollback takes three moves:
 * 1. The guest moves to an overlay of the copy. The copy, which no longer changes, is written into the old file.
 * 2. The guest moves to an overlay of the old file.
 * 3. That overlay is committed into the old file.
 */
import type { BlockcopyArgs } from '../../commands/blockcopy.ts';
import type { Effect } from '../../commands/effect.ts';
import { fileAt, isSameFile, layerIndex } from '../../model/file-identity.ts';
import type { Disk, HostState, Layer } from '../../model/host-state.ts';
import { temporaryOverlayPaths } from '../copy.ts';
import { formerOf } from '../effects/files.ts';
import { moveByCommit, moveByCopy } from '../effects/move.ts';
import { abortOwnJob, checkOwnJob, removeMade } from './cancel.ts';
import { restoreDefinition } from './definition.ts';
import { recreateOverlay } from './recreate-overlay.ts';

export interface FlattenedCopy {
  readonly disk: string;
  readonly dest: string;
  /** The chain that was flattened, active layer first. */
  readonly old: readonly [Layer, ...Layer[]];
  /** The command that copies the disk's top layer into an existing file, which keeps the chain that its header names. */
  copyTop(state: HostState, file: string): BlockcopyArgs;
}

/**
 * The effects that are left of the rollback, from any point of it; none once it is complete.
 * @throws NoRollback if another job runs on the disk
 */
export function flattenBack(
  copy: FlattenedCopy,
  before: HostState,
  now: HostState,
  current: Disk,
): Effect[] {
  const { disk, dest, old } = copy;
  const top = old[0];
  const { aside, home } = temporaryOverlayPaths(top.file);
  const active = current.chain[0];
  const isOn = (file: string) => isSameFile(now, active?.file, file);
  const hasMoved = [home, aside, dest].some(isOn);
  if (hasMoved) checkOwnJob(now, disk, isOn(home) ? top.file : home);
  // An unfinished commit, or an unfinished copy into the last overlay, is cancelled first and started again.
  const ended = hasMoved ? abortOwnJob(now, disk, undefined) : [];
  if (isOn(home)) return [...ended, ...committed(copy, now)];
  const clear = [
    ...removeMade(before, now, aside, false),
    ...removeMade(before, now, home, ended.length > 0),
  ];
  if (!active || !hasMoved) return [...clear, ...restoreDefinition(before, now, [disk])];
  const source = current.chain[layerIndex(now, current.chain, dest)] ?? active;
  const asideNow = isOn(aside)
    ? []
    : recreateOverlay(now, current, { file: aside, format: 'qcow2', base: dest });
  return [
    ...ended,
    ...clear,
    ...asideNow,
    ...filled(copy, before, now, source.format),
    ...committed(copy, now),
  ];
}

/** Writes the copy into the old file, and moves the guest to an overlay above it. */
function filled(
  { disk, dest, old, copyTop }: FlattenedCopy,
  before: HostState,
  now: HostState,
  format: string,
): Effect[] {
  const [top] = old;
  const { home } = temporaryOverlayPaths(top.file);
  return [
    {
      tool: 'qemu-img',
      verb: 'convert',
      args: {
        progress: true,
        'no-create': true,
        'out-of-order': true,
        coroutines: 8,
        'source-format': format,
        'target-format': top.format,
        source: dest,
        dest: top.file,
      },
      bytes: fileAt(now, dest)?.size ?? 0,
      ...formerOf(before, top.file),
      why: `write the copy, which no longer changes, into ${top.file}, above its backing files`,
    },
    {
      tool: 'qemu-img',
      verb: 'create',
      args: {
        quiet: true,
        format: 'qcow2',
        backing: top.file,
        'backing-format': top.format,
        dest: home,
      },
      bytes: 0,
      why: `create an overlay above ${top.file}`,
    },
    ...moveByCopy(now, copyTop(now, home), {
      start: `copy the guest's later writes from the temporary overlay to ${home}`,
      until: `until ${home} holds all data of the temporary overlay`,
      pivot: `move ${disk} to ${home}, above its old chain`,
    }),
  ];
}

/** Commits the overlay of the old file into that file. */
function committed({ disk, old: [top] }: FlattenedCopy, now: HostState): Effect[] {
  return moveByCommit(now, disk, top.file, {
    start: `commit the guest's later writes into ${top.file}`,
    until: 'until the old file holds all data of the overlay',
    pivot: `move ${disk} back to ${top.file}`,
  });
}
