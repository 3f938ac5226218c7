/** The exact commands, requirements and findings of `convertStep`. */
import { describe, expect, test } from 'vitest';
import { fullQcow2 } from '../../src/model/copy-space.ts';
import { type HostState, withFile } from '../../src/model/host-state.ts';
import { convertStep } from '../../src/steps/convert.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import {
  findingLines,
  phaseDone,
  phaseLines,
  refusalLines,
  requirementLines,
  rollbackLines,
} from './shown.ts';

const DEST = '/new/copy.qcow2';
const quiet = { source: SNAP1, dest: DEST };
const MiB = 1024 * 1024;
const CAPACITY = 10_240 * MiB;
/** An image that is in no chain. */
const OLD = '/new/old.img';
const withOld = (format?: string) =>
  world({ files: { [OLD]: { size: 9, ...(format === undefined ? {} : { format }) } } });

test.each<readonly [string, Record<string, unknown>, HostState, string, number]>([
  [
    'a layer',
    quiet,
    world(),
    `qemu-img convert -p -W -m 8 -f qcow2 -O qcow2 ${SNAP1} ${DEST}`,
    80 * MiB,
  ],
  [
    'every option',
    {
      ...quiet,
      'source-format': 'qed',
      'target-format': 'vmdk',
      compress: true,
      options: 'subformat=streamOptimized',
      'sparse-size': 0,
      coroutines: 16,
      'rate-limit': 1,
    },
    world(),
    `qemu-img convert -p -W -m 16 -f qed -O vmdk -c -o subformat=streamOptimized -S 0 -r 1 ${SNAP1} ${DEST}`,
    80 * MiB,
  ],
  [
    'an image of no chain, whose format is known',
    { source: OLD, dest: DEST },
    withOld('vdi'),
    `qemu-img convert -p -W -m 8 -f vdi -O qcow2 ${OLD} ${DEST}`,
    9,
  ],
])('its command and its rollback: %s', (_title, params, host, command, bytes) => {
  expect(phaseLines(convertStep, params, host)).toEqual([
    `convert: copy ${params.source} to ${DEST}`,
    `  ${command}  (copy the image; bytes ${bytes})`,
    '  rollback: stop the copy and remove its file',
    `    rm ${DEST}  # once proven unused  (remove the file that the step created; made true)`,
  ]);
});

test('its requirements, files and size', () => {
  expect(requirementLines(convertStep, quiet, world())).toEqual([
    'the guest is running [told state]',
    `${SNAP1} exists, and its format is known [file ${SNAP1}]`,
    `no guest writes to ${SNAP1} or to a file below it [others]`,
    `${DEST} does not exist [file ${DEST}]`,
    `the folder of ${DEST} exists, is writable and has enough free space [folder ${DEST}]`,
    `no other domain uses ${DEST} [others]`,
  ]);
  expect(requirementsOf(convertStep, quiet, world()).files).toEqual([SNAP1, DEST]);
  const bytes = 80 * MiB;
  const measured = [
    [
      { file: SNAP1, format: 'qcow2', index: 2 },
      { file: BASE, format: 'qcow2', index: 3 },
    ],
  ];
  expect(convertStep.products(quiet, world())).toEqual([
    { file: DEST, copied: bytes, room: bytes, least: 4096, measured },
  ]);
  const untold = withFile(world(), BASE, { size: 0, sizeUntold: true });
  expect(convertStep.products(quiet, untold)).toEqual([
    {
      ...{ file: DEST, copied: CAPACITY, room: fullQcow2(CAPACITY), least: 4096, measured },
      because: 'the space of one of its layers is unknown',
    },
  ]);
});

test.each<readonly [string, Partial<Parameters<typeof convertStep.check>[0]>, readonly string[]]>([
  [
    'one file',
    { dest: SNAP1 },
    ['BP051 dest: source and dest are the same file -> choose another path for "dest"'],
  ],
  [
    'a compressed raw file',
    { 'target-format': 'raw', compress: true },
    [
      'BP054 compress: a raw file cannot be compressed -> choose target-format qcow2, or leave "compress" out',
    ],
  ],
  ['a raw file', { 'target-format': 'raw' }, []],
  ['a compressed qcow2', { compress: true }, []],
  ['a compressed vmdk', { 'target-format': 'vmdk', compress: true }, []],
])('what is wrong with %s', (_title, params, lines) => {
  expect(findingLines(convertStep.check({ ...quiet, ...params }))).toEqual(lines);
});

const TORN = 'so a copy would be inconsistent';
const SNAPSHOT =
  'add a snapshot-create-as step before this one, and copy the file below its overlay';
const copyJob = (files: readonly string[], mirror: string) =>
  disk('vda', files, { job: { type: 'copy', ready: false, mirror } });

test.each<readonly [string, string, HostState, readonly string[]]>([
  [
    'it does not exist',
    '/none',
    world(),
    ['BP106 source: /none does not exist -> correct the path, or create the image first'],
  ],
  [
    'its format is unknown',
    OLD,
    withOld(),
    [
      `BP117 source-format: ${OLD} is in no backing chain of the guest, so its format is unknown; guessing it would let the author of a raw image choose which files are read -> add "source-format" with the format of the image`,
    ],
  ],
  [
    'it is the destination by another name',
    '/link',
    {
      ...world({ files: { '/link': { size: 1, format: 'raw' } } }),
      names: { '/link': 'one', [DEST]: 'one' },
    },
    ['BP051 dest: source and dest are the same file -> choose another path for "dest"'],
  ],
  [
    'the guest writes to it',
    SNAP2,
    world(),
    [`BP116 source: "testvm" (vda) writes to ${SNAP2}, ${TORN} -> ${SNAPSHOT}`],
  ],
  [
    'the guest writes to it as its second disk',
    DATA,
    world(),
    [`BP116 source: "testvm" (vdb) writes to ${DATA}, ${TORN} -> ${SNAPSHOT}`],
  ],
  [
    'a copy job writes to it',
    OLD,
    world({ disks: [copyJob([SNAP2], OLD)], files: { [OLD]: { size: 1, format: 'raw' } } }),
    [`BP116 source: "testvm" (vda) writes to ${OLD}, ${TORN} -> ${SNAPSHOT}`],
  ],
  [
    'a job may write to any layer',
    SNAP1,
    world({ disks: [copyJob([SNAP2, SNAP1], '/elsewhere')] }),
    [`BP116 source: "testvm" (vda) writes to ${SNAP1}, ${TORN} -> ${SNAPSHOT}`],
  ],
  [
    'a job of another disk runs',
    SNAP1,
    world({
      disks: [disk('vda', [SNAP2, SNAP1]), { ...copyJob([DATA], '/elsewhere'), target: 'vdb' }],
    }),
    [],
  ],
  [
    'another guest writes to it',
    SNAP1,
    world({ others: [neighbour('other', [SNAP1], [SNAP1])] }),
    [
      `BP116 source: "other" writes to ${SNAP1}, ${TORN} -> stop "other" first, or have it write to an overlay`,
    ],
  ],
  [
    'another guest writes to its backing file',
    SNAP1,
    world({ others: [neighbour('other', [BASE], [BASE])] }),
    [
      `BP116 source: "other" writes to ${BASE}, a backing file of ${SNAP1}, ${TORN} -> stop "other" first, or have it write to an overlay`,
    ],
  ],
  [
    'the guest itself writes to its backing file through another disk',
    SNAP1,
    world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [BASE])] }),
    [
      `BP116 source: "testvm" (vdb) writes to ${BASE}, a backing file of ${SNAP1}, ${TORN} -> ${SNAPSHOT}`,
    ],
  ],
  [
    'another guest writes to the overlay above it',
    SNAP1,
    world({ others: [neighbour('o', [SNAP2], [SNAP2])] }),
    [],
  ],
  ['nothing: another guest only reads its backing file', SNAP1, world(), []],
  [
    'nothing: an unsupported disk is on other files',
    SNAP1,
    world({
      disks: [disk('vda', [SNAP2, SNAP1]), disk('vdb', [DATA], { unsupported: ['<slices>'] })],
    }),
    [],
  ],
])('gives the reason for refusing a source: %s', (_title, source, host, lines) => {
  expect(refusalLines(convertStep, { source, dest: DEST }, host)).toEqual(lines);
});

describe('an image whose header names a backing file', () => {
  const TEMPLATE = '/new/template.img';
  const host = (more: object, format = 'qcow2') =>
    world({
      files: { [OLD]: { size: 9, format, backing: TEMPLATE }, [TEMPLATE]: { size: 9 } },
      others: [{ ...neighbour('template', [TEMPLATE], [TEMPLATE]), ...more }],
    });
  const found = (state: HostState, more: object = {}) =>
    refusalLines(convertStep, { source: OLD, dest: DEST, ...more }, state);

  test('is refused while a guest that runs writes to that file', () => {
    expect(found(host({ running: true }))).toEqual([
      `BP116 source: "template" writes to ${TEMPLATE}, a backing file of ${OLD}, ${TORN} -> stop "template" first, or have it write to an overlay`,
    ]);
  });

  test('is copied if that file is the disk of a guest that is off', () => {
    expect(found(host({}))).toEqual([]);
  });

  test('is copied if it is raw, so that the header is data of a guest', () => {
    expect(found(host({ running: true }, 'raw'))).toEqual([]);
    expect(found(host({ running: true }), { 'source-format': 'raw' })).toEqual([]);
  });
});

test('is not done if the copy does not exist, and its rollback removes no file that others use', () => {
  const { phase, before, after, start } = phaseDone(convertStep, quiet, world(), 'convert');
  const gone = withFile(after, DEST, null);
  expect(problemsAfter(phase, before, gone, start)).toEqual([`${DEST} does not exist`]);
  expect(rollbackLines(phase, before, gone)).toEqual([]);
  expect(rollbackLines(phase, before, withFile(after, DEST, { size: 1 }))).toEqual([]);
  const used = { ...after, others: [neighbour('other', [DEST], [])] };
  expect(rollbackLines(phase, before, used)).toEqual([]);
});
