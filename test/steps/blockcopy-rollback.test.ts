/** When a phase of `blockcopyStep` counts as done, and what its rollback does from each state. */
import { expect, test } from 'vitest';
import {
  type Disk,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../../src/model/host-state.ts';
import { blockcopyStep } from '../../src/steps/blockcopy.ts';
import { problemsAfter } from '../../src/steps/derived.ts';
import { contentsIn } from '../effects.ts';
import { disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { phaseDone, rollbackLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const DEST = '/new/copy.qcow2';
const shallow = { disk: 'vda', dest: DEST, shallow: true, pivot: true };
const flat = { disk: 'vda', dest: DEST, pivot: true };
const backup = { disk: 'vda', dest: DEST, finish: true };
const raw = { disk: 'vdb', dest: '/new/copy.img', pivot: true };
const host = world({ files: { '/dev/lv': { size: 1 } } });

type Change = (after: HostState) => HostState;
const onDisk =
  (change: (disk: Disk) => Partial<Disk>, target = 'vda'): Change =>
  (after) =>
    withDisk(after, target, (each) => ({ ...each, ...change(each) }));
const job = (change: Partial<Disk['job']>): Change =>
  onDisk((each) => ({ job: { ...each.job!, ...change } }));
const without =
  (file: string): Change =>
  (after) =>
    withFile(after, file, null);
const none = undefined as never;
const inDefinition =
  (from: string, to: string): Change =>
  (after) =>
    withDomain(after, { definition: after.domain.definition?.replace(from, to) ?? '' });
const noDisks: Change = (after) => withDomain(after, { disks: [] });

test.each<readonly [string, string, Params, Change, readonly string[]]>([
  ['mirror', 'the job is missing', shallow, onDisk(() => ({ job: none })), ['vda has no copy job']],
  [
    'mirror',
    'the copy has been removed',
    shallow,
    without(DEST),
    [`${DEST} was removed while it was in use`],
  ],
  ...(
    [
      ['the job is not ready', { ready: false }],
      ['the job is another one', { type: 'active-commit' }],
      ['the job copies elsewhere', { mirror: '/elsewhere' }],
    ] as const
  ).map(
    ([where, change]) =>
      ['mirror', where, shallow, job(change), [`the copy of vda to ${DEST} is not ready`]] as const,
  ),
  ['mirror', 'the disk has gone', shallow, noDisks, ['vda has no copy job']],
  [
    'pivot',
    'the disk has gone',
    shallow,
    noDisks,
    [
      `vda is on nothing, not on ${DEST}`,
      `the persistent definition names no file for vda, not ${DEST}`,
    ],
  ],
  ['finish', 'the disk has gone', backup, noDisks, ['vda is not on the same file as before']],
  [
    'pivot',
    'the guest is on the old file',
    shallow,
    onDisk(({ chain: [top, ...below] }) => ({ chain: [{ ...top!, file: SNAP2 }, ...below] })),
    [`vda is on ${SNAP2}, not on ${DEST}`],
  ],
  [
    'pivot',
    'the disk has no medium',
    shallow,
    onDisk(() => ({ chain: [] })),
    [`vda is on nothing, not on ${DEST}`],
  ],
  [
    'pivot',
    'libvirt treats the copy as a device',
    shallow,
    onDisk(({ chain: [top, ...below] }) => ({ chain: [{ ...top!, block: true }, ...below] })),
    [`libvirt treats ${DEST} as a block device`],
  ],
  [
    'pivot',
    'libvirt treats the device as a file',
    { disk: 'vdb', dest: '/dev/lv', format: 'raw', blockdev: true, pivot: true },
    onDisk(() => ({ chain: [{ file: '/dev/lv', format: 'raw' }] }), 'vdb'),
    ['libvirt treats /dev/lv as a file'],
  ],
  [
    'pivot',
    'the copy has been removed',
    shallow,
    without(DEST),
    [`${DEST} was removed while it was in use`],
  ],
  [
    'pivot',
    'the job is still running',
    shallow,
    onDisk(() => ({ job: { type: 'copy', ready: true, mirror: DEST } })),
    ['the job on vda has not ended'],
  ],
  [
    'pivot',
    'the definition did not follow',
    shallow,
    onDisk(() => ({ persistentSource: SNAP2 })),
    [`the persistent definition names ${SNAP2} for vda, not ${DEST}`],
  ],
  [
    'pivot',
    'the definition has lost the disk',
    shallow,
    onDisk(() => ({ persistentSource: none })),
    [`the persistent definition names no file for vda, not ${DEST}`],
  ],
  [
    'pivot',
    'libvirt has ended the chain in the definition',
    shallow,
    inDefinition("<target dev='vda'", "<backingStore/><target dev='vda'"),
    ['the definition names other layers for vda than before, apart from the copy'],
  ],
  [
    'pivot',
    'a person has edited the definition',
    shallow,
    inDefinition('<on_crash>destroy', '<on_crash>restart'),
    [],
  ],
  [
    'finish',
    'the job is still running',
    backup,
    onDisk(() => ({ job: { type: 'copy', ready: true, mirror: DEST } })),
    ['the job on vda has not ended'],
  ],
  [
    'finish',
    'the guest has moved',
    backup,
    onDisk(({ chain: [top, ...below] }) => ({ chain: [{ ...top!, file: DEST }, ...below] })),
    ['vda is not on the same file as before'],
  ],
  ['finish', 'the copy has been removed', backup, without(DEST), [`${DEST} does not exist`]],
])('%s is checked when %s', (name, _where, params, change, problems) => {
  const { phase, before, after, start } = phaseDone(blockcopyStep, params, host, name);
  expect(problemsAfter(phase, before, change(after), start)).toEqual(problems);
});

const STALE = 'virsh define --file RUN/define.xml  (restore the definition)';
const PIVOT = `virsh blockjob --domain testvm --path vda --pivot  (move vda back to ${SNAP2}; timeoutMs 120000)`;
const WAIT =
  "# wait for libvirt's event: vda ready  (until the old file holds all data of the copy; timeoutMs 86400000)";
const copying = (mirror: string) => onDisk(() => ({ job: { type: 'copy', ready: false, mirror } }));

test.each<readonly [string, Params, Change, readonly string[]]>([
  [
    'the guest is off',
    shallow,
    (after) => withDomain(after, { state: 'shut off' }),
    [
      `no rollback: "testvm" is shut off: mirroring back from ${DEST} to ${SNAP2} needs a running guest, and ${DEST} may hold its latest writes`,
    ],
  ],
  [
    'another job runs',
    shallow,
    onDisk(() => ({ job: { type: 'pull', ready: false } })),
    ['no rollback: another job is running on vda -> virsh blockjob testvm vda --info'],
  ],
  ['its own mirror back runs', shallow, copying(SNAP2), [WAIT, PIVOT]],
  [
    'the guest never moved, and the definition is stale',
    shallow,
    onDisk(({ chain: [top, ...below] }) => ({ chain: [{ ...top!, file: SNAP2 }, ...below] })),
    [STALE],
  ],
  ['the disk has gone', shallow, noDisks, [STALE]],
  ['the disk has no medium', shallow, onDisk(() => ({ chain: [] })), [STALE]],
  ['the disk has gone, flat', flat, noDisks, [STALE]],
  [
    'the disk had no layers below',
    raw,
    (after) => after,
    [
      'virsh blockcopy --domain testvm --path vdb --dest /export/vmimages/testvm-data.img --format raw --reuse-external --transient-job  (mirror vdb back to /export/vmimages/testvm-data.img; writesInto /export/vmimages/testvm-data.img)',
      WAIT.replace('vda', 'vdb'),
      'virsh blockjob --domain testvm --path vdb --pivot  (move vdb back to /export/vmimages/testvm-data.img; timeoutMs 120000)',
    ],
  ],
])('the rollback of a pivot when %s', (_where, params, change, lines) => {
  const { phase, before, after } = phaseDone(blockcopyStep, params, world(), 'pivot');
  expect(rollbackLines(phase, before, change(after))).toEqual(lines);
});

test('a transient domain has no definition to check', () => {
  const transient = world({ domain: { persistent: false } });
  const { phase, before, after, start } = phaseDone(blockcopyStep, shallow, transient, 'pivot');
  expect(problemsAfter(phase, before, after, start)).toEqual([]);
  const defined = withDomain(after, { definition: '<domain/>' });
  expect(problemsAfter(phase, before, defined, start)).toEqual([]);
});

test('a disk that did not exist when the phase began needs no rollback', () => {
  const [mirror, pivot] = blockcopyStep.phases(flat);
  const gone = world({ disks: [] });
  for (const phase of [mirror!, pivot!]) expect(rollbackLines(phase, gone, gone)).toEqual([]);
  expect(pivot!.rollbackRoom!(gone, gone)).toEqual([]);
});

test('a copy that another guest now uses is not removed', () => {
  const { phase, before, after } = phaseDone(blockcopyStep, shallow, world(), 'mirror');
  const used = {
    ...onDisk(() => ({ job: none }))(after),
    others: [neighbour('other', [DEST], [])],
  };
  expect(rollbackLines(phase, before, used)).toEqual([]);
});

test('the pivot does not change a definition that names another file', () => {
  const apart = withDisk(world(), 'vda', (each) => ({ ...each, persistentSource: SNAP1 }));
  const [, pivot] = blockcopyStep.phases(shallow);
  expect(pivot!.effects(apart, apart)).toHaveLength(1);
  expect(pivot!.effects(world(), world())).toHaveLength(2);
  const alone = world({ disks: [disk('vdb', ['/a'])] });
  expect(pivot!.effects(alone, alone)).toHaveLength(1);
});

test('the definition describes the copy as the command does', () => {
  const sources = [
    [shallow, `<driver name='qemu' type='qcow2' discard='unmap'/>\n      <source file='${DEST}'/>`],
    [
      { ...flat, dest: '/dev/lv', blockdev: true, format: 'raw' } as const,
      "<driver name='qemu' type='raw' discard='unmap'/>\n      <source dev='/dev/lv'/>",
    ],
  ] as const;
  for (const [params, source] of sources) {
    const [, pivot] = blockcopyStep.phases(params);
    const content = pivot!.effects(world(), world()).flatMap(contentsIn);
    expect(content.join()).toContain(source);
  }
});
