/** A new overlay above a file that the guest has moved to. */
import type { Effect } from '../../commands/effect.ts';
import { layerIndex } from '../../model/file-identity.ts';
import type { Disk, HostState } from '../../model/host-state.ts';
import { makeFile } from '../effects/files.ts';
import { externalSpec, type Overlay, SNAPSHOT_TIMEOUT_MS } from '../overlay.ts';

/**
 * The effects that switch one disk to a new overlay, without a record in libvirt; other disks do not change.
 * libvirt writes the path of the backing file into the header of an overlay that it creates. If the header must have
 * another name, the overlay is created beforehand.
 * @param name the backing file name in the header, such as a relative name
 */
export function recreateOverlay(
  state: HostState,
  disk: Disk,
  overlay: Omit<Overlay, 'target'>,
  name: string = overlay.base,
): Effect[] {
  const { file, format, base } = overlay;
  const isNamed = name !== base;
  const others = state.domain.disks.filter(
    (each) => each.target !== disk.target && each.chain.length > 0,
  );
  const snapshot: Effect = {
    tool: 'virsh',
    verb: 'snapshot-create-as',
    args: {
      domain: state.domain.name,
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
    why: `recreate the overlay ${file} above ${base}`,
    timeoutMs: SNAPSHOT_TIMEOUT_MS,
  };
  const baseFormat = disk.chain[layerIndex(state, disk.chain, base)]?.format ?? 'raw';
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
          why: `create the overlay; its header names ${base} as before`,
        }
      : makeFile(file, 'reserve the path of the overlay'),
    snapshot,
  ];
}
