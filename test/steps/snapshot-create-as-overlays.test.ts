/** What `snapshot-create-as` refuses of overlays that exist, and of the places of new ones, word for word. */
import { expect, test } from 'vitest';
import type { HostState, ImageFile } from '../../src/model/host-state.ts';
import { snapshotCreateAsStep } from '../../src/steps/snapshot-create-as.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { refusalLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const OVERLAY = '/new/vda.overlay';
const BARRED = '/new/barred/vda.overlay';
const EQUAL = 10_240 * 1024 * 1024;
const quick = { name: 'nightly', 'disk-only': true };
const reused = (file: string) => ({
  ...quick,
  'reuse-external': true,
  diskspec: [
    { disk: 'vda', file },
    { disk: 'vdb', snapshot: 'no' },
  ],
});
const withPlace = (kind: 'file' | 'block device', virtualSize: number): HostState => {
  const header = { format: 'qcow2', virtualSize };
  const place: ImageFile['place'] = { kind, length: 1, header, heldBy: [] };
  return world({ files: { [OVERLAY]: { size: 1, place } } });
};
const barred: HostState = (() => {
  const folders = { '/new/barred': { writable: true, free: 2 ** 40, barredAt: '/new/barred' } };
  const host = world({ files: { [BARRED]: { size: 1 } }, folders });
  const confinement = { apparmor: false, user: { uid: 107, gid: 107 }, givesFiles: true };
  return { ...host, domain: { ...host.domain, confinement } };
})();

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'no overlay to reuse',
    reused(OVERLAY),
    world(),
    [
      `BP106 diskspec.0: there is no ${OVERLAY} to use as overlay -> make it first: qemu-img create -f qcow2 -b ${SNAP2} -F FORMAT ${OVERLAY}`,
    ],
  ],
  [
    'to reuse a file of its own',
    reused(SNAP1),
    world(),
    [`BP106 diskspec.0: ${SNAP1} belongs to one of the guest's own disks`],
  ],
  [
    'to reuse an overlay of another file',
    reused(OVERLAY),
    world({ files: { [OVERLAY]: { size: 1, backing: BASE } } }),
    [
      `BP122 diskspec.0: ${OVERLAY} rests on ${BASE}, but it has to rest on ${SNAP2} -> make it anew: qemu-img create -f qcow2 -b ${SNAP2} -F FORMAT ${OVERLAY}`,
    ],
  ],
  [
    'to reuse what nobody can tell the users of',
    reused(OVERLAY),
    world({ files: { [OVERLAY]: { size: 1 } }, others: [neighbour('o', ['/t'], [], ['/t'])] }),
    [
      'BP124 diskspec.0: it cannot be told whether other domains rest on the files: /t cannot be read -> run it as a user who may read them, such as root',
    ],
  ],
  [
    'to reuse an overlay of another size',
    reused(OVERLAY),
    withPlace('file', 1),
    [
      `BP147 diskspec.0: ${OVERLAY} is an image of 1 bytes, but the disk has ${EQUAL}: they have to be equal -> make one for the purpose: qemu-img create -f qcow2 ${OVERLAY} ${EQUAL}`,
    ],
  ],
  ['no overlay of the size of the disk', reused(OVERLAY), withPlace('file', EQUAL), []],
  [
    'to reuse a block device',
    reused(OVERLAY),
    withPlace('block device', EQUAL),
    [`BP146 diskspec.0: ${OVERLAY} is a block device, not a regular file -> choose a regular file`],
  ],
  [
    'to reuse an overlay where QEMU cannot get',
    reused(BARRED),
    barred,
    [
      `BP138 diskspec.0: the QEMU of "testvm" runs as user 107, who may not enter /new/barred, so it cannot open ${BARRED} -> choose another place, or let that user in: chmod o+x /new/barred`,
    ],
  ],
  [
    'a disk beside a device, and nothing else of a place in /dev',
    quick,
    world({
      disks: [
        disk('vda', ['/dev/lv'], { chain: [{ file: '/dev/lv', format: 'raw', block: true }] }),
      ],
      files: { '/dev/lv.nightly': { size: 1 } },
    }),
    [
      'BP143 name: libvirt makes no overlay beside /dev/lv, which is a block device (vda) -> say where it goes, in "diskspec": { disk: vda, file: /… }',
    ],
  ],
  [
    'a disk that is passed through, unless it is left out',
    quick,
    world({
      disks: [
        disk('vda', [SNAP2]),
        disk('vdb', [DATA], { device: 'lun', unsupported: ["<disk device='lun'>"] }),
      ],
    }),
    [
      `BP126 name: vdb has <disk device='lun'>: the guest sends SCSI commands to the device itself, which no file can answer -> say what becomes of it, in "diskspec": { disk: vdb, snapshot: no }`,
    ],
  ],
  ['no disks that one word stands for', { ...quick, diskspec: [{ disk: '*' }] }, world(), []],
])('says why it refuses %s', (_title, params, host, lines) => {
  expect(refusalLines(snapshotCreateAsStep, params, host)).toEqual(lines);
});
