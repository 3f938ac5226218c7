/** The exact requirements, sizes and findings of `blockcopyStep`. */
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

describe('its requirements', () => {
  const DISK = [
    'the guest is running, and vda is a disk on local files or block devices [told state]',
    'vda has no block job [domain]',
    'no other guest writes to a layer of vda [others]',
  ];
  const NEW = [
    `${DEST} does not exist [file ${DEST}]`,
    `the folder of ${DEST} exists, is writable and has enough free space [folder ${DEST}]`,
    `no other domain uses ${DEST} [others]`,
    `the host lets QEMU write to ${DEST} [run]`,
  ];
  const existing = (kind: string, at: string) => [
    `${at} exists and has the required backing file [file ${at}]`,
    `${at} is a ${kind} of a suitable size [place ${at}]`,
    `${at} is not mounted, used as swap, held by another device or open [place ${at}]`,
    `no other domain uses ${at} [others]`,
    `the host lets QEMU write to ${at} [run]`,
  ];
  const PLACES = ['aside', 'home'].map((name) => {
    const file = `${SNAP2}.blockplan-${name}`;
    return `the path ${file}, which the rollback needs, is free [file ${file}]`;
  });
  const DEFINED =
    'the definition of the guest, if it has one, names the file that vda is on [domain]';

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
      'a backup to an existing file',
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

describe('its size', () => {
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
    [
      'is 0 for a device, which does not grow',
      { disk: 'vda', ...toDevice },
      withDevice,
      { copied: 120, room: 0, least: 0 },
    ],
    [
      'is bounded by the size of the disk if that of a file is unknown',
      flat,
      untold(BASE),
      {
        ...{ copied: 10_240, room: 10_241.8125, least: 4096 },
        because: 'the space of one of its layers is unknown',
      },
    ],
    [
      'is unknown if the sizes of a file and of the disk are unknown',
      flat,
      unsized(untold(BASE)),
      { copied: 80, room: 80, least: 0, unknown: true },
    ],
    [
      'is that of the active layer for a shallow copy',
      shallow,
      unsized(untold(BASE)),
      { copied: 40, room: 40, least: 4096 },
    ],
    ['is 0 for an unknown disk', { ...flat, disk: 'vdz' }, world(), { copied: 0, room: 0 }],
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
      'BP053: a copy requires "pivot" or "finish" -> write "pivot: true" to move the guest to the copy, or "finish: true" to keep the copy as a backup',
    ],
  ],
  [
    'two ends',
    { ...backup, pivot: true },
    ['BP051 finish: "pivot" and "finish" are mutually exclusive -> keep one of the two'],
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
      'BP052 bytes: "bytes" requires "bandwidth" -> add "bandwidth", or leave "bytes" out',
      'BP052 reuse-external: "reuse-external" requires "format" -> add "format", or leave "reuse-external" out',
      'BP055 granularity: 513 is not a power of two -> write a power of two, such as 65536',
    ],
  ],
  ['a flat raw copy', { ...flat, format: 'raw' }, []],
  ['the largest granularity', { ...flat, granularity: 67_108_864 }, []],
])('what is wrong with %s', (_title, params, lines) => {
  expect(findingLines(blockcopyStep.check(params as never))).toEqual(lines);
});

const TAKEN =
  'already exists, but the rollback needs that path -> inspect it and move it away: it may hold data that a guest wrote in a run that could not be rolled back';
const old = { ...world(), host: { uri: 'qemu:///system', libvirt: '7.9.0' } };

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a path that the rollback needs',
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
      `BP119 disk: the persistent definition names ${BASE} for vda, but the running guest writes to ${SNAP2}: libvirt would silently leave the definition stale -> make them match first, with a redefine step`,
    ],
  ],
  [
    'a file of the same disk',
    { ...shallow, dest: SNAP1 },
    world(),
    [`BP106 dest: ${SNAP1} belongs to the guest's own disk vda -> choose another path`],
  ],
  [
    'a file of another disk of the guest, even with reuse',
    { ...reuse, dest: DATA, format: 'raw' },
    world(),
    [`BP106 dest: ${DATA} belongs to the guest's own disk vdb -> choose another path`],
  ],
  [
    'nothing to reuse',
    reuse,
    world(),
    [
      `BP106 dest: ${DEST} does not exist, so nothing can be copied into it -> create it first: qemu-img create -f qcow2 ${DEST} 10737418240`,
    ],
  ],
  [
    'nothing to reuse with a backing file',
    { ...reuse, shallow: true },
    world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { capacity: 1024 })] }),
    [
      `BP106 dest: ${DEST} does not exist, so nothing can be copied into it -> create it first: qemu-img create -f qcow2 -b ${SNAP1} -F qcow2 ${DEST} 1024`,
    ],
  ],
  [
    'a block device that does not exist',
    { ...reuse, 'reuse-external': false, blockdev: true, dest: '/dev/vg/none' },
    world(),
    [
      'BP106 dest: /dev/vg/none does not exist, so nothing can be copied into it -> correct the path, or create the block device first',
    ],
  ],
  [
    'a flat copy from a block device with a chain',
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
      `BP127 disk: the rollback of a copy without "shallow" needs overlays beside ${SNAP2}, which is a block device -> add "shallow: true"`,
    ],
  ],
  [
    'synchronous writes, which require libvirt 8.0',
    { ...shallow, 'synchronous-writes': true },
    old,
    [
      'BP130 synchronous-writes: "synchronous-writes" requires libvirt 8.0.0, but the host has 7.9.0 -> leave "synchronous-writes" out, or use a newer libvirt',
    ],
  ],
  ['nothing else on an older libvirt', shallow, old, []],
  [
    'no backup beside a definition that names another file',
    backup,
    world({ disks: [disk('vda', [SNAP2, BASE], { persistentSource: BASE })] }),
    [],
  ],
  ['no backup from a block device', { ...backup, disk: 'vdb' }, onDevice, []],
])('gives the reason for refusing %s', (_title, params, host, lines) => {
  expect(refusalLines(blockcopyStep, params, host)).toEqual(lines);
});
