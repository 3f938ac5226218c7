/** When a phase of `blockcommitStep` counts as done, and what its rollback does from each state. */
import { expect, test } from 'vitest';
import {
  type Disk,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../../src/model/host-state.ts';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { problemsAfter } from '../../src/steps/derived.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import { phaseDone, rollbackLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const active = { disk: 'vda', shallow: true, active: true, pivot: true };
const several = { disk: 'vda', base: BASE, pivot: true };
const middle = { disk: 'vda', top: SNAP1, base: BASE };
const kept = { disk: 'vda', shallow: true, 'keep-overlay': true };
const alone = world({ others: [] });
const transient = world({ others: [], domain: { persistent: false } });

type Change = (after: HostState) => HostState;
const onDisk =
  (change: (disk: Disk) => Partial<Disk>): Change =>
  (after) =>
    withDisk(after, 'vda', (each) => ({ ...each, ...change(each) }));
const job = (change: Partial<Disk['job']>): Change =>
  onDisk((each) => ({ job: { ...each.job!, ...change } }));
const on = (...files: readonly string[]): Change =>
  onDisk(() => ({ chain: disk('vda', files).chain }));
const none = undefined as never;
const noDisks: Change = (after) => withDomain(after, { disks: [] });
const running = { job: { type: 'active-commit', ready: true, mirror: SNAP1 } } as const;
const NOT_READY = ['the commit of vda is not ready'];

test.each<readonly [string, string, Params, Change, readonly string[]]>([
  [
    'commit',
    'the job is missing',
    active,
    onDisk(() => ({ job: none })),
    ['vda has no commit job'],
  ],
  ['commit', 'the job is not ready', active, job({ ready: false }), NOT_READY],
  ['commit', 'the job is another one', active, job({ type: 'copy' }), NOT_READY],
  ['commit', 'the job goes elsewhere', active, job({ mirror: BASE }), NOT_READY],
  [
    'commit',
    'the base has been removed',
    active,
    (after) => withFile(after, SNAP1, null),
    [`${SNAP1} was removed while it was in use`],
  ],
  [
    'pivot',
    'the guest has not moved',
    active,
    on(SNAP2, SNAP1, BASE),
    [`vda is on ${SNAP2}, not on ${SNAP1}`],
  ],
  ['pivot', 'the disk has no medium', active, on(), [`vda is on nothing, not on ${SNAP1}`]],
  [
    'pivot',
    'the base has been removed',
    active,
    (after) => withFile(after, SNAP1, null),
    [`${SNAP1} was removed while it was in use`],
  ],
  [
    'pivot',
    'the job is still running',
    active,
    onDisk(() => running),
    ['the job on vda has not ended'],
  ],
  [
    'pivot',
    'the definition did not follow',
    active,
    onDisk(() => ({ persistentSource: SNAP2 })),
    [`the persistent definition names ${SNAP2} for vda, not ${SNAP1}`],
  ],
  [
    'pivot',
    'the definition has lost the disk',
    active,
    onDisk(() => ({ persistentSource: none })),
    [`the persistent definition names no file for vda, not ${SNAP1}`],
  ],
  [
    'pivot',
    'the disk has gone',
    active,
    noDisks,
    [
      `vda is on nothing, not on ${SNAP1}`,
      `the persistent definition names no file for vda, not ${SNAP1}`,
    ],
  ],
  ['finish', 'the disk has gone', kept, noDisks, ['vda is not on the same file as before']],
  ['finish', 'the disk has no medium', kept, on(), ['vda is not on the same file as before']],
  [
    'finish',
    'the job is still running',
    kept,
    onDisk(() => running),
    ['the job on vda has not ended'],
  ],
  [
    'finish',
    'the guest has moved',
    kept,
    on(SNAP1, BASE),
    ['vda is not on the same file as before'],
  ],
  [
    'commit',
    'the layers are still in the chain',
    middle,
    on(SNAP2, SNAP1, BASE),
    [`the chain of vda is ${SNAP2} -> ${SNAP1} -> ${BASE}, not ${SNAP2} -> ${BASE}`],
  ],
  [
    'commit',
    'the disk has gone',
    middle,
    noDisks,
    [`the chain of vda is , not ${SNAP2} -> ${BASE}`],
  ],
  [
    'commit',
    'the job is still running',
    middle,
    onDisk(() => ({ job: { type: 'commit', ready: false } })),
    ['the job on vda has not ended'],
  ],
  [
    'delete',
    'a file still exists',
    { ...several, delete: true },
    (after) => withFile(after, SNAP1, { size: 1 }),
    [`${SNAP1} still exists`],
  ],
])('%s is checked when %s', (name, _where, params, change, problems) => {
  const { phase, before, after, start } = phaseDone(blockcommitStep, params, alone, name);
  expect(problemsAfter(phase, before, change(after), start)).toEqual(problems);
});

test('a definition that does not exist or names another file need not follow a pivot', () => {
  const apart = world({
    others: [],
    disks: [disk('vda', [SNAP2, SNAP1], { persistentSource: SNAP1 })],
  });
  for (const host of [transient, apart]) {
    const { phase, before, after, start } = phaseDone(blockcommitStep, active, host, 'pivot');
    const left = onDisk(() => ({ persistentSource: SNAP2 }))(after);
    expect(problemsAfter(phase, before, left, start)).toEqual([]);
  }
});

const STALE = 'virsh define --file RUN/define.xml  (restore the definition)';
const off: Change = (after) => withDomain(after, { state: 'crashed' });
const overlay = (base: string) =>
  `virsh snapshot-create-as --domain testvm --name blockplan-back-vda --disk-only --atomic --no-metadata --diskspec vda,snapshot=external,driver=qcow2,file=${SNAP2} --diskspec vdb,snapshot=no --diskspec sda,snapshot=no  (recreate the overlay ${SNAP2} above ${base}; timeoutMs 180000)`;
const MAKE = `: > ${SNAP2}  # must not exist  (reserve the path of the overlay)`;

test.each<readonly [string, string, Params, Change, readonly string[]]>([
  [
    'commit',
    'its job runs',
    active,
    (after) => after,
    [
      'virsh blockjob --domain testvm --path vda --abort  (cancel the active-commit of vda; timeoutMs 120000)',
    ],
  ],
  ['commit', 'another job runs', active, job({ mirror: '/elsewhere' }), []],
  ['commit', 'the disk has gone', active, noDisks, []],
  [
    'pivot',
    'the guest has crashed',
    active,
    off,
    [
      `no rollback: "testvm" is crashed: a new overlay needs a running guest, and ${SNAP1} may hold its latest writes`,
    ],
  ],
  [
    'pivot',
    'the guest never moved, and the definition is stale',
    active,
    on(SNAP2, SNAP1, BASE),
    [STALE],
  ],
  ['pivot', 'the disk has gone', active, noDisks, [STALE]],
  ['pivot', 'the disk has no medium', active, on(), [STALE]],
  [
    'pivot',
    'the stale overlay has been removed',
    active,
    (after) => withFile(after, SNAP2, null),
    [MAKE, overlay(SNAP1)],
  ],
  [
    'pivot',
    'several layers are merged',
    several,
    (after) => after,
    [`no rollback: the layers of vda are merged into ${BASE}, which holds all of the guest's data`],
  ],
  [
    'commit',
    'the layers are merged',
    middle,
    (after) => after,
    [
      'no rollback: the layers of vda are merged; a merged layer cannot be restored below a running guest',
    ],
  ],
  ['commit', 'the layers are merged, and the guest is off', middle, off, []],
  [
    'commit',
    'the commit runs',
    middle,
    onDisk(() => ({
      job: { type: 'commit', ready: false },
      chain: disk('vda', [SNAP2, SNAP1, BASE]).chain,
    })),
    [
      'virsh blockjob --domain testvm --path vda --abort  (cancel the commit of vda; timeoutMs 120000)',
    ],
  ],
  [
    'commit',
    'another job runs',
    middle,
    onDisk(() => ({
      job: { type: 'pull', ready: false },
      chain: disk('vda', [SNAP2, SNAP1, BASE]).chain,
    })),
    [],
  ],
])('the rollback of %s when %s', (name, _where, params, change, lines) => {
  const { phase, before, after } = phaseDone(blockcommitStep, params, alone, name);
  expect(rollbackLines(phase, before, change(after))).toEqual(lines);
});

test.each<readonly [string, string | null | undefined, readonly string[]]>([
  ['a path', SNAP1, [MAKE, overlay(SNAP1)]],
  ['an unknown file', undefined, [MAKE, overlay(SNAP1)]],
  ['no file', null, [MAKE, overlay(SNAP1)]],
  ['a relative name that leads elsewhere', 'elsewhere', [MAKE, overlay(SNAP1)]],
  [
    'a relative name',
    'testvm.snap1',
    [
      `qemu-img create -q -f qcow2 -b testvm.snap1 -F qcow2 ${SNAP2}  (create the overlay; its header names ${SNAP1} as before; bytes 0)`,
      overlay(SNAP1).replace('--no-metadata', '--no-metadata --reuse-external'),
    ],
  ],
])('the overlay is created again when its header named %s', (_what, backing, lines) => {
  const host = withFile(alone, SNAP2, { size: 1, ...(backing === undefined ? {} : { backing }) });
  const { phase, before, after } = phaseDone(blockcommitStep, active, host, 'pivot');
  expect(rollbackLines(phase, before, withFile(after, SNAP2, null))).toEqual(lines);
});

test('a guest that stopped before the commit shows no chain, and nothing is rolled back', () => {
  const gone = world({ disks: [], domain: { state: 'gone' } });
  const empty = world({ disks: [] });
  expect(rollbackLines(blockcommitStep.phases(middle)[0]!, empty, empty)).toEqual([]);
  for (const params of [active, middle, { ...active, delete: true }])
    for (const phase of blockcommitStep.phases(params))
      expect(rollbackLines(phase, gone, gone)).toEqual([]);
  const [, , aside] = blockcommitStep.phases({ ...active, quarantine: '/aside' });
  expect(rollbackLines(aside!, gone, gone)).toEqual([]);
  expect(() => problemsAfter(blockcommitStep.phases(active)[0]!, gone, gone, gone)).toThrow(
    'the chain of vda does not match the plan',
  );
});

test('a committed layer is removed only once the base that has its data is synced', () => {
  const pivoted = phaseDone(blockcommitStep, active, alone, 'pivot');
  const [removal] = pivoted.phase.undo(pivoted.before, pivoted.after, pivoted.start);
  expect(removal).toMatchObject({ tool: 'remove-file', file: SNAP2, dataIn: [SNAP1] });
  const deleted = phaseDone(blockcommitStep, { ...several, delete: true }, alone, 'delete');
  expect(deleted.phase.effects(deleted.before, deleted.start)).toMatchObject([
    { file: SNAP2, dataIn: [BASE] },
    { file: SNAP1, dataIn: [BASE] },
  ]);
});
