/** What block jobs require of a disk: each sentence, and each refusal with its code, path, message and hint. */
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

describe('a disk that a block job can start on', () => {
  /** The disk, or the findings. */
  const found = (seen: HostState, target = 'vda', ...key: readonly (string | number)[][]) => {
    const { findings, value } = required((needs) => requireDiskForJob(needs, seen, target, ...key));
    expect(findings.length === 0).toBe(value !== undefined);
    return value ?? findings;
  };
  const changed = (change: Partial<Disk>) =>
    withDisk(world(), 'vda', (each) => ({ ...each, ...change }));

  test('is returned', () => {
    expect(found(world())).toEqual(world().domain.disks[0]);
    expect(found(changed({ device: 'lun' }))).toMatchObject({ target: 'vda' });
  });

  test('belongs to a guest that is up', () => {
    expect(found(world({ domain: { state: 'shut off' } }))).toMatchObject([{ code: 'BP102' }]);
  });

  test('is a disk of the guest', () => {
    const see = 'see: virsh domblklist testvm';
    expect(found(world(), 'vdz')).toEqual([
      refusal(
        'BP103',
        ['disk'],
        'the domain "testvm" has no disk "vdz"; it has: vda, vdb, sda',
        see,
      ),
    ]);
    expect(found(world({ disks: [disk('vda', [SNAP2]), disk('vdb', [DATA])] }), 'sda')).toEqual([
      refusal(
        'BP103',
        ['disk'],
        'the domain "testvm" has no disk "sda"; it has: vda, vdb',
        'did you mean "vda"?',
      ),
    ]);
    expect(found(world({ disks: [] }))).toEqual([
      refusal('BP103', ['disk'], 'the domain "testvm" has no disk "vda"; it has: none', see),
    ]);
    expect(found(world(), 'vdz', ['diskspec', 0])).toMatchObject([{ path: ['diskspec', 0] }]);
  });

  test('has a target of its own', () => {
    expect(found(world({ disks: [disk('vda', [SNAP2]), disk('vda', [DATA])] }))).toEqual([
      refusal(
        'BP103',
        ['disk'],
        '"testvm" has several disks named "vda"',
        'give each disk in the facts its own target',
      ),
    ]);
    expect(found(world({ disks: [disk('', [SNAP2])] }), '')).toEqual([
      refusal(
        'BP103',
        ['disk'],
        'a disk of "testvm" has no target',
        'give each disk in the facts a target',
      ),
    ]);
  });

  test.each([
    [{ device: 'cdrom' }, 'vda is a cdrom, not a disk: it supports no block jobs'],
    [{ device: 'floppy' }, 'vda is a floppy, not a disk: it supports no block jobs'],
    [{ readonly: true }, 'vda is read-only: nothing can be moved or merged'],
    [{ chain: [] }, 'vda has no medium'],
  ] as [Partial<Disk>, string][])(
    'is neither a drive nor read-only nor empty: %j',
    (change, message) => {
      expect(found(changed(change))).toEqual([
        refusal('BP104', ['disk'], message, 'choose another disk'),
      ]);
    },
  );

  test('is on this host', () => {
    expect(found(changed({ chain: [{ file: 'nbd://h/x', format: 'raw' }] }))).toEqual([
      refusal(
        'BP104',
        ['disk'],
        'vda is on nbd://h/x, which is neither a file nor a block device of this host',
        'choose another disk: blockplan supports only local files and block devices',
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
        hint: 'choose another disk: no step supports disks with <transient/>',
      },
    ]);
    expect(checkSupported(disk('vda', []), 'disk')).toEqual([]);
  });

  test('has only layers that are a single file', () => {
    const chain = [
      { file: SNAP2, format: 'qcow2' },
      { file: SNAP1, format: 'qcow2', dataFiles: ['/d1', '/d2'] },
    ];
    expect(found(changed({ chain }))).toEqual([
      refusal(
        'BP144',
        ['disk'],
        `vda uses ${SNAP1}, which keeps its data in other files: /d1, /d2`,
        'choose another disk: blockplan requires that each layer is a single file',
      ),
    ]);
    const empty = chain.map((layer) => ({ ...layer, dataFiles: [] }));
    expect(found(changed({ chain: empty }))).toMatchObject({ target: 'vda' });
  });

  const WAIT = 'wait until it ends; to see its progress: virsh blockjob testvm vda --info';
  const END = 'it does not end by itself; to find out how to end it: blockplan doctor testvm';

  test.each([
    ['pull', false, 'pull', WAIT],
    ['commit', false, 'commit', WAIT],
    ['backup', false, 'backup', WAIT],
    ['copy', false, 'copy', END],
    ['active-commit', false, 'active-commit', END],
    ['copy', true, 'copy, ready', END],
  ] as const)('has no block job (%s, ready: %s)', (type, ready, words, hint) => {
    expect(found(changed({ job: { type, ready } }))).toEqual([
      refusal('BP105', ['disk'], `vda already has a block job (${words})`, hint),
    ]);
  });

  const written = (who: string) => [
    refusal(
      'BP155',
      ['disk'],
      `${who}: a copy, snapshot or merge would miss those writes`,
      'detach the disk from the other writer first: blockplan supports only disks with a single writer',
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

  test('is not written to under another target', () => {
    const second = (chain: readonly string[], change: Partial<Disk> = {}) =>
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdc', chain, change)] });
    expect(found(second([SNAP1, BASE]))).toEqual(
      written(`${SNAP1}, a layer of vda, is also written to as vdc`),
    );
    const job = { type: 'copy', ready: true, mirror: BASE } as const;
    expect(found(second([DATA], { job }))).toEqual(
      written(`${BASE}, a layer of vda, is also written to as vdc`),
    );
    const data = second(['/c']);
    const chain = [{ file: '/c', format: 'qcow2', dataFiles: [BASE] }];
    expect(found(withDisk(data, 'vdc', (each) => ({ ...each, chain })))).toEqual(
      written(`${BASE}, a layer of vda, is also written to as vdc`),
    );
  });

  test('may be read under another target, or share its base with it', () => {
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

  const GUEST =
    'the guest is running, and vda is a disk on local files or block devices [told state]';
  const NO_JOB = 'vda has no block job [domain]';
  const UNWRITTEN = 'no other guest writes to a layer of vda [others]';

  test.each([
    ['in full', world(), [GUEST, NO_JOB, UNWRITTEN]],
    [
      'for a paused guest',
      world({ domain: { state: 'paused' } }),
      [GUEST.replace('running', 'paused'), NO_JOB, UNWRITTEN],
    ],
    ['up to an unsuitable disk', changed({ readonly: true }), [GUEST]],
    ['up to a block job', changed({ job: { type: 'copy', ready: true } }), [GUEST, NO_JOB]],
  ])('is described by the requirements, %s', (_what, seen, texts) => {
    expect(required((needs) => requireDiskForJob(needs, seen, 'vda')).texts).toEqual(texts);
  });
});
