/** The exact commands of `blockcopyStep`, and the rollback of each finished phase. */
import { expect, test } from 'vitest';
import type { HostState } from '../../src/model/host-state.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { DATA, disk, SNAP2, world } from '../worlds.ts';
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
import { phaseLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const FULL = 10_697_375_744;
const transient = world({ domain: { persistent: false } });

const MAKE = `  : > ${DEST}  # must not exist  (reserve the path of the copy)`;
const REMOVE = `    rm ${DEST}  # once proven unused  (remove the file that the step created; made true)`;
const BACK =
  "  rollback: mirror back to the old file and pivot; the guest's writes to the copy are not lost";
const DEFINE =
  '  virsh define --file RUN/define.xml  (keep the definition byte for byte, except for the source)';
const start = (disk: string, dest: string, options: string, more = '') =>
  `  virsh blockcopy --domain testvm --path ${disk} --dest ${dest} ${options}  (start the copy of ${disk}${more})`;
const ready = (disk: string, seconds = 86_400) =>
  `  # wait for libvirt's event: ${disk} ready  (until the copy holds all data of the disk; timeoutMs ${seconds}000)`;
const cancel = (disk: string) =>
  `    virsh blockjob --domain testvm --path ${disk} --abort  (cancel the copy of ${disk}; timeoutMs 120000)`;
const pivot = (disk: string) =>
  `  virsh blockjob --domain testvm --path ${disk} --pivot  (move ${disk} to the copy; timeoutMs 120000)`;
const mirrorBack = (disk: string, old: string, options: string) => [
  `    virsh blockcopy --domain testvm --path ${disk} --dest ${old} ${options}  (mirror ${disk} back to ${old}; writesInto ${old})`,
  `    # wait for libvirt's event: ${disk} ready  (until the old file holds all data of the copy; timeoutMs 86400000)`,
  `    virsh blockjob --domain testvm --path ${disk} --pivot  (move ${disk} back to ${old}; timeoutMs 120000)`,
];
const KEEP = `cancel the copy; the data that it wrote to`;

/** The mirror phase to a file that the step creates. */
const mirrored = (disk: string, options: string, seconds?: number) => [
  `mirror: copy ${disk} to ${DEST} while the guest writes, until both are equal`,
  MAKE,
  start(disk, DEST, options),
  ready(disk, seconds),
  '  rollback: cancel the copy and remove its file',
  cancel(disk),
  REMOVE,
];
/** The same, to a block device. */
const mirroredTo = (disk: string) => [
  `mirror: copy ${disk} to ${LV} while the guest writes, until both are equal`,
  start(disk, LV, '--format raw --blockdev --transient-job', `; writesInto ${LV}; loses ${LV}`),
  ready(disk),
  `  rollback: ${KEEP} ${LV} stays there`,
  cancel(disk),
];

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'a migration that shares the backing chain',
    shallow,
    world(),
    [
      ...mirrored('vda', '--shallow --transient-job'),
      `pivot: switch the guest to ${DEST}`,
      pivot('vda'),
      DEFINE,
      BACK,
      ...mirrorBack('vda', SNAP2, '--format qcow2 --shallow --reuse-external --transient-job'),
      `    room in ${SNAP2}: 0 to ${FULL}`,
    ],
  ],
  [
    'every option',
    {
      ...shallow,
      format: 'qcow2',
      bandwidth: 5,
      bytes: true,
      granularity: 65536,
      'buf-size': 0,
      timeout: 9,
      'synchronous-writes': true,
    },
    world(),
    [
      ...mirrored(
        'vda',
        '--format qcow2 --shallow --bandwidth 5 --bytes --granularity 65536 --buf-size 0 --synchronous-writes --transient-job',
        9,
      ),
      `pivot: switch the guest to ${DEST}`,
      pivot('vda'),
      DEFINE,
      BACK,
      ...mirrorBack('vda', SNAP2, '--format qcow2 --shallow --reuse-external --transient-job'),
      `    room in ${SNAP2}: 0 to ${FULL}`,
    ],
  ],
  [
    'of a transient domain, which has no definition to follow',
    { ...shallow, 'transient-job': true },
    transient,
    [
      ...mirrored('vda', '--shallow --transient-job'),
      `pivot: switch the guest to ${DEST}`,
      pivot('vda'),
      BACK,
      ...mirrorBack('vda', SNAP2, '--format qcow2 --shallow --reuse-external'),
      `    room in ${SNAP2}: 0 to ${FULL}`,
    ],
  ],
  [
    'from a block device, which does not grow in a rollback',
    { disk: 'vdb', dest: DEST, format: 'qcow2', pivot: true },
    onDevice,
    [
      ...mirrored('vdb', '--format qcow2 --transient-job'),
      `pivot: switch the guest to ${DEST}`,
      pivot('vdb'),
      DEFINE,
      BACK,
      ...mirrorBack(
        'vdb',
        '/dev/vg/old',
        '--format raw --blockdev --reuse-external --transient-job',
      ),
    ],
  ],
  [
    'of a raw disk to a block device, whose rollback writes back every byte',
    { disk: 'vdb', ...toDevice },
    withDevice,
    [
      ...mirroredTo('vdb'),
      `pivot: switch the guest to ${LV}`,
      pivot('vdb'),
      DEFINE,
      BACK,
      ...mirrorBack('vdb', DATA, '--format raw --reuse-external --transient-job'),
      `    room in ${DATA}: 10695475200 to 10695475200`,
    ],
  ],
  [
    'a live backup',
    backup,
    world(),
    [
      ...mirrored('vda', '--transient-job'),
      `finish: end the copy: ${DEST} keeps the data of that moment, and the guest stays on the source`,
      '  virsh blockjob --domain testvm --path vda --abort  (end the ready copy without a pivot; timeoutMs 120000)',
      '  rollback: remove the copy',
    ],
  ],
  [
    'a live backup to an existing file',
    reuse,
    withImage({ size: 1 }),
    [
      `mirror: copy vda to ${DEST} while the guest writes, until both are equal`,
      start(
        'vda',
        DEST,
        '--format qcow2 --reuse-external --transient-job',
        `; writesInto ${DEST}; loses ${DEST}`,
      ),
      ready('vda'),
      `  rollback: ${KEEP} ${DEST} stays there`,
      cancel('vda'),
      `finish: end the copy: ${DEST} keeps the data of that moment, and the guest stays on the source`,
      '  virsh blockjob --domain testvm --path vda --abort  (end the ready copy without a pivot; timeoutMs 120000)',
      `  rollback: nothing to do: the copy stays in ${DEST}`,
    ],
  ],
])('its commands and its rollbacks: %s', (_title, params, host, lines) => {
  expect(phaseLines(blockcopyStep, params, host)).toEqual(lines);
});

test('an empty existing file loses no data, but an empty device may', () => {
  expect(phaseLines(blockcopyStep, reuse, withImage({ size: 0 }))[1]).toContain(
    `writesInto ${DEST})`,
  );
  const device = phaseLines(blockcopyStep, { disk: 'vdb', ...toDevice }, withDevice);
  expect(device[1]).toContain(`loses ${LV})`);
});

test('a flat copy to a raw device is written back by qemu-img, which leaves zeroes out', () => {
  const lines = phaseLines(blockcopyStep, { disk: 'vda', ...toDevice }, withDevice);
  expect(lines.at(-1)).toBe(`    room in ${SNAP2}: 0 to ${FULL}`);
  const files = { [LV]: { size: 0 } };
  const one = world({ disks: [disk('vda', [SNAP2])], files });
  const qcow2 = { disk: 'vda', ...toDevice, format: 'qcow2' };
  expect(phaseLines(blockcopyStep, qcow2, one).at(-1)).toBe(`    room in ${SNAP2}: 0 to ${FULL}`);
  const file = { disk: 'vdb', dest: '/new/copy.img', pivot: true };
  expect(phaseLines(blockcopyStep, file, world()).at(-1)).toBe(
    `    room in ${DATA}: 0 to 10695475200`,
  );
});
