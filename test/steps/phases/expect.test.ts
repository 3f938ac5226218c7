/** Expectations after a phase: each with host states that meet it and host states that do not. */
import { describe, expect, test } from 'vitest';
import {
  type Disk,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../../../src/model/host-state.ts';
import {
  activeFileUnchanged,
  chainIs,
  definedOn,
  definitionIs,
  type Expectation,
  fileExists,
  fileIsAbsent,
  fileNotRemoved,
  jobIsReady,
  noJob,
  runsOn,
  runsOnOverlay,
  snapshotIsRecorded,
} from '../../../src/steps/phases/expect.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const FILE = '/new/copy';
const changed = (change: Partial<Disk>, seen = world()) =>
  withDisk(seen, 'vda', (each) => ({ ...each, ...change }));
const on = (files: readonly string[], seen = world()) =>
  changed({ chain: disk('vda', files).chain }, seen);
const onDevice = changed({ chain: [{ file: '/dev/lv', format: 'raw', block: true }] });
const noDisks = world({ disks: [] });
const isRemoved = (file: string) => `${file} was removed while it was in use`;
const removed = (seen: HostState, file: string) => withFile(seen, file, null);

/** Two names of the same file. */
const [NAME, ALIAS] = ['/i/a.qcow2', '/alias/a.qcow2'];
const same = { size: 1, identity: 'one' };
const aliased: HostState = {
  ...world({ disks: [disk('vda', [ALIAS])], files: { [NAME]: same, [ALIAS]: same } }),
  names: { [NAME]: 'one', [ALIAS]: 'one' },
};

function judged(
  expectation: Expectation,
  cases: readonly (readonly [HostState, readonly string[]])[],
) {
  for (const [after, problems] of cases) expect(expectation(after)).toEqual(problems);
}

describe('the guest runs on', () => {
  const layer = { file: SNAP2, format: 'qcow2' };

  test('a file that exists', () => {
    judged(runsOn('vda', layer), [
      [world(), []],
      [{ ...world(), files: {} }, []],
      [removed(world(), SNAP2), [isRemoved(SNAP2)]],
      [on([SNAP1, BASE]), [`vda is on ${SNAP1}, not on ${SNAP2}`]],
      [
        removed(on([SNAP1, BASE]), SNAP1),
        [`vda is on ${SNAP1}, not on ${SNAP2}`, isRemoved(SNAP1)],
      ],
      [on([]), [`vda is on nothing, not on ${SNAP2}`]],
      [noDisks, [`vda is on nothing, not on ${SNAP2}`]],
    ]);
    expect(runsOn('vda', { ...layer, file: NAME })(aliased)).toEqual([]);
  });

  test('a file as a file, or a block device as a block device', () => {
    const device = { file: '/dev/lv', format: 'raw', block: true } as const;
    judged(runsOn('vda', device), [
      [onDevice, []],
      [
        changed({ chain: [{ file: '/dev/lv', format: 'raw' }] }),
        ['libvirt treats /dev/lv as a file'],
      ],
    ]);
    judged(runsOn('vda', { file: '/dev/lv', format: 'raw' }), [
      [onDevice, ['libvirt treats /dev/lv as a block device']],
    ]);
  });

  test('the same file as before', () => {
    judged(activeFileUnchanged(world(), 'vda'), [
      [world(), []],
      [on([SNAP2]), []],
      [on([SNAP1, BASE]), ['vda is not on the same file as before']],
      [noDisks, ['vda is not on the same file as before']],
    ]);
  });

  test('an overlay, directly above the file that it ran on before', () => {
    const overlay = { target: 'vda', file: FILE, format: 'qcow2', base: SNAP2 };
    const not = `vda is not on ${FILE} above ${SNAP2}`;
    judged(runsOnOverlay(overlay), [
      [on([FILE, SNAP2, SNAP1, BASE]), []],
      [removed(on([FILE, SNAP2, SNAP1, BASE]), FILE), [isRemoved(FILE)]],
      [on([FILE, SNAP1, BASE]), [not]],
      [on([FILE]), [not]],
      [world(), [not]],
      [noDisks, [not]],
    ]);
  });
});

test('the chain consists of those files, in that order', () => {
  const layers = disk('vda', [SNAP2, BASE]).chain;
  const not = (files: string) => [`the chain of vda is ${files}, not ${SNAP2} -> ${BASE}`];
  judged(chainIs('vda', layers), [
    [on([SNAP2, BASE]), []],
    [world(), not(`${SNAP2} -> ${SNAP1} -> ${BASE}`)],
    [on([BASE, SNAP2]), not(`${BASE} -> ${SNAP2}`)],
    [on([SNAP2]), not(SNAP2)],
    [noDisks, not('')],
  ]);
  expect(chainIs('vda', disk('vda', [NAME]).chain)(aliased)).toEqual([]);
});

describe('a job', () => {
  const job = { type: 'copy', ready: true, mirror: FILE } as const;

  test('has ended', () => {
    judged(noJob('vda'), [
      [world(), []],
      [noDisks, []],
      [changed({ job }), ['the job on vda has not ended']],
    ]);
  });

  test('has that type, is ready, and writes to that file, which exists', () => {
    const not = ['the copy is not ready'];
    const none = ['vda has no copy job'];
    judged(jobIsReady('vda', 'copy', FILE, 'the copy'), [
      [changed({ job }), []],
      [changed({ job }, removed(world(), FILE)), [isRemoved(FILE)]],
      [changed({ job: { ...job, ready: false } }), not],
      [changed({ job: { ...job, type: 'active-commit' } }), not],
      [changed({ job: { ...job, mirror: '/another' } }), not],
      [changed({ job: { type: 'copy', ready: true } }), not],
      [world(), none],
      [removed(world(), FILE), none],
      [noDisks, none],
    ]);
    judged(jobIsReady('vda', 'active-commit', FILE, 'it'), [[world(), ['vda has no commit job']]]);
  });
});

describe('the definition', () => {
  test('names that file', () => {
    judged(definedOn('vda', SNAP2), [
      [world(), []],
      [
        changed({ persistentSource: SNAP1 }),
        [`the persistent definition names ${SNAP1} for vda, not ${SNAP2}`],
      ],
      [noDisks, [`the persistent definition names no file for vda, not ${SNAP2}`]],
    ]);
  });

  test('is unchanged, byte for byte', () => {
    const { definition, ...rest } = world().domain;
    const withoutDefinition = { ...world(), domain: rest };
    const not = ['the definition differs from the old one'];
    judged(definitionIs(definition ?? '', 'the old one'), [
      [world(), []],
      [withDomain(world(), { definition: `${definition} ` }), not],
      [withoutDefinition, not],
    ]);
  });
});

test('libvirt has a record of the snapshot', () => {
  judged(snapshotIsRecorded('s'), [
    [withDomain(world(), { snapshots: ['r', 's'] }), []],
    [withDomain(world(), { snapshots: ['r'] }), ['libvirt has no record of snapshot s']],
  ]);
});

test('a file exists, is absent, or is not known to be removed', () => {
  judged(fileExists(DATA), [
    [world(), []],
    [removed(world(), DATA), [`${DATA} does not exist`]],
    [{ ...world(), files: {} }, [`${DATA} does not exist`]],
  ]);
  judged(fileIsAbsent(DATA), [
    [world(), [`${DATA} still exists`]],
    [removed(world(), DATA), []],
    [{ ...world(), files: {} }, []],
  ]);
  judged(fileNotRemoved(DATA), [
    [world(), []],
    [removed(world(), DATA), [isRemoved(DATA)]],
    [{ ...world(), files: {} }, []],
  ]);
});
