/**
 * The rollback from a flattened copy to the chain that it was made of. One mirror does not lead there: libvirt opens the
 * old file without its backing files then, because the copy has none. So the guest goes on in an overlay while the quiet
 * copy is written into the old file, above its chain; moves to an overlay of the old file; and that one is committed.
 */
import type { BlockcopyArgs } from '../../commands/blockcopy.ts';
import type { Effect } from '../../commands/effect.ts';
import { fileAt, isSameFile, layerIndex } from '../../model/file-identity.ts';
import type { Disk, HostState, Layer } from '../../model/host-state.ts';
import { temporaryOverlayPaths } from '../copy.ts';
import { moveByCommit, moveByCopy } from '../effects/move.ts';
import { abortOwnJob, checkOwnJob, removeMade } from './cancel.ts';
import { restoreDefinition } from './definition.ts';
import { recreateOverlay } from './recreate-overlay.ts';

export interface FlattenedCopy {
  readonly disk: string;
  readonly dest: string;
  /** The chain that was flattened, active layer first. */
  readonly old: readonly [Layer, ...Layer[]];
  /** The command that copies the top layer of the disk into a file that is there, with the chain that its header names. */
  copyTop(state: HostState, file: string): BlockcopyArgs;
}

/**
 * The effects that lead back from wherever the rollback stands; none where it has been gone.
 * @throws NoWayBack where another job runs on the disk
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
  // A commit, or a copy into the last overlay, that was cut short is cancelled first, and begun again.
  const ended = hasMoved ? abortOwnJob(now, disk, undefined) : [];
  if (isOn(home)) return [...ended, ...committed(copy, now)];
  const clear = [
    ...removeMade(before, now, aside, false),
    ...removeMade(before, now, home, ended.length > 0),
  ];
  if (!active || !hasMoved) return [...clear, ...restoreDefinition(before, now)];
  const source = current.chain[layerIndex(now, current.chain, dest)] ?? active;
  const asideNow = isOn(aside)
    ? []
    : recreateOverlay(now, current, { file: aside, format: 'qcow2', base: dest });
  return [
    ...ended,
    ...clear,
    ...asideNow,
    ...filled(copy, now, source.format),
    ...committed(copy, now),
  ];
}

/** The copy is written into the old file, and the guest moves to an overlay above that. */
function filled(
  { disk, dest, old, copyTop }: FlattenedCopy,
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
      why: `write the copy, which is quiet now, into ${top.file}, above the files below it`,
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
      why: `make an overlay above ${top.file}`,
    },
    ...moveByCopy(now, copyTop(now, home), {
      start: `copy what the guest wrote meanwhile to ${home}`,
      until: 'until that overlay holds all that the other holds',
      pivot: `move ${disk} to ${home}, above its old chain`,
    }),
  ];
}

/** The overlay of the old file is committed into it. */
function committed({ disk, old: [top] }: FlattenedCopy, now: HostState): Effect[] {
  return moveByCommit(now, disk, top.file, {
    start: `commit what the guest wrote meanwhile into ${top.file}`,
    until: 'until the old file holds all that the overlay holds',
    pivot: `move ${disk} back to ${top.file}`,
  });
}
