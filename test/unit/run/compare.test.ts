import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import { diskOf, withDisk, withDomain, withFile } from '../../../src/model/host-state.ts';
import {
  contradictions,
  definedElsewhere,
  differences,
  diskLocations,
} from '../../../src/run/compare.ts';
import { BASE, DATA, disk, frozen, SNAP1, SNAP2, world } from '../../worlds.ts';

const CHAIN = `${SNAP2}, backed by ${SNAP1}, backed by ${BASE}`;
const before = frozen(
  withFile(world({ domain: { snapshots: ['a'], checkpoints: ['c'] } }), '/new', null),
);
const job = { type: 'copy', ready: false, mirror: '/new' } as const;

const CHANGES: readonly (readonly [string, HostState, readonly string[]])[] = [
  ['nothing', before, []],
  ['a file that has grown', withFile(before, BASE, { size: 9e9 }), []],
  [
    'another name',
    withDomain(before, {
      ...{ state: 'gone', calledNow: 'web2', persistent: false, autostart: false },
      ...{ disks: [], snapshots: [], checkpoints: [] },
    }),
    ['"testvm" was renamed to "web2" during the run'],
  ],
  [
    'another host',
    withDomain(before, { state: 'gone', movedAway: true, persistent: false, disks: [] }),
    ['"testvm" was migrated to another host during the run: do not start it here'],
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
    ['the persistent definition differs from the one before the run'],
  ],
  ['autostart', withDomain(before, { autostart: false }), ['autostart is off; it was on']],
  [
    'another file',
    withDisk(before, 'vda', (each) => ({ ...each, chain: disk('vda', ['/new', BASE]).chain })),
    [`vda is on /new, backed by ${BASE}; it was on ${CHAIN}`],
  ],
  [
    'a missing disk',
    withDomain(before, { disks: before.domain.disks.slice(1) }),
    [`vda is on nothing; it was on ${CHAIN}`],
  ],
  [
    'a disk without a file',
    withDisk(before, 'vdb', (each) => ({ ...each, chain: [] })),
    [`vdb is on nothing; it was on ${DATA}`],
  ],
  [
    'a block job',
    withDisk(before, 'vda', (each) => ({ ...each, job })),
    ['a block job (copy) is running on vda'],
  ],
  [
    'metadata',
    withDomain(before, { snapshots: ['b'], checkpoints: [] }),
    [
      'the snapshot a no longer exists',
      'the snapshot b is new',
      'the checkpoint c no longer exists',
    ],
  ],
  [
    'a file left over',
    withFile(before, '/new', { size: 0 }),
    ['/new exists; it did not exist before'],
  ],
  ['a file lost', withFile(before, BASE, null), [`${BASE} no longer exists`]],
  ['a file that was not observed before', withFile(before, '/other', { size: 0 }), []],
  ['a file that is not observed now', { ...before, files: {} }, []],
  ['a file that is still missing', withFile(before, '/new', null), []],
  [
    'a medium that was removed from a drive',
    withDisk(before, 'sda', (each) => ({ ...each, chain: [] })),
    [],
  ],
];

const TRANSIENT = withDomain(before, { persistent: false, autostart: false });
const headed = (backing?: string | null) =>
  withFile(before, SNAP1, backing === undefined ? { size: 1 } : { size: 1, backing });

const lun = (file: string) =>
  withDisk(before, 'vdb', (each) => ({ ...each, device: 'lun', chain: disk('vdb', [file]).chain }));

/** Changes in which the host state before differs as well. */
const BOTH: readonly (readonly [string, HostState, HostState, readonly string[]])[] = [
  [
    'a domain that has become persistent',
    TRANSIENT,
    withDomain(before, { autostart: false }),
    ['the domain is persistent; it was transient'],
  ],
  ['a LUN on another device', lun('/dev/a'), lun('/dev/b'), ['vdb is on /dev/b; it was on /dev/a']],
  ['autostart', withDomain(before, { autostart: false }), before, ['autostart is on; it was off']],
  [
    'a block job of another type than before',
    withDisk(before, 'vda', (each) => ({ ...each, job })),
    withDisk(before, 'vda', (each) => ({ ...each, job: { ...job, type: 'commit' } })),
    ['a block job (commit) is running on vda'],
  ],
  [
    'a block job that ran before and still runs',
    withDisk(before, 'vda', (each) => ({ ...each, job })),
    withDisk(before, 'vda', (each) => ({ ...each, job: { ...job, ready: true } })),
    [],
  ],
  [
    'the same file under another name',
    { ...before, names: { '/link': 'i' } },
    withDisk({ ...before, names: { '/link': 'i', [DATA]: 'i' } }, 'vdb', (each) => ({
      ...each,
      chain: disk('vdb', ['/link']).chain,
    })),
    [],
  ],
  [
    "another name in an image's header",
    headed(BASE),
    headed('base.qcow2'),
    [`the header of ${SNAP1} names base.qcow2 as its backing file; it named ${BASE}`],
  ],
  [
    'a header that no longer names a backing file',
    headed(BASE),
    headed(null),
    [`the header of ${SNAP1} names nothing as its backing file; it named ${BASE}`],
  ],
  [
    'a header that named no backing file',
    headed(null),
    headed(BASE),
    [`the header of ${SNAP1} names ${BASE} as its backing file; it named nothing`],
  ],
  ['a header as it was', headed(BASE), headed(BASE), []],
  ['a header that was not read before', headed(), headed(BASE), []],
  ['a header that is not read now', headed(BASE), headed(), []],
  [
    'other metadata than before',
    withDomain(before, { snapshots: [], checkpoints: ['c'] }),
    withDomain(before, { snapshots: ['a'], checkpoints: ['c', 'd'] }),
    ['the snapshot a is new', 'the checkpoint d is new'],
  ],
];

describe('what differs from before', () => {
  test.each(CHANGES)('%s', (_title, now, found) => {
    expect(differences(before, now)).toEqual(found);
  });

  test.each(BOTH)('%s (both host states)', (_title, was, now, found) => {
    expect(differences(was, now)).toEqual(found);
  });

  test('the chain of a stopped guest is not compared, only its definition', () => {
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
      'a definition that was not restored',
      withDomain(before, { persistent: false }),
      ['"testvm" is transient: it no longer has a persistent definition'],
    ],
    [
      'a block job',
      withDisk(before, 'vda', (each) => ({ ...each, job })),
      ['a block job (copy) is still running on vda'],
    ],
    ['a crash', withDomain(before, { state: 'crashed' }), ['the guest is crashed; it was running']],
    [
      'another name',
      withDomain(before, { state: 'gone', calledNow: 'web2', persistent: false }),
      ['"testvm" was renamed to "web2" during the run'],
    ],
    [
      'a definition that names no file',
      withDisk(before, 'vda', ({ persistentSource: _none, ...each }) => each),
      [`the definition names ${SNAP2} for vda, but the guest runs on ${SNAP2}`],
    ],
    [
      'a medium that was removed from a drive',
      withDisk(before, 'sda', (each) => ({ ...each, chain: [] })),
      [],
    ],
    [
      'a disk that the guest has lost',
      withDisk(before, 'vdb', (each) => ({ ...each, chain: [] })),
      [`the definition names ${DATA} for vdb, but the guest runs on nothing`],
    ],
    [
      'a disk without a file in both',
      withDisk(before, 'vdb', ({ persistentSource: _none, ...each }) => ({ ...each, chain: [] })),
      [],
    ],
  ])('%s', (_title, now, found) => {
    expect(contradictions(before, now)).toEqual(found);
  });

  test('a difference from before the run is not reported', () => {
    const stale = withDisk(before, 'vda', (each) => ({ ...each, persistentSource: BASE }));
    expect(contradictions(stale, stale)).toEqual([]);
    const moved = withDisk(stale, 'vda', (each) => ({
      ...each,
      chain: disk('vda', ['/new']).chain,
    }));
    expect(contradictions(stale, moved)).toHaveLength(1);
  });

  test('a disk that is not in the definition is not compared', () => {
    const plugged = (file: string) =>
      withDomain(before, {
        disks: [
          ...before.domain.disks,
          { target: 'vdz', device: 'disk', readonly: false, chain: disk('vdz', [file]).chain },
        ],
      });
    expect(contradictions(plugged('/a'), plugged('/b'))).toEqual([]);
  });

  test('a stopped guest is not compared with its definition', () => {
    const off = withDomain(before, { state: 'shut off' });
    const stale = withDisk(off, 'vda', (each) => ({ ...each, persistentSource: BASE }));
    expect(contradictions(off, stale)).toEqual([]);
  });

  test('a layer below which the next start would find another file', () => {
    const named = withFile(before, SNAP1, { size: 1, backing: '/gone', format: 'qcow2' });
    const headers = withFile(named, SNAP2, { size: 1, backing: SNAP1, format: 'qcow2' });
    expect(contradictions(before, headers)).toEqual([
      `vda: the image header names /gone below ${SNAP1}, but the running guest has ${BASE} there`,
    ]);
    expect(contradictions(headers, headers)).toEqual([]);
  });

  test('a domain that was transient before may be transient afterwards', () => {
    const transient = world({ domain: { persistent: false } });
    expect(contradictions(transient, transient)).toEqual([]);
  });
});

test.each<readonly [string, HostState, readonly string[]]>([
  ['the file that it wrote to', before, []],
  [
    'another file than it wrote to',
    withDisk(before, 'vda', (each) => ({ ...each, persistentSource: '/new' })),
    [`the definition names /new for vda, but the guest wrote to ${SNAP2}`],
  ],
  ['no file', withDisk(before, 'vda', ({ persistentSource: _none, ...each }) => each), []],
  [
    'a file for a disk that it did not have',
    withDomain(before, { disks: [disk('vdz', ['/z']), ...before.domain.disks] }),
    [],
  ],
])('the definition of a stopped guest names %s', (_title, now, found) => {
  expect(definedElsewhere(before, now)).toEqual(found);
});

test('disk locations list the active layer first, without drives and CDs', () => {
  const seen = withDisk(before, 'vdb', (each) => ({ ...each, chain: [] }));
  expect(diskLocations(seen)).toEqual([`vda: ${CHAIN}`]);
  expect(diskOf(seen, 'sda')?.chain).toHaveLength(1);
});
