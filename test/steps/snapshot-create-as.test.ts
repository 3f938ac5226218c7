import { snapshotCreateAsStep } from '../../src/steps/snapshot-create-as.ts';
import { BASE, DATA, disk, ISO, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { testStep } from './step-tester.ts';

const quick = { name: 'nightly', 'disk-only': true };
const one = { ...quick, diskspec: [{ disk: 'vdb', snapshot: 'no' }] };
const silent = world({ domain: { agent: false } });
const transient = world({ domain: { persistent: false } });
const OVERLAY = '/new/vda.overlay';
const listed = { ...quick, diskspec: [{ disk: 'vda', driver: 'qcow2' }] } as const;
const onDevice = world({
  disks: [
    disk('vda', ['/dev/vg/lv'], { chain: [{ file: '/dev/vg/lv', format: 'raw', block: true }] }),
  ],
});
/** The plan overrides the snapshot attribute of a disk in the definition. */
const internal = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { snapshot: 'internal' })] });

testStep(snapshotCreateAsStep, {
  valid: [
    ['all disks', quick, world()],
    ['all disks, quiesced', { ...quick, quiesce: true, atomic: true }, world()],
    ['without a record', { ...quick, 'no-metadata': true, quiesce: true }, world()],
    ['one disk', one, world()],
    [
      'one disk, elsewhere',
      {
        ...quick,
        diskspec: [
          { disk: 'vda', file: OVERLAY },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
      world(),
    ],
    [
      'a file name with a comma',
      { ...quick, diskspec: [{ disk: 'vda', file: '/new/a,b c', driver: 'qed' }] },
      world(),
    ],
    [
      'a block device, with a file',
      { ...quick, diskspec: [{ disk: 'vda', file: OVERLAY }] },
      onDevice,
    ],
    ['a disk that the plan lists', listed, internal],
    ['the memory too', { name: 's', live: true, memspec: { file: '/new/m,em' } }, world()],
    ['a transient domain', quick, transient],
    [
      'overlays that exist',
      {
        ...quick,
        'reuse-external': true,
        diskspec: [
          { disk: 'vda', file: OVERLAY },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
      world({ files: { [OVERLAY]: { size: 1 } } }),
    ],
    [
      'every option',
      { ...quick, description: "it's -- one", validate: true, atomic: true },
      world(),
    ],
    [
      'a disk that the definition leaves out',
      quick,
      world({
        disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA], { snapshot: 'no' })],
      }),
    ],
  ],
  invalid: [
    ['an internal snapshot', { name: 's' }, ['BP056']],
    ['quiesce alone', { name: 's', quiesce: true, memspec: { file: '/m' } }, ['BP052 quiesce']],
    ['live without memory', { ...quick, live: true }, ['BP052 live']],
    ['disks only, and memory', { ...quick, memspec: { file: '/m' } }, ['BP051 memspec']],
    ['a relative memory', { name: 's', memspec: { file: 'm' } }, ['BP050 memspec.file']],
    [
      'a disk twice',
      { ...quick, diskspec: [{ disk: 'vda' }, { disk: 'vda' }] },
      ['BP057 diskspec.1.disk'],
    ],
    [
      'a relative overlay',
      { ...quick, diskspec: [{ disk: 'vda', file: 'o' }] },
      ['BP050 diskspec.0.file'],
    ],
    [
      'a file for a disk left out',
      { ...quick, diskspec: [{ disk: 'vda', snapshot: 'no', file: '/o' }] },
      ['BP057 diskspec.0.file'],
    ],
    [
      'reuse of an unknown file',
      { ...quick, 'reuse-external': true, diskspec: [{ disk: 'vda' }] },
      ['BP057 diskspec.0'],
    ],
  ],
  worlds: [
    ['no such domain', quick, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['the guest is off', quick, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['the name is taken', quick, world({ domain: { snapshots: ['nightly'] } }), ['BP111 name']],
    ['a silent agent', { ...quick, quiesce: true }, silent, ['BP112 quiesce']],
    ['no such disk', { ...quick, diskspec: [{ disk: 'vdz' }] }, world(), ['BP103 diskspec.0.disk']],
    [
      'the overlay exists',
      one,
      world({ files: { '/export/vmimages/testvm.nightly': { size: 1 } } }),
      ['BP106 name'],
    ],
    [
      'no folder for it',
      { ...quick, diskspec: [{ disk: 'vda', file: OVERLAY }] },
      world({ folders: { '/new': null } }),
      ['BP107 diskspec.0'],
    ],
    [
      'a job runs',
      one,
      world({ disks: [disk('vda', [SNAP2], { job: { type: 'copy', ready: false } })] }),
      ['BP105 name'],
    ],
    ...(['internal', 'manual'] as const).map(
      (snapshot) =>
        [
          `a disk whose definition says snapshot='${snapshot}'`,
          quick,
          world({ disks: [disk('vda', [SNAP2], { snapshot })] }),
          ['BP143 name'],
        ] as const,
    ),
    ['a block device, by default', quick, onDevice, ['BP143 name']],
    ['a block device without a file', listed, onDevice, ['BP143 diskspec.0']],
    [
      'an unsupported disk, by default',
      quick,
      world({
        disks: [disk('vda', [SNAP2]), disk('vdb', [DATA], { unsupported: ['<shareable>'] })],
      }),
      ['BP126 name'],
    ],
    [
      'no disk takes part',
      quick,
      world({ disks: [disk('sda', [ISO], { device: 'cdrom', readonly: true })] }),
      ['BP104'],
    ],
    [
      'two disks whose overlays get the same name',
      quick,
      world({ disks: [disk('vda', ['/a/disk.qcow2']), disk('vdb', ['/a/disk.img'])] }),
      ['BP057'],
    ],
    [
      'a file of another disk of the guest, reused',
      {
        ...quick,
        'reuse-external': true,
        diskspec: [
          { disk: 'vda', file: DATA },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
      world(),
      ['BP106 diskspec.0'],
    ],
    [
      "another guest's overlay, reused",
      {
        ...quick,
        'reuse-external': true,
        diskspec: [
          { disk: 'vda', file: OVERLAY },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
      world({
        files: { [OVERLAY]: { size: 1 } },
        others: [neighbour('other', [OVERLAY], [OVERLAY])],
      }),
      ['BP109 diskspec.0'],
    ],
  ],
  scenes: [world(), silent, transient],
  admitted: 5,
});
