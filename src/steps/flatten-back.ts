/**
 * The way back from a flattened copy to the chain that it was made of. One mirror does not lead there: libvirt opens the
 * old file without its backing files then, because the copy has none. So the guest goes on in an overlay while the quiet
 * copy is written into the old file, above its chain; moves to an overlay of the old file; and that one is committed.
 */
import type { Effect } from '../model/effect.ts';
import { fileAt, isSameFile, layerIndex } from '../model/file-identity.ts';
import type { Disk, Layer, World } from '../model/world.ts';
import { abortOwnJob, awaitReady, checkOwnJob, pivot, removeMade } from './block-job.ts';
import { restoreDefinition } from './definition.ts';
import { overlayAgain } from './overlay.ts';

export interface FlattenedCopy {
  readonly disk: string;
  readonly dest: string;
  /** The chain that was flattened, active layer first. */
  readonly old: readonly [Layer, ...Layer[]];
  /** The command that copies the top layer of the disk into a file that is there, with the chain that its header names. */
  copyTop(world: World, file: string): readonly string[];
}

/** The temporary overlays: above the copy, and above the old file. */
export function overlaysBack(old: string): { aside: string; home: string } {
  return { aside: `${old}.blockplan-aside`, home: `${old}.blockplan-home` };
}

/**
 * The effects that lead back from wherever the way back stands; none where it has been gone.
 * @throws NoWayBack where another job runs on the disk
 */
export function flattenBack(
  copy: FlattenedCopy,
  before: World,
  now: World,
  current: Disk,
): Effect[] {
  const { disk, dest, old } = copy;
  const top = old[0];
  const { aside, home } = overlaysBack(top.file);
  const active = current.chain[0];
  const isOn = (file: string) => isSameFile(now, active?.file, file);
  const commit: Effect[] = [
    {
      tool: 'virsh',
      argv: [
        'blockcommit',
        ...['--domain', now.domain.name, '--path', disk, '--base', top.file, '--active'],
      ],
      why: `commit what the guest wrote meanwhile into ${top.file}`,
    },
    awaitReady(disk, undefined, 'until the old file holds all that the overlay holds'),
    pivot(now, disk, `move ${disk} back to ${top.file}`),
  ];
  const hasMoved = [home, aside, dest].some(isOn);
  if (hasMoved) checkOwnJob(now, disk, isOn(home) ? top.file : home);
  // A commit, or a copy into the last overlay, that was cut short is cancelled first, and begun anew.
  const ended = hasMoved ? abortOwnJob(now, disk, undefined) : [];
  if (isOn(home)) return [...ended, ...commit];
  const clear = [
    ...removeMade(before, now, aside, false),
    ...removeMade(before, now, home, ended.length > 0),
  ];
  if (!active || !hasMoved) return [...clear, ...restoreDefinition(before, now)];
  const source = current.chain[layerIndex(now, current.chain, dest)] ?? active;
  const asideNow = isOn(aside)
    ? []
    : overlayAgain(now, current, { file: aside, format: 'qcow2', base: dest });
  return [
    ...ended,
    ...clear,
    ...asideNow,
    {
      tool: 'qemu-img',
      argv: [
        ...['convert', '-p', '-n', '-W', '-m', '8'],
        ...['-f', source.format, '-O', top.format, dest, top.file],
      ],
      dest: top.file,
      into: 'existing',
      bytes: fileAt(now, dest)?.size ?? 0,
      why: `write the copy, which is quiet now, into ${top.file}, above the files below it`,
    },
    {
      tool: 'qemu-img',
      argv: ['create', '-q', '-f', 'qcow2', '-b', top.file, '-F', top.format, home],
      dest: home,
      bytes: 0,
      why: `make an overlay above ${top.file}`,
    },
    {
      tool: 'virsh',
      argv: copy.copyTop(now, home),
      why: `copy what the guest wrote meanwhile to ${home}`,
      writesInto: [home],
    },
    awaitReady(disk, undefined, 'until that overlay holds all that the other holds'),
    pivot(now, disk, `move ${disk} to ${home}, above its old chain`),
    ...commit,
  ];
}
