/** Overlays as `snapshot-create-as` makes them: for a snapshot, and on the way back of other steps. */
import type { Effect } from '../model/effect.ts';
import { layerIndex } from '../model/file-identity.ts';
import type { Disk, World } from '../model/world.ts';
import { makeFile } from './block-job.ts';

/** Freezing the guest's file systems waits for the guest; an agent that hangs must not hang the run. */
export const SNAPSHOT_TIMEOUT_MS = 180_000;

/** One disk's part in the snapshot. */
export interface Overlay {
  readonly target: string;
  readonly file: string;
  readonly format: string;
  /** The file that becomes the overlay's backing file. */
  readonly base: string;
}

/** virsh takes a comma inside a disk's specification when it is doubled (virsh, snapshot-create-as). */
export function commas(text: string): string {
  return text.replaceAll(',', ',,');
}

/**
 * The overlay's file where none is named: the active file's path with the snapshot's name in place of its last suffix
 * (libvirt, src/conf/snapshot_conf.c, virDomainSnapshotDefAssignExternalNames). libvirt names none beside a block device.
 */
export function defaultOverlayFile(active: string, snapshot: string): string {
  return `${active.replace(/\.[^./]*$/, '')}.${snapshot}`;
}

export function externalSpec(overlay: Overlay): string {
  return `${commas(overlay.target)},snapshot=external,driver=${overlay.format},file=${commas(overlay.file)}`;
}

/**
 * The effects that let one disk go on in a fresh overlay, without a record in libvirt; other disks stay as they are.
 * libvirt names the file below by its path in an overlay that it makes. So where the header has to have another name,
 * the overlay is made beforehand.
 * @param name what the header has to name, such as a relative name
 */
export function overlayAgain(
  world: World,
  disk: Disk,
  overlay: Omit<Overlay, 'target'>,
  name: string = overlay.base,
): Effect[] {
  const { file, format, base } = overlay;
  const isNamed = name !== base;
  const others = world.domain.disks.filter(
    (each) => each.target !== disk.target && each.chain.length > 0,
  );
  const snapshot: Effect = {
    tool: 'virsh',
    argv: [
      'snapshot-create-as',
      ...['--domain', world.domain.name, '--name', `blockplan-back-${disk.target}`],
      ...['--disk-only', '--atomic', '--no-metadata', ...(isNamed ? ['--reuse-external'] : [])],
      ...['--diskspec', externalSpec({ target: disk.target, ...overlay })],
      ...others.flatMap((each) => ['--diskspec', `${commas(each.target)},snapshot=no`]),
    ],
    why: `put an overlay ${file} above ${base} again`,
    timeoutMs: SNAPSHOT_TIMEOUT_MS,
  };
  const baseFormat = disk.chain[layerIndex(world, disk.chain, base)]?.format ?? 'raw';
  return [
    isNamed
      ? {
          tool: 'qemu-img',
          argv: ['create', '-q', '-f', format, '-b', name, '-F', baseFormat, file],
          dest: file,
          bytes: 0,
          why: `make the overlay with the name that it had for ${base}`,
        }
      : makeFile(file, 'take the place of the overlay'),
    snapshot,
  ];
}
