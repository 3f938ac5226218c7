/** What block jobs require of a disk: each sentence, and each refusal with its code, place, words and hint. */
import { describe, expect, test } from 'vitest';
import {
  type Disk,
  type HostState,
  type OtherDomain,
  withDisk,
} from '../../../src/model/host-state.ts';
import { checkSupported, requireDiskForJob } from '../../../src/steps/requirements/disk.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required, withoutBlocks } from '../required.ts';

describe('a disk that a block job can be started on', () => {
  /** The disk, or why there is none. */
  const found = (seen: HostState, target = 'vda', ...key: readonly (string | number)[][]) => {
    const { findings, value } = required((needs) => requireDiskForJob(needs, seen, target, ...key));
    expect(findings.length === 0).toBe(value !== undefined);
    return value ?? findings;
  };
  const changed = (change: Partial<Disk>) =>
    withDisk(world(), 'vda', (each) => ({ ...each, ...change }));

  test('is given', () => {
    expect(found(world())).toEqual(world().domain.disks[0]);
    expect(found(changed({ device: 'lun' }))).toMatchObject({ target: 'vda' });
  });

  test('belongs to a guest that is up', () => {
    expect(found(world({ domain: { state: 'shut off' } }))).toMatchObject([{ code: 'BP102' }]);
  });

  test('is one of the guest', () => {
    const see = 'see: virsh domblklist testvm';
    expect(found(world(), 'vdz')).toEqual([
      refusal(
        'BP103',
        ['disk'],
        'the domain "testvm" has no disk "vdz"; it has: vda, vdb, sda',
        see,
      ),
    ]);
    expect(found(world({ disks: [] }))).toEqual([
      refusal('BP103', ['disk'], 'the domain "testvm" has no disk "vda"; it has: none', see),
    ]);
    expect(found(world(), 'vdz', ['diskspec', 0])).toMatchObject([{ path: ['diskspec', 0] }]);
  });

  test('has a target of its own', () => {
    expect(found(world({ disks: [disk('vda', [SNAP2]), disk('vda', [DATA])] }))).toEqual([
      refusal('BP103', ['disk'], '"testvm" has several disks "vda"'),
    ]);
    expect(found(world({ disks: [disk('', [SNAP2])] }), '')).toEqual([
      refusal('BP103', ['disk'], 'a disk of "testvm" has no target'),
    ]);
  });

  test.each([
    [{ device: 'cdrom' }, 'vda is a cdrom: there is no block job for it'],
    [{ device: 'floppy' }, 'vda is a floppy: there is no block job for it'],
    [{ readonly: true }, 'vda is read-only: there is nothing to move or to merge'],
    [{ chain: [] }, 'vda has no medium'],
  ] as [Partial<Disk>, string][])('is neither of a drive nor empty: %j', (change, message) => {
    expect(found(changed(change))).toEqual([refusal('BP104', ['disk'], message)]);
  });

  test('is on this host', () => {
    expect(found(changed({ chain: [{ file: 'nbd://h/x', format: 'raw' }] }))).toEqual([
      refusal(
        'BP104',
        ['disk'],
        'vda is on nbd://h/x, which is neither a file nor a block device of this host',
        'blockplan works on local files and block devices only',
      ),
    ]);
  });

  test('has no property that blockplan does not model', () => {
    const findings = found(changed({ unsupported: ['<transient/>'] }));
    const unsupported = disk('vda', [], { unsupported: ['<transient/>'] });
    expect(findings).toEqual(withoutBlocks(checkSupported(unsupported, 'disk')));
    expect(findings).toMatchObject([
      {
        ...{ code: 'BP126', severity: 'error', path: ['disk'] },
        message: expect.stringMatching(/^vda has <transient\/>: \S/),
        hint: 'no step works on a disk with <transient/>',
      },
    ]);
    expect(checkSupported(disk('vda', []), 'disk')).toEqual([]);
  });

  test('rests on images of one file each', () => {
    const chain = [
      { file: SNAP2, format: 'qcow2' },
      { file: SNAP1, format: 'qcow2', dataFiles: ['/d1', '/d2'] },
    ];
    expect(found(changed({ chain }))).toEqual([
      refusal(
        'BP144',
        ['disk'],
        `vda rests on ${SNAP1}, which keeps its data in other files: /d1, /d2`,
        'blockplan works on disks whose layers are one file each',
      ),
    ]);
    const empty = chain.map((layer) => ({ ...layer, dataFiles: [] }));
    expect(found(changed({ chain: empty }))).toMatchObject({ target: 'vda' });
  });

  test.each([
    [false, 'copy'],
    [true, 'copy, ready'],
  ])('has no job, ready: %s', (ready, words) => {
    expect(found(changed({ job: { type: 'copy', ready } }))).toEqual([
      refusal(
        'BP105',
        ['disk'],
        `vda already has a block job (${words})`,
        'let it end, or end it: virsh blockjob testvm vda --info',
      ),
    ]);
  });

  const written = (who: string) => [
    refusal(
      'BP155',
      ['disk'],
      `${who}: a copy, a snapshot or a merge would leave out what is written there`,
      'blockplan works on disks that one guest alone writes to',
    ),
  ];

  test('is written to by no other guest', () => {
    const others = (...guests: OtherDomain[]) => ({ ...world(), others: guests });
    expect(found(others(neighbour('other', [BASE], [])))).toMatchObject({ target: 'vda' });
    expect(found(others(neighbour('other', [BASE], [BASE])))).toEqual(
      written(`${BASE}, a layer of vda, is written to by "other"`),
    );
    expect(
      found(others(neighbour('a', [SNAP2], [SNAP2]), neighbour('b', [SNAP2], [SNAP2]))),
    ).toEqual(written(`${SNAP2}, a layer of vda, is written to by "a", "b"`));
  });

  test('is written to under no other target', () => {
    const second = (chain: readonly string[], change: Partial<Disk> = {}) =>
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdc', chain, change)] });
    expect(found(second([SNAP1, BASE]))).toEqual(
      written(`${SNAP1}, a layer of vda, is written to as vdc as well`),
    );
    const job = { type: 'copy', ready: true, mirror: BASE } as const;
    expect(found(second([DATA], { job }))).toEqual(
      written(`${BASE}, a layer of vda, is written to as vdc as well`),
    );
    const data = second(['/c']);
    const chain = [{ file: '/c', format: 'qcow2', dataFiles: [BASE] }];
    expect(found(withDisk(data, 'vdc', (each) => ({ ...each, chain })))).toEqual(
      written(`${BASE}, a layer of vda, is written to as vdc as well`),
    );
  });

  test('may be read under another one, or share its base with it', () => {
    const chains: [readonly string[], Partial<Disk>][] = [
      [[SNAP1, BASE], { readonly: true }],
      [['/c', BASE], {}],
      [[], {}],
      [['/c'], { job: { type: 'copy', ready: true } }],
    ];
    for (const [chain, change] of chains) {
      const disks = [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdc', chain, change)];
      expect(found(world({ disks }))).toMatchObject({ target: 'vda' });
    }
  });

  const GUEST = 'the guest runs, and vda is a disk on local files or block devices [told state]';
  const NO_JOB = 'vda has no block job [domain]';
  const UNWRITTEN = 'no other guest writes to a layer of vda [others]';

  test.each([
    ['all of it', world(), [GUEST, NO_JOB, UNWRITTEN]],
    [
      'of a paused guest',
      world({ domain: { state: 'paused' } }),
      [GUEST.replace('runs', 'is paused'), NO_JOB, UNWRITTEN],
    ],
    ['as far as an unfit disk', changed({ readonly: true }), [GUEST]],
    ['as far as a job', changed({ job: { type: 'copy', ready: true } }), [GUEST, NO_JOB]],
  ])('is required in words, %s', (_what, seen, texts) => {
    expect(required((needs) => requireDiskForJob(needs, seen, 'vda')).texts).toEqual(texts);
  });
});
