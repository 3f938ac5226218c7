/** Overlays as `snapshot-create-as` makes them: for a snapshot, and on the way back of other steps. */
import type { DiskSpec } from '../commands/define.ts';
import type { Effect } from '../commands/effect.ts';
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

/**
 * The overlay's file where none is named: the active file's path with the snapshot's name in place of its last suffix
 * (libvirt, src/conf/snapshot_conf.c, virDomainSnapshotDefAssignExternalNames). libvirt names none beside a block device.
 */
export function defaultOverlayFile(active: string, snapshot: string): string {
  return `${active.replace(/\.[^./]*$/, '')}.${snapshot}`;
}

export function externalSpec({ target, format, file }: Overlay): DiskSpec {
  return { disk: target, snapshot: 'external', driver: format, file };
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
    verb: 'snapshot-create-as',
    args: {
      domain: world.domain.name,
      name: `blockplan-back-${disk.target}`,
      'disk-only': true,
      atomic: true,
      'no-metadata': true,
      'reuse-external': isNamed,
      diskspec: [
        externalSpec({ target: disk.target, ...overlay }),
        ...others.map((each) => ({ disk: each.target, snapshot: 'no' }) as const),
      ],
    },
    why: `put an overlay ${file} above ${base} again`,
    timeoutMs: SNAPSHOT_TIMEOUT_MS,
  };
  const baseFormat = disk.chain[layerIndex(world, disk.chain, base)]?.format ?? 'raw';
  return [
    isNamed
      ? {
          tool: 'qemu-img',
          verb: 'create',
          args: {
            quiet: true,
            format,
            backing: name,
            'backing-format': baseFormat,
            dest: file,
          },
          bytes: 0,
          why: `make the overlay with the name that it had for ${base}`,
        }
      : makeFile(file, 'take the place of the overlay'),
    snapshot,
  ];
}
