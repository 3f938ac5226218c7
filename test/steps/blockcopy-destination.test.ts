/** What `blockcopyStep` refuses of the file or block device that it copies into, word for word. */
import { expect, test } from 'vitest';
import type { HostState, ImageFile } from '../../src/model/host-state.ts';
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
/** A guest whose QEMU runs as another user, who may not enter `/new/barred`. */
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
  `BP122 dest: ${DEST} rests on ${named}, but it has to rest on no file -> make it anew: qemu-img create -f qcow2 ${DEST} SIZE`;
const BARRED = '/new/barred/copy.qcow2';
const CREATE = `make one for the purpose: qemu-img create -f qcow2 ${LV} ${EQUAL}`;

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a disk that the definition lacks',
    shallow,
    world({ disks: [disk('vda', [SNAP2], { persistentSource: undefined as never })] }),
    [
      'BP100 disk: the definition names no file for vda: a guest that stops loses it, and then nothing tells which file holds its writes -> copy it with "finish: true", or add it to the definition first: virsh edit testvm',
    ],
  ],
  [
    'a new file that QEMU would not get',
    shallow,
    confined(false),
    [
      `BP138 dest: the QEMU of "testvm" runs as user 107, and its seclabel has relabel='no', so libvirt does not give it files: what user 0 makes at ${DEST} it cannot write to -> make the file first, give it to that user, and add "reuse-external: true"`,
    ],
  ],
  ['no file that exists, which QEMU has', reuse, confined(false, { [DEST]: { size: 1 } }), []],
  [
    'a file that exists where QEMU cannot get',
    { ...reuse, dest: BARRED },
    confined(true, { [BARRED]: { size: 1 } }),
    [
      `BP138 dest: the QEMU of "testvm" runs as user 107, who may not enter /new/barred, so it cannot open ${BARRED} -> choose another place, or let that user in: chmod o+x /new/barred`,
    ],
  ],
  [
    'to write over what nobody can tell the users of',
    reuse,
    at(DEST, { size: 1 }, { others: [neighbour('o', ['/t'], [], ['/t'])] }),
    [
      'BP124 dest: it cannot be told whether other domains rest on the files: /t cannot be read -> run it as a user who may read them, such as root',
    ],
  ],
  [
    'a whole copy into an image that rests on a file',
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
    'no header that libvirt writes anew',
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
      `BP147 dest: ${LV} is an image of 1 bytes, but the disk has ${EQUAL}: they have to be equal -> ${CREATE}`,
    ],
  ],
  [
    'no image of another size that libvirt replaces',
    { ...backup, dest: LV, blockdev: true, format: 'qcow2' },
    at(LV, place('block device', 1)),
    [
      `BP148 dest (warning): ${LV} has ${EQUAL} bytes, but the disk as qcow2 can take up to 10739318784: a guest that fills it is paused, with no space left -> choose a larger device`,
    ],
  ],
])('says why it refuses a destination: %s', (_title, params, host, lines) => {
  expect(refusalLines(blockcopyStep, params, host)).toEqual(lines);
});
