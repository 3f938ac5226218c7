/** The exact findings of `blockcopyStep` about the file or block device that it copies to. */
import { expect, test } from 'vitest';
import type { HostState, ImageFile } from '../../src/model/host-state.ts';
import { exactSizeText } from '../../src/size-text.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { BASE, disk, neighbour, SNAP2, world } from '../worlds.ts';
import { refusalLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const DEST = '/new/copy.qcow2';
const LV = '/dev/vg/lv';
const shallow = { disk: 'vda', dest: DEST, shallow: true, pivot: true };
const backup = { disk: 'vda', dest: DEST, finish: true };
const reuse = { ...backup, 'reuse-external': true, format: 'qcow2' } as const;
const MiB = 1024 * 1024;
const EQUAL = 10_240 * MiB;
/** A guest whose QEMU runs as another user, who cannot enter `/new/barred`. */
function confined(givesFiles: boolean, files: HostState['files'] = {}): HostState {
  const folders = { '/new/barred': { writable: true, free: 2 ** 40, barredAt: '/new/barred' } };
  const host = world({ files, folders });
  const confinement = { apparmor: false, user: { uid: 107, gid: 107 }, givesFiles };
  return { ...host, domain: { ...host.domain, confinement }, host: { ...host.host, user: 0 } };
}
const at = (dest: string, file: ImageFile, more = {}) =>
  world({ files: { [dest]: file }, ...more });
const place = (kind: 'file' | 'block device', virtualSize?: number): ImageFile => ({
  size: 1,
  place: {
    kind,
    length: EQUAL,
    header: virtualSize === undefined ? null : { format: 'qcow2', virtualSize },
    heldBy: [],
  },
});
const rests = (named: string) =>
  `BP122 dest: ${DEST} is backed by ${named}, but must have no backing file -> create it again: qemu-img create -f qcow2 ${DEST} SIZE`;
const BARRED = '/new/barred/copy.qcow2';
const CREATE = `create one: qemu-img create -f qcow2 ${LV} ${EQUAL}`;

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a disk that the definition lacks',
    shallow,
    world({ disks: [disk('vda', [SNAP2], { persistentSource: undefined as never })] }),
    [
      'BP100 disk: the definition names no file for vda: once the guest stops, nothing records which file holds its writes -> copy it with "finish: true", or add vda to the definition first: virsh edit testvm',
    ],
  ],
  [
    'a new file that QEMU cannot write to',
    shallow,
    confined(false),
    [
      `BP138 dest: the QEMU of "testvm" runs as user 107, and its seclabel has relabel='no', so libvirt does not change the owner of files: QEMU cannot write to a file that user 0 creates at ${DEST} -> create the file first, change its owner to that user, and add "reuse-external: true"`,
    ],
  ],
  ['no existing file that QEMU can write to', reuse, confined(false, { [DEST]: { size: 1 } }), []],
  [
    'an existing file in a folder that QEMU cannot enter',
    { ...reuse, dest: BARRED },
    confined(true, { [BARRED]: { size: 1 } }),
    [
      `BP138 dest: the QEMU of "testvm" runs as user 107, who cannot enter /new/barred, so it cannot open ${BARRED} -> choose another path, or let all users enter the folder: chmod o+x /new/barred`,
    ],
  ],
  [
    'an existing file whose users are unknown',
    reuse,
    at(DEST, { size: 1 }, { others: [neighbour('o', ['/t'], [], ['/t'])] }),
    [
      'BP124 dest: /t cannot be read, so it is unknown whether other domains use the files -> run blockplan as a user who can read them, such as root',
    ],
  ],
  [
    'a whole copy to an image with a backing file',
    reuse,
    at(DEST, { size: 1, backing: BASE }),
    [rests(BASE)],
  ],
  [
    'no raw copy, which has no header',
    { ...reuse, format: 'raw' },
    at(DEST, { size: 1, backing: BASE }),
    [],
  ],
  [
    'no header that libvirt overwrites',
    { ...backup, dest: LV, blockdev: true, format: 'qcow2' },
    at(LV, { size: 1, backing: BASE }),
    [],
  ],
  [
    'a device that is a file',
    { ...backup, dest: LV, blockdev: true, format: 'raw' },
    at(LV, place('file')),
    [`BP146 dest: ${LV} is a regular file, not a block device -> leave "blockdev" out`],
  ],
  [
    'a file that is a device',
    reuse,
    at(DEST, place('block device')),
    [`BP146 dest: ${DEST} is a block device, not a regular file -> add "blockdev: true"`],
  ],
  [
    'an image of another size',
    { ...reuse, dest: LV, blockdev: true },
    at(LV, place('block device', 1)),
    [
      `BP147 dest: ${LV} is an image of 1 bytes, but the disk has ${exactSizeText(EQUAL)}: the sizes must be equal -> ${CREATE}`,
    ],
  ],
  [
    'no image of another size that libvirt replaces',
    { ...backup, dest: LV, blockdev: true, format: 'qcow2' },
    at(LV, place('block device', 1)),
    [
      `BP148 dest (warning): ${LV} has 10 GiB (10737418240 bytes), but a full qcow2 image of the disk takes up to 10 GiB (10739318784 bytes): a guest that fills it is paused, with no space left -> choose a larger device`,
    ],
  ],
])('gives the reason for refusing a destination: %s', (_title, params, host, lines) => {
  expect(refusalLines(blockcopyStep, params, host)).toEqual(lines);
});
