/** Parameters for the tests of `blockcopy`, and host states with a file or device at the destination. */
import type { ImageFile } from '../../src/model/host-state.ts';
import { disk, world } from '../worlds.ts';

export const DEST = '/new/copy.qcow2';
export const LV = '/dev/vg/lv';
export const shallow = { disk: 'vda', dest: DEST, shallow: true, pivot: true };
export const backup = { disk: 'vda', dest: DEST, finish: true };
export const reuse = { ...backup, 'reuse-external': true, format: 'qcow2' } as const;
export const toDevice = { dest: LV, blockdev: true, format: 'raw', pivot: true } as const;
export const withImage = (file: ImageFile) => world({ files: { [DEST]: file } });
export const withDevice = world({ files: { [LV]: { size: 0 } } });
export const onDevice = world({
  disks: [
    disk('vdb', ['/dev/vg/old'], { chain: [{ file: '/dev/vg/old', format: 'raw', block: true }] }),
  ],
});
