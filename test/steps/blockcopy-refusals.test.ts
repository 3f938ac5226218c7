/** What `blockcopyStep` requires, takes and refuses, word for word. */
import { describe, expect, test } from 'vitest';
import { type HostState, withFile } from '../../src/model/host-state.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import {
  backup,
  DEST,
  LV,
  onDevice,
  reuse,
  shallow,
  toDevice,
  withDevice,
  withImage,
} from './blockcopy-scenes.ts';
import { amountsOf, findingLines, refusalLines, requirementLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const flat = { disk: 'vda', dest: DEST, pivot: true };

describe('what it requires', () => {
  const DISK = [
    'the guest runs, and vda is a disk on local files or block devices [told state]',
    'vda has no block job [domain]',
    'no other guest writes to a layer of vda [others]',
  ];
  const NEW = [
    `there is no file ${DEST} [file ${DEST}]`,
    `there is a folder for ${DEST}, with room, in which files can be made [folder ${DEST}]`,
    `no other domain uses ${DEST} [others]`,
    `the host lets QEMU write to ${DEST} [run]`,
  ];
  const existing = (kind: string, at: string) => [
    `there is ${at} to copy into, made for it [file ${at}]`,
    `${at} is a ${kind} that suits the disk's size [place ${at}]`,
    `${at} is not mounted, used as swap, held by another device or open [place ${at}]`,
    `no other domain uses ${at} [others]`,
    `the host lets QEMU write to ${at} [run]`,
  ];
  const PLACES = ['aside', 'home'].map((name) => {
    const file = `${SNAP2}.blockplan-${name}`;
    return `there is no file ${file}, whose place the way back needs [file ${file}]`;
  });
  const DEFINED =
    'the definition, where there is one, names the file that the guest runs on (vda) [domain]';

  test.each<readonly [string, Params, HostState, readonly string[], readonly string[]]>([
    ['a shallow migration', shallow, world(), [...DISK, ...NEW, DEFINED], [DEST]],
    [
      'a flat migration',
      flat,
      world(),
      [...DISK, ...NEW, ...PLACES, DEFINED],
      [DEST, `${SNAP2}.blockplan-aside`, `${SNAP2}.blockplan-home`],
    ],
    ['a live backup', backup, world(), [...DISK, ...NEW], [DEST]],
    [
      'a backup into a file that exists',
      reuse,
      withImage({ size: 1 }),
      [...DISK, ...existing('file', DEST)],
      [DEST],
    ],
    [
      'a migration to a block device',
      { disk: 'vda', ...toDevice },
      withDevice,
      [...DISK, ...existing('block device', LV), ...PLACES, DEFINED],
      [LV, `${SNAP2}.blockplan-aside`, `${SNAP2}.blockplan-home`],
    ],
  ])('%s', (_title, params, host, lines, files) => {
    expect(requirementLines(blockcopyStep, params, host)).toEqual(lines);
    expect(requirementsOf(blockcopyStep, params as never, host).files).toEqual(files);
  });
});

describe('what it takes', () => {
  const MiB = 1024 * 1024;
  const untold = (file: string) => withFile(world(), file, { size: 0, sizeUntold: true });
  const unsized = (host: HostState) => ({
    ...host,
    domain: {
      ...host.domain,
      disks: host.domain.disks.map(({ capacity: _unknown, ...rest }) => rest),
    },
  });

  test.each<readonly [string, Params, HostState, Record<string, unknown>]>([
    ['a device does not grow', { disk: 'vda', ...toDevice }, withDevice, { copied: 120, room: 0 }],
    [
      'a size that is not told counts as nothing where the disk has one',
      flat,
      untold(BASE),
      { copied: 80, room: 80 },
    ],
    [
      'the sizes of all files are needed where the disk has none',
      flat,
      unsized(untold(BASE)),
      { copied: 80, room: 80, unknown: true },
    ],
    ['of the active layer only', shallow, unsized(untold(BASE)), { copied: 40, room: 40 }],
    ['of an unknown disk nothing', { ...flat, disk: 'vdz' }, world(), { copied: 0, room: 0 }],
  ])('%s', (_title, params, host, { copied, room, ...more }) => {
    expect(amountsOf(blockcopyStep, params, host)).toEqual([
      { file: params.dest, copied: Number(copied) * MiB, room: Number(room) * MiB, ...more },
    ]);
  });
});

test.each<readonly [string, Params, readonly string[]]>([
  [
    'no end',
    { disk: 'vda', dest: DEST },
    [
      'BP053: a copy must end somewhere: neither "pivot" nor "finish" is given -> write "pivot: true" to move the guest to the copy, or "finish: true" to keep the copy as a backup',
    ],
  ],
  [
    'two ends',
    { ...backup, pivot: true },
    ['BP051 finish: "pivot" and "finish" exclude each other -> keep one of the two'],
  ],
  [
    'a shallow raw copy',
    { ...shallow, format: 'raw' },
    [
      'BP054 format: a shallow copy shares the backing chain, and a raw file cannot have one -> choose format qcow2, or leave "shallow" out',
    ],
  ],
  [
    'options without the others that they need',
    { ...shallow, bytes: true, 'reuse-external': true, granularity: 513 },
    [
      'BP052 bytes: "bytes" has a meaning only together with "bandwidth" -> add "bandwidth", or leave "bytes" out',
      'BP052 reuse-external: "reuse-external" has a meaning only together with "format" -> add "format", or leave "reuse-external" out',
      'BP055 granularity: 513 is not a power of two',
    ],
  ],
  ['a flat raw copy', { ...flat, format: 'raw' }, []],
  ['the largest granularity', { ...flat, granularity: 67_108_864 }, []],
])('what is wrong with %s', (_title, params, lines) => {
  expect(findingLines(blockcopyStep.check(params as never))).toEqual(lines);
});

const TAKEN =
  'exists already, and the way back would need its place -> it may hold what a guest wrote in a run that could not be brought back: see what it is, and move it away';
const old = { ...world(), host: { uri: 'qemu:///system', libvirt: '7.9.0' } };

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a place that the rollback needs',
    flat,
    world({
      files: {
        [`${SNAP2}.blockplan-home`]: { size: 1 },
        [`${SNAP2}.blockplan-aside`]: { size: 1 },
      },
    }),
    [
      `BP106 disk: ${SNAP2}.blockplan-aside ${TAKEN}`,
      `BP106 disk: ${SNAP2}.blockplan-home ${TAKEN}`,
    ],
  ],
  [
    'a raw disk, shallow',
    { ...shallow, disk: 'vdb' },
    world(),
    [
      'BP054 shallow: vdb is raw, and a raw copy cannot share a backing chain -> add "format: qcow2", or leave "shallow" out',
    ],
  ],
  [
    'a definition that names another file',
    shallow,
    world({ disks: [disk('vda', [SNAP2, BASE], { persistentSource: BASE })] }),
    [
      `BP119 disk: the persistent definition names ${BASE} for vda, the running guest writes to ${SNAP2}: libvirt would leave the definition stale without a word -> bring them together first, with a redefine step`,
    ],
  ],
  [
    'a file of its own disk',
    { ...shallow, dest: SNAP1 },
    world(),
    [`BP106 dest: ${SNAP1} belongs to the guest's own disk vda -> choose another path`],
  ],
  [
    'a file of its other disk, although the plan reuses it',
    { ...reuse, dest: DATA, format: 'raw' },
    world(),
    [`BP106 dest: ${DATA} belongs to the guest's own disk vdb -> choose another path`],
  ],
  [
    'nothing to reuse',
    reuse,
    world(),
    [`BP106 dest: there is no ${DEST} to copy into -> make it first: qemu-img create`],
  ],
  [
    'a flat copy off a block device with a chain',
    flat,
    world({
      disks: [
        disk('vda', [SNAP2, BASE], {
          chain: [
            { file: SNAP2, format: 'qcow2', block: true },
            { file: BASE, format: 'qcow2' },
          ],
        }),
      ],
    }),
    [
      `BP127 disk: the way back from a flat copy needs overlays beside ${SNAP2}, which is a block device -> add "shallow: true"`,
    ],
  ],
  [
    'synchronous writes, which came with libvirt 8.0',
    { ...shallow, 'synchronous-writes': true },
    old,
    [
      'BP130 synchronous-writes: libvirt 7.9.0 does not have "synchronous-writes", which came with 8.0.0 -> leave "synchronous-writes" out, or use a newer libvirt',
    ],
  ],
  ['nothing else on an older libvirt', shallow, old, []],
  [
    'no backup beside a definition that names another file',
    backup,
    world({ disks: [disk('vda', [SNAP2, BASE], { persistentSource: BASE })] }),
    [],
  ],
  ['no backup off a block device', { ...backup, disk: 'vdb' }, onDevice, []],
])('says why it refuses %s', (_title, params, host, lines) => {
  expect(refusalLines(blockcopyStep, params, host)).toEqual(lines);
});
