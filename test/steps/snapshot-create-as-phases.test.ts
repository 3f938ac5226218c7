/** The exact commands, requirements and sizes of `snapshot-create-as`. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../src/model/host-state.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { snapshotCreateAsStep } from '../../src/steps/snapshot-create-as.ts';
import { DATA, disk, SNAP2, world } from '../worlds.ts';
import { phaseLines, requirementLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const FOLDER = '/export/vmimages';
const TOP = `${FOLDER}/testvm.nightly`;
const TOP_DATA = `${FOLDER}/testvm-data.nightly`;
const OVERLAY = '/new/vda.overlay';
const MEMORY = '/new/m,em';
const quick = { name: 'nightly', 'disk-only': true };
const one = { ...quick, diskspec: [{ disk: 'vdb', snapshot: 'no' }] };
const reuse = {
  ...quick,
  'reuse-external': true,
  diskspec: [
    { disk: 'vda', file: OVERLAY },
    { disk: 'vdb', snapshot: 'no' },
  ],
};
const withOverlay = world({ files: { [OVERLAY]: { size: 1 } } });
const memory = { ...one, 'disk-only': false, memspec: { file: MEMORY } };

const make = (file: string) =>
  `  : > ${file}  # must not exist  (reserve the path of the new file)`;
const external = (target: string, file: string, format = 'qcow2') =>
  ` --diskspec ${target},snapshot=external,driver=${format},file=${file}`;
const without = (target: string) => ` --diskspec ${target},snapshot=no`;
const create = (options: string, seconds = 180, more = '') =>
  `  virsh snapshot-create-as --domain testvm --name nightly${options}  (create the overlays; timeoutMs ${seconds}000${more})`;
const BACK =
  '  rollback: commit each overlay back into the file below it, pivot, and remove the overlay';
const commit = (target: string, file: string, base: string) => [
  `    virsh blockcommit --domain testvm --path ${target} --base ${base} --active  (commit ${file} back into ${base})`,
  `    # wait for libvirt's event: ${target} ready  (until the file below holds all data of the overlay; timeoutMs 86400000)`,
  `    virsh blockjob --domain testvm --path ${target} --pivot  (move ${target} back to ${base}; timeoutMs 120000)`,
];
const remove = (file: string) =>
  `    rm ${file}  # once proven unused  (remove the overlay; made true)`;
const RECORD =
  "    virsh snapshot-delete --domain testvm --snapshotname nightly --metadata  (remove libvirt's record of snapshot nightly)";
const ROOM = `    room in ${SNAP2}: 0 to 10697375744`;
const NIGHT = external('vda', TOP) + without('vdb') + without('sda');

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'all disks',
    quick,
    world(),
    [
      'snapshot: switch the disks to overlays',
      make(TOP),
      make(TOP_DATA),
      create(` --disk-only${external('vda', TOP)}${external('vdb', TOP_DATA)}${without('sda')}`),
      BACK,
      ...commit('vda', TOP, SNAP2),
      remove(TOP),
      ...commit('vdb', TOP_DATA, DATA),
      remove(TOP_DATA),
      RECORD,
      ROOM,
      `    room in ${DATA}: 0 to 10695475200`,
    ],
  ],
  [
    'one disk, quiesced, without a record',
    { ...one, quiesce: true, atomic: true, 'no-metadata': true },
    world(),
    [
      'snapshot: switch the disks to overlays, with the file systems frozen during the switch',
      make(TOP),
      '  virsh guest-agent-timeout --domain testvm --timeout 60  (set a timeout for the guest agent)',
      create(` --disk-only --atomic --quiesce --no-metadata${NIGHT}`),
      '  virsh domfsthaw --domain testvm  (make sure that no file system stays frozen)',
      "  virsh guest-agent-timeout --domain testvm --timeout -2  (reset the timeout for the guest agent to libvirt's default)",
      BACK,
      ...commit('vda', TOP, SNAP2),
      remove(TOP),
      "    virsh domfsthaw --domain testvm  (make sure that no file system stays frozen; optional true; doubt the guest agent did not answer after the freeze: the guest's file systems may still be frozen; in the guest, run fsfreeze --unfreeze MOUNTPOINT for each file system, or reset the guest)",
      "    virsh guest-agent-timeout --domain testvm --timeout -2  (reset the timeout for the guest agent to libvirt's default; optional true)",
      ROOM,
    ],
  ],
  [
    'an overlay that exists',
    reuse,
    withOverlay,
    [
      'snapshot: switch the disks to overlays',
      create(
        ` --disk-only --reuse-external${external('vda', OVERLAY)}${without('vdb')}${without('sda')}`,
        180,
        `; writesInto ${OVERLAY}; loses ${OVERLAY}`,
      ),
      '  rollback: commit each overlay back into the file below it, and pivot; the overlays stay',
      ...commit('vda', OVERLAY, SNAP2),
      RECORD,
      ROOM,
    ],
  ],
  [
    'the memory too, which pauses the guest',
    { ...memory, description: "it's -- one", validate: true },
    world(),
    [
      'snapshot: switch the disks to overlays',
      '  pauses the guest: while its memory is written',
      make(TOP),
      make(MEMORY),
      create(
        ` --description 'it'\\''s -- one' --validate --memspec file=/new/m,,em,snapshot=external${NIGHT}`,
        3600,
      ),
      BACK,
      ...commit('vda', TOP, SNAP2),
      remove(TOP),
      RECORD,
      `    rm ${MEMORY}  # once proven unused  (remove the file that the step created; made true)`,
      ROOM,
    ],
  ],
])('its commands and its rollback: %s', (_title, params, host, lines) => {
  expect(phaseLines(snapshotCreateAsStep, params, host)).toEqual(lines);
});

test('an empty existing overlay loses no data', () => {
  const [, command] = phaseLines(
    snapshotCreateAsStep,
    reuse,
    world({ files: { [OVERLAY]: { size: 0 } } }),
  );
  expect(command).toContain(`writesInto ${OVERLAY})`);
});

test('the space that a rollback needs is unknown if the size of the disk is', () => {
  const host = world({ disks: [disk('vda', [SNAP2], { capacity: undefined as never })] });
  expect(phaseLines(snapshotCreateAsStep, quick, host).join()).not.toContain('room in');
});

test('a guest whose memory is saved live is not paused', () => {
  const lines = phaseLines(snapshotCreateAsStep, { ...memory, live: true }, world());
  expect(lines.join()).not.toContain('pauses');
  expect(lines[3]).toContain('--live --memspec');
});

const three = [disk('vda', [SNAP2]), disk('vdb', [DATA]), disk('fda', [], { device: 'floppy' })];

test.each<readonly [string, Params, HostState, string]>([
  [
    'a floppy disk takes no part',
    quick,
    world({ disks: [disk('vda', [SNAP2]), disk('fda', ['/i/f.img'], { device: 'floppy' })] }),
    external('vda', TOP) + without('fda'),
  ],
  [
    'an empty drive is not listed',
    quick,
    world({ disks: three }),
    external('vda', TOP) + external('vdb', TOP_DATA),
  ],
  [
    'a listed disk takes precedence over "*"',
    {
      ...quick,
      diskspec: [
        { disk: '*', snapshot: 'no' },
        { disk: 'vdb', driver: 'qed', file: '/new/a,b' },
      ],
    },
    world(),
    without('vda') + external('vdb', '/new/a,,b', 'qed') + without('sda'),
  ],
  [
    'all other disks by "*"',
    {
      ...quick,
      diskspec: [
        { disk: 'vdb', snapshot: 'no' },
        { disk: '*', driver: 'qed' },
      ],
    },
    world(),
    external('vda', TOP, 'qed') + without('vdb') + without('sda'),
  ],
  [
    'the definition leaves a disk out, and the plan another one',
    { ...quick, diskspec: [{ disk: 'vda', snapshot: 'no' }, { disk: 'vdc' }] },
    world({
      disks: [
        disk('vda', [SNAP2]),
        disk('vdb', [DATA], { snapshot: 'no' }),
        disk('vdc', ['/i/c.qcow2'], { snapshot: 'no' }),
      ],
    }),
    without('vda') + without('vdb') + external('vdc', '/i/c.nightly'),
  ],
  [
    'a read-only disk takes no part',
    quick,
    world({ disks: [disk('vda', [SNAP2]), disk('vdb', [DATA], { readonly: true })] }),
    external('vda', TOP) + without('vdb'),
  ],
])('which disks take part: %s', (_title, params, host, specs) => {
  const lines = phaseLines(snapshotCreateAsStep, params, host);
  expect(lines).toContain(create(` --disk-only${specs}`));
});

describe('its requirements and sizes', () => {
  const on = (target: string, guest = 'the guest is running') => [
    `${guest}, and ${target} is a disk on local files or block devices [told state]`,
    `${target} has no block job [domain]`,
    `no other guest writes to a layer of ${target} [others]`,
    `the definition, if any, also has ${target} [domain]`,
  ];
  const made = (file: string) => [
    `${file} does not exist [file ${file}]`,
    `the folder of ${file} exists, is writable and has enough free space [folder ${file}]`,
    `no other domain uses ${file} [others]`,
    `the host lets QEMU write to ${file} [run]`,
  ];
  const room = (file: string) =>
    `${file} has room for everything that the guest writes to it [run]`;
  const NO_RECORD = 'no snapshot is named nightly [told snapshots]';
  const IN_TIME = 'the guest agent freezes and thaws in time [run]';
  const paused = world({ domain: { state: 'paused' } });

  test.each<readonly [string, Params, HostState, readonly string[], readonly string[]]>([
    [
      'all disks',
      quick,
      world(),
      [
        ...on('vda'),
        ...on('vdb'),
        NO_RECORD,
        ...made(TOP),
        ...made(TOP_DATA),
        room(TOP),
        room(TOP_DATA),
      ],
      [TOP, TOP_DATA],
    ],
    [
      'quiesced, without a record',
      { ...one, quiesce: true, 'no-metadata': true },
      world(),
      [...on('vda'), 'the guest agent is connected [domain]', IN_TIME, ...made(TOP), room(TOP)],
      [TOP],
    ],
    [
      'quiesced, of a paused guest',
      { ...one, quiesce: true, 'no-metadata': true },
      paused,
      [
        ...on('vda', 'the guest is paused'),
        'the guest is running, so that its agent answers [domain]',
        IN_TIME,
        ...made(TOP),
        room(TOP),
      ],
      [TOP],
    ],
    [
      'an overlay that exists',
      reuse,
      withOverlay,
      [
        ...on('vda'),
        NO_RECORD,
        `${OVERLAY} exists and is an overlay of ${SNAP2} [file ${OVERLAY}]`,
        `${OVERLAY} is a file of a suitable size [place ${OVERLAY}]`,
        `${OVERLAY} is not mounted, used as swap, held by another device or open [place ${OVERLAY}]`,
        `no other domain uses ${OVERLAY} [others]`,
        `the host lets QEMU write to ${OVERLAY} [run]`,
        room(OVERLAY),
      ],
      [OVERLAY],
    ],
    [
      'the memory too',
      memory,
      world(),
      [...on('vda'), NO_RECORD, ...made(TOP), ...made(MEMORY).slice(0, 3), room(TOP)],
      [TOP, MEMORY],
    ],
  ])('%s', (_title, params, host, lines, files) => {
    expect(requirementLines(snapshotCreateAsStep, params, host)).toEqual(lines);
    expect(requirementsOf(snapshotCreateAsStep, params as never, host).files).toEqual(files);
    expect(snapshotCreateAsStep.products(params as never, host)).toEqual(
      files.map((file) => ({ file, copied: 0, room: file === MEMORY ? 0 : 64 * 1024 * 1024 })),
    );
  });
});
