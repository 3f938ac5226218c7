/** The exact findings of `snapshot-create-as`. */
import { expect, test } from 'vitest';
import type { HostState } from '../../src/model/host-state.ts';
import { snapshotCreateAsStep } from '../../src/steps/snapshot-create-as.ts';
import { DATA, disk, ISO, SNAP2, world } from '../worlds.ts';
import { findingLines, refusalLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const TOP = '/export/vmimages/testvm.nightly';
const quick = { name: 'nightly', 'disk-only': true };
const one = { ...quick, diskspec: [{ disk: 'vdb', snapshot: 'no' }] };
const onDevice = world({
  disks: [
    disk('vda', ['/dev/vg/lv'], { chain: [{ file: '/dev/vg/lv', format: 'raw', block: true }] }),
  ],
});
const confined = (givesFiles: boolean): HostState => {
  const host = world();
  const confinement = { apparmor: false, user: { uid: 107, gid: 107 }, givesFiles };
  return {
    ...host,
    domain: { ...host.domain, confinement },
    host: { ...host.host, user: 0 },
  };
};

test.each<readonly [string, Params, readonly string[]]>([
  [
    'an internal snapshot',
    { name: 's' },
    [
      'BP056: this would create an internal snapshot, which pauses the guest while its memory is written to the image -> add "disk-only: true" for overlays, or "memspec" to save the memory to a file',
    ],
  ],
  [
    'options without the others that they need',
    { name: 's', quiesce: true, memspec: { file: 'm' } },
    [
      'BP052 quiesce: "quiesce" requires "disk-only" -> add "disk-only", or leave "quiesce" out',
      'BP050 memspec.file: "m" is not an absolute path -> write the absolute path on the host: /…',
    ],
  ],
  [
    '"live" without memory',
    { ...quick, live: true },
    ['BP052 live: "live" requires "memspec" -> add "memspec", or leave "live" out'],
  ],
  [
    'disks only, and memory',
    { ...quick, memspec: { file: '/m' } },
    ['BP051 memspec: "disk-only" and "memspec" are mutually exclusive -> keep one of the two'],
  ],
  [
    'the disks',
    {
      ...quick,
      'reuse-external': true,
      diskspec: [
        { disk: 'vda' },
        { disk: 'vda', file: 'o' },
        { disk: 'vdb', snapshot: 'no', file: '/a' },
        { disk: '*', file: '/b' },
        { disk: 'sda', snapshot: 'no' },
        { disk: 'vdd', file: '/d' },
      ],
    },
    [
      'BP057 diskspec.0: "reuse-external" requires the overlay file of vda -> add "file"',
      'BP057 diskspec.1.disk: vda is listed twice -> list each disk once',
      'BP050 diskspec.1.file: "o" is not an absolute path -> write the absolute path on the host: /…',
      'BP057 diskspec.2.file: vdb is left out of the snapshot, so it cannot have a file -> remove "file" or "snapshot: no"',
      'BP057 diskspec.3.file: several disks cannot share one overlay file -> list each disk by its name, or leave "file" out',
    ],
  ],
  ['nothing', { ...quick, diskspec: [{ disk: '*' }, { disk: 'vda', file: '/a' }] }, []],
  ['nothing about the memory alone', { name: 's', memspec: { file: '/m' } }, []],
])('what is wrong with parameters: %s', (_title, params, lines) => {
  expect(findingLines(snapshotCreateAsStep.check(params as never))).toEqual(lines);
});

const NO_OVERLAY =
  'BP143 AT: libvirt creates no overlay beside /dev/vg/lv, which is a block device (vda) -> specify its file in "diskspec": { disk: vda, file: /… }';

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a name that is taken',
    quick,
    world({ domain: { snapshots: ['nightly'] } }),
    [
      'BP111 name: "testvm" already has a snapshot "nightly" -> choose another name, or add "no-metadata: true"',
    ],
  ],
  [
    'no name that is taken, if no record is made',
    { ...quick, 'no-metadata': true },
    world({ domain: { snapshots: ['nightly'] } }),
    [],
  ],
  [
    'to freeze a paused guest',
    { ...quick, quiesce: true },
    world({ domain: { state: 'paused', agent: false } }),
    [
      'BP112 quiesce: "testvm" is paused, so its guest agent cannot freeze its file systems -> leave "quiesce" out, or resume the guest: virsh resume testvm',
    ],
  ],
  [
    'to freeze without an agent',
    { ...quick, quiesce: true },
    world({ domain: { agent: false } }),
    [
      'BP112 quiesce: the guest agent of "testvm" is not connected, so its file systems cannot be frozen -> start qemu-guest-agent in the guest, or leave "quiesce" out',
    ],
  ],
  [
    'no guest without an agent, if nothing is frozen',
    quick,
    world({ domain: { agent: false } }),
    [],
  ],
  [
    'an unknown disk',
    { ...quick, diskspec: [{ disk: 'vdz' }] },
    world({ disks: [disk('vda', [SNAP2])] }),
    [
      'BP103 diskspec.0.disk: the domain "testvm" has no disk "vdz"; it has: vda -> did you mean "vda"?',
    ],
  ],
  [
    'no disk that is left out, whatever it is',
    {
      ...quick,
      diskspec: [
        { disk: 'sda', snapshot: 'no' },
        { disk: 'vdz', snapshot: 'no' },
      ],
    },
    world(),
    [],
  ],
  [
    'a job on a listed disk, at its list entry',
    { ...quick, diskspec: [{ disk: 'vda' }] },
    world({ disks: [disk('vda', [SNAP2], { job: { type: 'copy', ready: true } })] }),
    [
      'BP105 diskspec.0.disk: vda already has a block job (copy, ready) -> it does not end by itself; to find out how to end it: blockplan doctor testvm',
    ],
  ],
  [
    'a job on a disk that is not listed',
    quick,
    world({ disks: [disk('vda', [SNAP2], { job: { type: 'copy', ready: true } })] }),
    [
      'BP105 name: vda already has a block job (copy, ready) -> it does not end by itself; to find out how to end it: blockplan doctor testvm',
    ],
  ],
  ...(['internal', 'manual'] as const).map(
    (snapshot) =>
      [
        `a disk whose definition says ${snapshot}`,
        quick,
        world({ disks: [disk('vda', [SNAP2], { snapshot })] }),
        [
          `BP143 name: the definition has snapshot='${snapshot}' for vda, which creates no overlay -> list it in "diskspec": { disk: vda, snapshot: external }`,
        ],
      ] as const,
  ),
  [
    'no disk whose definition says external',
    quick,
    world({ disks: [disk('vda', [SNAP2], { snapshot: 'external' })] }),
    [],
  ],
  ['a block device that is not listed', quick, onDevice, [NO_OVERLAY.replace('AT', 'name')]],
  [
    'a block device without a file',
    { ...quick, diskspec: [{ disk: 'vdb', snapshot: 'no' }, { disk: 'vda' }] },
    onDevice,
    [NO_OVERLAY.replace('AT', 'diskspec.1')],
  ],
  [
    'an unsupported disk, and hints at how to leave it out',
    quick,
    world({ disks: [disk('vda', [SNAP2]), disk('vdb', [DATA], { unsupported: ['<shareable>'] })] }),
    [
      `BP126 name: vdb has <shareable>: other guests may write to it too, and would keep using the old file -> leave it out with "diskspec: [{ disk: vdb, snapshot: no }]": no step supports disks with <shareable>`,
    ],
  ],
  [
    'a guest without disks to snapshot',
    quick,
    world({ disks: [disk('sda', [ISO], { device: 'cdrom', readonly: true })] }),
    [
      'BP104: no disk of "testvm" would take part in the snapshot -> list a disk in "diskspec": { disk: TARGET, snapshot: external }',
    ],
  ],
  [
    'two disks in one file',
    {
      ...quick,
      diskspec: [
        { disk: 'vda', file: '/n' },
        { disk: 'vdb', file: '/n' },
      ],
    },
    world(),
    ['BP057: vda and vdb would both be written to /n -> give each its own file in "diskspec"'],
  ],
  [
    'a disk and the memory in one file',
    { ...one, 'disk-only': false, memspec: { file: TOP } },
    world(),
    [
      `BP057: vda and the memory would both be written to ${TOP} -> give each its own file in "diskspec"`,
    ],
  ],
  [
    'memory without enough space',
    { ...one, 'disk-only': false, memspec: { file: '/new/m' } },
    world({ domain: { memory: 10 }, folders: { '/new': { writable: true, free: 9 } } }),
    [
      'BP108 memspec.file: /new has 9 B free, but 10 B are needed -> free some space, or choose another folder',
    ],
  ],
  [
    'no memory of an unknown size',
    { ...one, 'disk-only': false, memspec: { file: '/new/m' } },
    world({ folders: { '/new': { writable: true, free: 0 } } }),
    [],
  ],
  [
    'an overlay without enough space',
    one,
    world({ folders: { '/export/vmimages': { writable: true, free: 67_108_863 } } }),
    [
      'BP108 name: /export/vmimages has 64 MiB (67108863 bytes) free, but 64 MiB (67108864 bytes) are needed -> free some space, or choose another folder',
    ],
  ],
  [
    'an overlay that QEMU cannot write to',
    one,
    confined(false),
    [
      `BP138 name: the QEMU of "testvm" runs as user 107, and its seclabel has relabel='no', so libvirt does not change the owner of files: QEMU cannot write to a file that user 0 creates at ${TOP} -> create the file first, change its owner to that user, and add "reuse-external: true"`,
    ],
  ],
  ['no overlay whose owner libvirt changes', one, confined(true), []],
  [
    'a disk that the definition lacks',
    quick,
    world({ disks: [disk('vda', [SNAP2], { persistentSource: undefined as never })] }),
    [
      'BP100 name: the definition names no file for vda: once the guest stops, nothing records which file holds its writes -> leave it out with "diskspec: [{ disk: vda, snapshot: no }]", or add vda to the definition first: virsh edit testvm',
    ],
  ],
])('gives the reason for refusing %s', (_title, params, host, lines) => {
  expect(refusalLines(snapshotCreateAsStep, params, host)).toEqual(lines);
});
