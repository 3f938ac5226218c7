/** When `snapshot-create-as` counts as done, and what its rollback does from each state. */
import { expect, test } from 'vitest';
import {
  type Disk,
  type Domain,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../../src/model/host-state.ts';
import { problemsAfter } from '../../src/steps/derived.ts';
import { snapshotCreateAsStep } from '../../src/steps/snapshot-create-as.ts';
import { disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { phaseDone, rollbackLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const TOP = '/export/vmimages/testvm.nightly';
const MEMORY = '/new/memory';
const one = { name: 'nightly', 'disk-only': true, diskspec: [{ disk: 'vdb', snapshot: 'no' }] };
const memory = { ...one, 'disk-only': false, memspec: { file: MEMORY } };
const quiesced = { ...one, quiesce: true, 'no-metadata': true };
const reuse = {
  ...one,
  'reuse-external': true,
  diskspec: [{ disk: 'vda', file: TOP }, ...one.diskspec],
};
const withTop = world({ files: { [TOP]: { size: 1 } } });

type Change = (after: HostState) => HostState;
const onDisk =
  (change: (disk: Disk) => Partial<Disk>): Change =>
  (after) =>
    withDisk(after, 'vda', (each) => ({ ...each, ...change(each) }));
const on = (...files: readonly string[]): Change =>
  onDisk(() => ({ chain: disk('vda', files).chain }));
const domain =
  (change: Partial<Domain>): Change =>
  (after) =>
    withDomain(after, change);
const without =
  (file: string): Change =>
  (after) =>
    withFile(after, file, null);
const all =
  (...changes: readonly Change[]): Change =>
  (after) =>
    changes.reduce((now, change) => change(now), after);
const same: Change = (after) => after;

test.each<readonly [string, Params, Change, readonly string[]]>([
  ['the guest has not moved', one, on(SNAP2, SNAP1), [`vda is not on ${TOP} above ${SNAP2}`]],
  [
    'the overlay has another backing file',
    one,
    on(TOP, SNAP1),
    [`vda is not on ${TOP} above ${SNAP2}`],
  ],
  ['the overlay has no backing file', one, on(TOP), [`vda is not on ${TOP} above ${SNAP2}`]],
  ['the disk has gone', one, domain({ disks: [] }), [`vda is not on ${TOP} above ${SNAP2}`]],
  ['the overlay has been removed', one, without(TOP), [`${TOP} was removed while it was in use`]],
  [
    'the record is missing',
    one,
    domain({ snapshots: [] }),
    ['libvirt has no record of snapshot nightly'],
  ],
  ['no record was asked for', { ...one, 'no-metadata': true }, domain({ snapshots: [] }), []],
  [
    'the memory has been removed',
    memory,
    without(MEMORY),
    [`${MEMORY} was removed while it was in use`],
  ],
])('it is checked when %s', (_where, params, change, problems) => {
  const { phase, before, after, start } = phaseDone(
    snapshotCreateAsStep,
    params,
    world(),
    'snapshot',
  );
  expect(problemsAfter(phase, before, change(after), start)).toEqual(problems);
});

const COMMIT = [
  `virsh blockcommit --domain testvm --path vda --base ${SNAP2} --active  (commit ${TOP} back into ${SNAP2})`,
  "# wait for libvirt's event: vda ready  (until the file below holds all data of the overlay; timeoutMs 86400000)",
  `virsh blockjob --domain testvm --path vda --pivot  (move vda back to ${SNAP2}; timeoutMs 120000)`,
];
const REMOVE = `rm ${TOP}  # once proven unused  (remove the overlay; made true)`;
const REMOVE_MADE = `rm ${TOP}  # once proven unused  (remove the file that the step created; made true)`;
const RECORD =
  "virsh snapshot-delete --domain testvm --snapshotname nightly --metadata  (remove libvirt's record of snapshot nightly)";
const RESUME = 'virsh resume --domain testvm  (resume the guest)';
const STALE = 'virsh define --file RUN/define.xml  (restore the definition)';
const FROZEN =
  "; doubt the guest agent did not answer after the freeze: the guest's file systems may still be frozen; in the guest, run fsfreeze --unfreeze MOUNTPOINT for each file system, or reset the guest";
const thaw = (doubt = '') =>
  `virsh domfsthaw --domain testvm  (make sure that no file system stays frozen; optional true${doubt})`;
const TIMEOUT =
  "virsh guest-agent-timeout --domain testvm --timeout -2  (reset the timeout for the guest agent to libvirt's default; optional true)";
const lost = (state: string) =>
  `no rollback: "testvm" is ${state}: a commit of ${TOP} into ${SNAP2} needs a running guest, and the overlay may hold its latest writes`;
const { definition } = world().domain;
/** The guest and its definition are on the former file. */
const back = all(
  on(SNAP2, SNAP1),
  onDisk(() => ({ persistentSource: SNAP2 })),
  domain({ definition: definition! }),
);
const none = all(back, without(TOP), domain({ snapshots: [] }));
const off = { state: 'shut off' } as const;

const paused = domain({ state: 'paused' });
const recorded = domain({ snapshots: ['nightly'] });
const gone = domain({ state: 'gone', disks: [], snapshots: [] });
const aborted =
  'virsh blockjob --domain testvm --path vda --abort  (cancel the active-commit of vda; timeoutMs 120000)';
const committing = onDisk(() => ({ job: { type: 'active-commit', ready: false, mirror: SNAP2 } }));

test.each<readonly [string, Params, Change, readonly string[]]>([
  ['it is done', one, same, [...COMMIT, REMOVE, RECORD]],
  ['a rollback was interrupted', one, committing, [aborted, ...COMMIT, REMOVE, RECORD]],
  ['no overlay is in use', one, back, [REMOVE_MADE, RECORD]],
  ['nothing was done', one, none, []],
  ['only the record is left', one, all(none, recorded), [RECORD]],
  ['no record was asked for', { ...one, 'no-metadata': true }, all(none, recorded), []],
  [
    'only the definition moved',
    one,
    all(none, domain({ definition: definition!.replace(SNAP2, TOP) })),
    [STALE],
  ],
  ['a full overlay has paused the guest', one, paused, [...COMMIT, REMOVE, RECORD, RESUME]],
  ['the guest is paused, and nothing was done', one, all(none, paused), []],
  [
    'the memory was saved only',
    memory,
    none,
    [`rm ${MEMORY}  # once proven unused  (remove the file that the step created; made true)`],
  ],
  ['the guest is off', one, domain(off), [lost('shut off')]],
  ['the guest is off, and nothing was done', one, all(none, domain(off)), []],
  ['the guest is off, on an overlay that existed', reuse, domain(off), [lost('shut off')]],
  [
    'the guest is off, and no overlay that existed is in use',
    reuse,
    all(back, domain({ ...off, snapshots: [] })),
    [],
  ],
  ['the guest is gone, and an overlay existed', reuse, gone, [lost('gone')]],
  ['the guest is gone, with its overlay', one, all(gone, without(TOP)), []],
])('its rollback when %s', (_where, params, change, lines) => {
  const host = params === reuse ? withTop : world();
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, params, host, 'snapshot');
  expect(rollbackLines(phase, before, change(after))).toEqual(lines);
});

test.each<readonly [string, Change, Change, readonly string[]]>([
  ['the guest was paused', paused, paused, [...COMMIT, REMOVE, RECORD]],
  ['a record of that name existed', recorded, all(none, recorded), []],
  [
    'the overlay had not been inspected',
    (was) => ({ ...was, files: {} }),
    domain(off),
    [lost('shut off')],
  ],
])('its rollback when %s before', (_where, was, change, lines) => {
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, one, world(), 'snapshot');
  expect(rollbackLines(phase, was(before), change(after))).toEqual(lines);
});

test.each<readonly [string, Change, readonly string[]]>([
  ['the overlay is in use', same, [...COMMIT, REMOVE, thaw(FROZEN), TIMEOUT]],
  ['no overlay was created', none, [thaw(), TIMEOUT]],
  ['the agent is gone, and no overlay was created', all(none, domain({ agent: false })), [TIMEOUT]],
  ['the agent is gone', domain({ agent: false }), [...COMMIT, REMOVE, thaw(FROZEN), TIMEOUT]],
  ['the guest is off', all(none, domain(off)), []],
])('its rollback of frozen file systems when %s', (_where, change, lines) => {
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, quiesced, world(), 'snapshot');
  expect(rollbackLines(phase, before, change(after))).toEqual(lines);
});

test('a doubt is about the QEMU process that was frozen, and ends with it', () => {
  const inProcess = (id: number) => domain({ process: { boot: 'a', id } });
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, quiesced, world(), 'snapshot');
  const [was, now] = [inProcess(1)(before), inProcess(1)(after)];
  expect(phase.undo(was, now, was).find((effect) => 'doubt' in effect)).toMatchObject({
    of: { boot: 'a', id: 1 },
  });
  expect(rollbackLines(phase, was, inProcess(2)(after))).toEqual([...COMMIT, REMOVE]);
});

test('if one of several disks is on its overlay, the thaw may have failed', () => {
  const both = { name: 'nightly', 'disk-only': true, 'no-metadata': true, quiesce: true };
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, both, world(), 'snapshot');
  expect(rollbackLines(phase, before, back(after))).toContain(thaw(FROZEN));
});

test('files that another guest now uses are not removed', () => {
  const others = [neighbour('other', [TOP, MEMORY], [])];
  const { phase, before, after } = phaseDone(snapshotCreateAsStep, memory, world(), 'snapshot');
  expect(rollbackLines(phase, before, { ...back(after), others })).toEqual([RECORD]);
});
