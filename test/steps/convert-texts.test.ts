/** What `convertStep` runs, requires and refuses, word for word. */
import { expect, test } from 'vitest';
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
    'an image of no chain, whose format the host told',
    { source: OLD, dest: DEST },
    withOld('vdi'),
    `qemu-img convert -p -W -m 8 -f vdi -O qcow2 ${OLD} ${DEST}`,
    9,
  ],
])('its command and its rollback: %s', (_title, params, host, command, bytes) => {
  expect(phaseLines(convertStep, params, host)).toEqual([
    `convert: copy ${params.source} to ${DEST}`,
    `  ${command}  (copy the quiet image; bytes ${bytes})`,
    '  rollback: stop the copy and remove what was written of it',
    `    rm ${DEST}  # once proven unused  (remove what the step made; made true)`,
  ]);
});

test('what it requires, copies and touches', () => {
  expect(requirementLines(convertStep, quiet, world())).toEqual([
    'the guest runs [told state]',
    `there is a file ${SNAP1}, of a known format [file ${SNAP1}]`,
    `no guest writes to ${SNAP1} or to a file below it [others]`,
    `there is no file ${DEST} [file ${DEST}]`,
    `there is a folder for ${DEST}, with room, in which files can be made [folder ${DEST}]`,
    `no other domain uses ${DEST} [others]`,
  ]);
  expect(requirementsOf(convertStep, quiet, world()).files).toEqual([SNAP1, DEST]);
  const bytes = 80 * MiB;
  expect(convertStep.products(quiet, world())).toEqual([
    { file: DEST, copied: bytes, room: bytes },
  ]);
  const untold = withFile(world(), BASE, { size: 0, sizeUntold: true });
  expect(convertStep.products(quiet, untold)).toEqual([
    { file: DEST, copied: 40 * MiB, room: 40 * MiB, unknown: true },
  ]);
});

test.each<readonly [string, Partial<Parameters<typeof convertStep.check>[0]>, readonly string[]]>([
  ['one file', { dest: SNAP1 }, ['BP051 dest: source and dest are the same file']],
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

const TORN = 'so a copy of it would be torn';
const SNAPSHOT =
  'put a snapshot-create-as step before this one, and copy the file that it makes quiet';
const copyJob = (files: readonly string[], mirror: string) =>
  disk('vda', files, { job: { type: 'copy', ready: false, mirror } });

test.each<readonly [string, string, HostState, readonly string[]]>([
  ['there is none', '/none', world(), ['BP106 source: there is no /none']],
  [
    'nobody tells its format',
    OLD,
    withOld(),
    [
      `BP117 source-format: ${OLD} is in no chain of the guest, so its format is not known; a guess would let whoever wrote a raw image choose the files that are read -> add "source-format", as the image was made`,
    ],
  ],
  [
    'it is the destination by another name',
    '/link',
    {
      ...world({ files: { '/link': { size: 1, format: 'raw' } } }),
      names: { '/link': 'one', [DEST]: 'one' },
    },
    ['BP051 dest: source and dest are the same file'],
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
    'another guest writes to a file that it rests on',
    SNAP1,
    world({ others: [neighbour('other', [BASE], [BASE])] }),
    [
      `BP116 source: "other" writes to ${BASE}, which ${SNAP1} rests on, ${TORN} -> stop "other" first, or have it write to an overlay`,
    ],
  ],
  [
    'the guest itself writes to a file that it rests on, by another disk',
    SNAP1,
    world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [BASE])] }),
    [
      `BP116 source: "testvm" (vdb) writes to ${BASE}, which ${SNAP1} rests on, ${TORN} -> ${SNAPSHOT}`,
    ],
  ],
  [
    'another guest writes to the overlay above it',
    SNAP1,
    world({ others: [neighbour('o', [SNAP2], [SNAP2])] }),
    [],
  ],
  ['it rests on what another guest only reads', SNAP1, world(), []],
  [
    'a disk that is not on it is one that blockplan does not work on',
    SNAP1,
    world({
      disks: [disk('vda', [SNAP2, SNAP1]), disk('vdb', [DATA], { unsupported: ['<slices>'] })],
    }),
    [],
  ],
])('says why it refuses a source: %s', (_title, source, host, lines) => {
  expect(refusalLines(convertStep, { source, dest: DEST }, host)).toEqual(lines);
});

test('is not done where there is no copy, and its rollback removes no file of another user', () => {
  const { phase, before, after, start } = phaseDone(convertStep, quiet, world(), 'convert');
  const gone = withFile(after, DEST, null);
  expect(problemsAfter(phase, before, gone, start)).toEqual([`there is no ${DEST}`]);
  expect(rollbackLines(phase, before, gone)).toEqual([]);
  expect(rollbackLines(phase, before, withFile(after, DEST, { size: 1 }))).toEqual([]);
  const used = { ...after, others: [neighbour('other', [DEST], [])] };
  expect(rollbackLines(phase, before, used)).toEqual([]);
});
