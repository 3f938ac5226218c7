import { describe, expect, test } from 'vitest';
import type { World } from '../../../src/model/world.ts';
import { diskOf, withDisk, withDomain, withFile } from '../../../src/model/world.ts';
import { contradictions, differences, whereDisksAre } from '../../../src/run/compare.ts';
import { BASE, disk, frozen, SNAP1, SNAP2, world } from '../../worlds.ts';

const before = frozen(
  withFile(world({ domain: { snapshots: ['a'], checkpoints: ['c'] } }), '/new', null),
);
const job = { type: 'copy', ready: false, mirror: '/new' } as const;

const CHANGES: readonly (readonly [string, World, readonly string[]])[] = [
  ['nothing', before, []],
  ['a file that has grown', withFile(before, BASE, { size: 9e9 }), []],
  [
    'another name',
    withDomain(before, {
      ...{ state: 'gone', calledNow: 'web2', persistent: false, autostart: false },
      ...{ disks: [], snapshots: [], checkpoints: [] },
    }),
    ['"testvm" is called "web2" by now: somebody has renamed it in the middle of the run'],
  ],
  [
    'another host',
    withDomain(before, { state: 'gone', movedAway: true, persistent: false, disks: [] }),
    [
      '"testvm" is on another host: somebody has migrated it in the middle of the run; do not start it here',
    ],
  ],
  [
    'a paused guest',
    withDomain(before, { state: 'paused' }),
    ['the guest is paused; it was running'],
  ],
  [
    'a lost definition',
    withDomain(before, { persistent: false }),
    ['the domain is transient; it was persistent'],
  ],
  [
    'a definition that differs by a space',
    withDomain(before, { definition: `${before.domain.definition} ` }),
    ['the persistent definition is not the one from before'],
  ],
  ['autostart', withDomain(before, { autostart: false }), ['autostart is off; it was on']],
  [
    'another file',
    withDisk(before, 'vda', (each) => ({ ...each, chain: disk('vda', ['/new', BASE]).chain })),
    [`vda is on ${BASE} <- /new; it was on ${BASE} <- ${SNAP1} <- ${SNAP2}`],
  ],
  [
    'a missing disk',
    withDomain(before, { disks: before.domain.disks.slice(1) }),
    [`vda is on nothing; it was on ${BASE} <- ${SNAP1} <- ${SNAP2}`],
  ],
  ['a job', withDisk(before, 'vda', (each) => ({ ...each, job })), ['a job (copy) runs on vda']],
  [
    'metadata',
    withDomain(before, { snapshots: ['b'], checkpoints: [] }),
    ['the snapshot a is gone', 'the snapshot b is new', 'the checkpoint c is gone'],
  ],
  ['a file left over', withFile(before, '/new', { size: 0 }), ['/new is there; it was not']],
  ['a file lost', withFile(before, BASE, null), [`${BASE} is gone`]],
];

describe('what differs from before', () => {
  test.each(CHANGES)('%s', (_title, now, found) => {
    expect(differences(before, now)).toEqual(found);
  });

  test('the chain of a guest that is off is not told apart: only its definition shows', () => {
    const off = withDisk(withDomain(before, { state: 'shut off' }), 'vda', (each) => ({
      ...each,
      chain: each.chain.slice(0, 1),
    }));
    expect(differences(before, off)).toEqual(['the guest is shut off; it was running']);
    expect(differences(off, off)).toEqual([]);
  });
});

describe('what contradicts a finished run', () => {
  test.each([
    ['nothing', before, []],
    [
      'a definition that names the old file',
      withDisk(before, 'vda', (each) => ({ ...each, chain: disk('vda', ['/new']).chain })),
      [`the definition names ${SNAP2} for vda, but the guest runs on /new`],
    ],
    [
      'a definition that takes the block device for a file',
      withDisk(before, 'vda', (each) => ({
        ...each,
        chain: each.chain.map((layer, at) => (at === 0 ? { ...layer, block: true } : layer)),
      })),
      [`the definition names ${SNAP2} for vda, but the guest runs on the block device ${SNAP2}`],
    ],
    [
      'a definition that was not put back',
      withDomain(before, { persistent: false }),
      ['"testvm" is transient: it has no persistent definition any more'],
    ],
    [
      'a job',
      withDisk(before, 'vda', (each) => ({ ...each, job })),
      ['a job (copy) still runs on vda'],
    ],
    ['a crash', withDomain(before, { state: 'crashed' }), ['the guest is crashed; it was running']],
  ])('%s', (_title, now, found) => {
    expect(contradictions(before, now)).toEqual(found);
  });

  test('what was apart before the run, and is still, is not its doing', () => {
    const stale = withDisk(before, 'vda', (each) => ({ ...each, persistentSource: BASE }));
    expect(contradictions(stale, stale)).toEqual([]);
    const moved = withDisk(stale, 'vda', (each) => ({
      ...each,
      chain: disk('vda', ['/new']).chain,
    }));
    expect(contradictions(stale, moved)).toHaveLength(1);
  });

  test('a disk that no definition has may be anywhere', () => {
    const plugged = (file: string) =>
      withDomain(before, {
        disks: [
          ...before.domain.disks,
          { target: 'vdz', device: 'disk', readonly: false, chain: disk('vdz', [file]).chain },
        ],
      });
    expect(contradictions(plugged('/a'), plugged('/b'))).toEqual([]);
  });

  test('a domain that was transient before may be it after', () => {
    const transient = world({ domain: { persistent: false } });
    expect(contradictions(transient, transient)).toEqual([]);
  });
});

test('where the disks are, base first, without drives and CDs', () => {
  const seen = withDisk(before, 'vdb', (each) => ({ ...each, chain: [] }));
  expect(whereDisksAre(seen)).toEqual([`vda: ${BASE} <- ${SNAP1} <- ${SNAP2}`]);
  expect(diskOf(seen, 'sda')?.chain).toHaveLength(1);
});
