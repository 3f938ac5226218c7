/** The exact findings of `snapshot-create-as` about existing overlays, and about the paths of new ones. */
import { expect, test } from 'vitest';
import type { HostState, ImageFile } from '../../src/model/host-state.ts';
import { exactSizeText } from '../../src/size-text.ts';
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

type Case = readonly [string, Params, HostState, readonly string[]];

test.each<Case>([
  [
    'no overlay to reuse',
    reused(OVERLAY),
    world(),
    [
      `BP106 diskspec.0: the overlay ${OVERLAY} does not exist -> create it first: qemu-img create -f qcow2 -b ${SNAP2} -F FORMAT ${OVERLAY}`,
    ],
  ],
  [
    'to reuse a file of its own disk',
    reused(SNAP1),
    world(),
    [`BP106 diskspec.0: ${SNAP1} belongs to one of the guest's own disks -> choose another file`],
  ],
  [
    'to reuse an overlay of another file',
    reused(OVERLAY),
    world({ files: { [OVERLAY]: { size: 1, backing: BASE } } }),
    [
      `BP122 diskspec.0: ${OVERLAY} is backed by ${BASE}, but must be backed by ${SNAP2} -> create it again: qemu-img create -f qcow2 -b ${SNAP2} -F FORMAT ${OVERLAY}`,
    ],
  ],
  [
    'to reuse a file whose users are unknown',
    reused(OVERLAY),
    world({ files: { [OVERLAY]: { size: 1 } }, others: [neighbour('o', ['/t'], [], ['/t'])] }),
    [
      'BP124 diskspec.0: /t cannot be read, so it is unknown whether other domains use the files -> run blockplan as a user who can read them, such as root',
    ],
  ],
  [
    'to reuse an overlay of another size',
    reused(OVERLAY),
    withPlace('file', 1),
    [
      `BP147 diskspec.0: ${OVERLAY} is an image of 1 bytes, but the disk has ${exactSizeText(EQUAL)}: the sizes must be equal -> create one: qemu-img create -f qcow2 ${OVERLAY} ${EQUAL}`,
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
    'to reuse an overlay in a folder that QEMU cannot enter',
    reused(BARRED),
    barred,
    [
      `BP138 diskspec.0: the QEMU of "testvm" runs as user 107, who cannot enter /new/barred, so it cannot open ${BARRED} -> choose another path, or let all users enter the folder: chmod o+x /new/barred`,
    ],
  ],
  [
    'only the default overlay of a device, not also its path in /dev',
    quick,
    world({
      disks: [
        disk('vda', ['/dev/lv'], { chain: [{ file: '/dev/lv', format: 'raw', block: true }] }),
      ],
      files: { '/dev/lv.nightly': { size: 1 } },
    }),
    [
      'BP143 name: libvirt creates no overlay beside /dev/lv, which is a block device (vda) -> specify its file in "diskspec": { disk: vda, file: /… }',
    ],
  ],
  [
    'a passed-through disk that is not left out',
    quick,
    world({
      disks: [
        disk('vda', [SNAP2]),
        disk('vdb', [DATA], { device: 'lun', unsupported: ["<disk device='lun'>"] }),
      ],
    }),
    [
      `BP126 name: vdb has <disk device='lun'>: the guest sends SCSI commands to the device itself, which a file cannot answer -> leave it out with "diskspec: [{ disk: vdb, snapshot: no }]": no step supports disks with <disk device='lun'>`,
    ],
  ],
  ...[
    [[], 'name', 'leave it out with "diskspec: [{ disk: vdb, snapshot: no }]"'],
    [[{ disk: '*' }], 'name', 'leave it out with "diskspec: [{ disk: vdb, snapshot: no }]"'],
    [[{ disk: 'vdb' }], 'diskspec.0.disk', 'leave it out with "snapshot: no"'],
  ].map(
    ([diskspec, key, hint]): Case => [
      `a disk on another host, listed as ${JSON.stringify(diskspec)}`,
      { ...quick, diskspec: diskspec as never },
      world({
        disks: [
          disk('vda', [SNAP2]),
          disk('vdb', [DATA], { chain: [{ file: 'nbd://h/x', format: 'raw' }] }),
        ],
      }),
      [
        `BP104 ${key}: vdb is on nbd://h/x, which is neither a file nor a block device of this host -> ${hint}: blockplan supports only local files and block devices`,
      ],
    ],
  ),
  [
    'a listed disk without a medium',
    { ...quick, diskspec: [{ disk: 'sda' }] },
    world({ disks: [disk('vda', [SNAP2]), disk('sda', [], { chain: [] })] }),
    ['BP104 diskspec.0.disk: sda has no medium -> leave it out with "snapshot: no"'],
  ],
  ['no disks that "*" stands for', { ...quick, diskspec: [{ disk: '*' }] }, world(), []],
])('gives the reason for refusing %s', (_title, params, host, lines) => {
  expect(refusalLines(snapshotCreateAsStep, params, host)).toEqual(lines);
});
