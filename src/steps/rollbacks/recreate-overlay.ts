/** A fresh overlay above a file that the guest has moved to. */
import type { Effect } from '../../commands/effect.ts';
import { layerIndex } from '../../model/file-identity.ts';
import type { Disk, HostState } from '../../model/host-state.ts';
import { makeFile } from '../effects/files.ts';
import { externalSpec, type Overlay, SNAPSHOT_TIMEOUT_MS } from '../overlay.ts';

/**
 * The effects that let one disk go on in a fresh overlay, without a record in libvirt; other disks stay as they are.
 * libvirt names the file below by its path in an overlay that it makes. So where the header has to have another name,
 * the overlay is made beforehand.
 * @param name what the header has to name, such as a relative name
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
    why: `put an overlay ${file} above ${base} again`,
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
          why: `make the overlay with the name that it had for ${base}`,
        }
      : makeFile(file, 'take the place of the overlay'),
    snapshot,
  ];
}
