/** The findings after which the outcome of a step cannot be simulated, for all kinds. */
import { describe, expect, test } from 'vitest';
import type { BackupStore } from '../../../src/model/backup-store.ts';
import { type Disk, type HostState, withDisk, withDomain } from '../../../src/model/host-state.ts';
import { requirementsOf } from '../../../src/steps/derived.ts';
import { steps } from '../../../src/steps/registry.ts';
import { storeOf, withStore } from '../../stored.ts';
import { BASE, DATA, disk, ISO, looked, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';
import { BLOCKING } from '../required.ts';
import { all, broken, foreign, off as offWith, STORE } from '../restore-scenes.ts';

type Params = Readonly<Record<string, unknown>>;

const DEST = '/new/copy.qcow2';
const copy = { disk: 'vda', dest: DEST, pivot: true, shallow: true };
const commit = { disk: 'vda', shallow: true, active: true, pivot: true };
const snapshot = { name: 's', 'disk-only': true };
const reuse = { ...copy, 'reuse-external': true, format: 'qcow2' };
const convert = { source: SNAP1, dest: DEST };

const changed = (change: Partial<Disk>, target = 'vda') =>
  withDisk(world(), target, (each) => ({ ...each, ...change }));
const off = world({ domain: { state: 'shut off' } });
const gone = world({ domain: { state: 'gone' } });
const paused = world({ domain: { state: 'paused' } });
const transient = world({ domain: { persistent: false } });
const odd = changed({ unsupported: ['<transient/>'] });
const busy = changed({ job: { type: 'copy', ready: true } });
const elsewhere = world({
  disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: '/elsewhere' })],
});
const unread = { ...world(), others: [neighbour('other', [], [], ['/x'])] };
const old = { ...world(), host: { ...world().host, libvirt: '7.0.0' } };
const onDevice = changed({
  chain: [{ file: '/dev/lv', format: 'qcow2', block: true }, ...disk('vda', [SNAP1]).chain],
});
const dataFile = [{ file: SNAP2, format: 'qcow2', dataFiles: ['/d'] }];
const small = { writable: true, free: 0 };
const writer = { ...world(), others: [neighbour('other', [SNAP1], [SNAP1])] };
const there = (place: object, image: object = {}) =>
  world({
    files: {
      [DEST]: {
        ...{ size: 1, backing: SNAP1, ...image },
        place: { kind: 'file', length: 1, header: null, heldBy: [], ...place },
      },
    },
  });
/** The destination is another name of the source. */
const aliased: HostState = {
  ...world({ files: { [DEST]: { size: 1, identity: 'one' } } }),
  names: { [SNAP1]: 'one', [DEST]: 'one' },
};
const backup = { store: STORE, name: 'wednesday' };
const inStore = (store: BackupStore) => withStore(world(), STORE, store);
const storeWith = (code: 'BP182' | 'BP183' | 'BP184' | 'BP188') =>
  storeOf([], { findings: [{ code, severity: 'error', message: 'it cannot be used' }] });
/** The definition has the disk under another target. */
const renamed = (target: string): HostState => {
  const { definition = '' } = world().domain;
  return withDomain(world(), { definition: definition.replace(`'${target}'`, `'vdx'`) });
};
const barred = world({
  domain: { confinement: { apparmor: false, user: { uid: 1, gid: 1 }, givesFiles: true } },
  folders: { '/new': { writable: true, free: 1e12, barredAt: '/new' } },
});

const CASES: readonly (readonly [code: string, kind: string, params: Params, world: HostState])[] =
  [
    ['BP051', 'convert', convert, aliased],
    ['BP054', 'blockcopy', { ...copy, disk: 'vdb' }, world()],
    [
      'BP057',
      'snapshot-create-as',
      { ...snapshot, diskspec: ['vda', 'vdb'].map((each) => ({ disk: each, file: DEST })) },
      world(),
    ],
    ['BP100', 'blockcopy', copy, renamed('vda')],
    ['BP100', 'blockcommit', commit, renamed('vda')],
    ['BP100', 'snapshot-create-as', snapshot, renamed('vda')],
    [
      'BP100',
      'redefine',
      { disk: 'vda', source: SNAP2 },
      withDomain(world(), { definition: world().domain.definition!.replace(DATA, SNAP2) }),
    ],
    ['BP101', 'blockcopy', copy, gone],
    ['BP101', 'blockcommit', commit, gone],
    ['BP101', 'convert', convert, gone],
    ['BP101', 'redefine', {}, gone],
    ['BP101', 'snapshot-create-as', snapshot, gone],
    ['BP101', 'undefine', {}, gone],
    ['BP102', 'blockcopy', copy, off],
    ['BP102', 'blockcommit', commit, off],
    ['BP102', 'convert', convert, off],
    ['BP102', 'redefine', {}, off],
    ['BP102', 'snapshot-create-as', snapshot, off],
    ['BP102', 'undefine', {}, off],
    ['BP103', 'blockcopy', { ...copy, disk: 'vdz' }, world()],
    ['BP103', 'blockcommit', { ...commit, disk: 'vdz' }, world()],
    ['BP103', 'snapshot-create-as', { ...snapshot, diskspec: [{ disk: 'vdz' }] }, world()],
    ['BP103', 'redefine', { disk: 'vdz', source: SNAP2 }, world()],
    ['BP103', 'redefine', { disk: 'vda', source: SNAP2 }, renamed('vda')],
    ['BP104', 'blockcopy', { ...copy, disk: 'sda' }, world()],
    ['BP104', 'blockcommit', { ...commit, disk: 'sda' }, world()],
    ['BP104', 'snapshot-create-as', snapshot, world({ disks: [] })],
    ['BP105', 'blockcopy', copy, busy],
    ['BP105', 'blockcommit', commit, busy],
    ['BP105', 'snapshot-create-as', snapshot, busy],
    ['BP106', 'blockcopy', copy, there({})],
    ['BP106', 'convert', { ...convert, source: '/none' }, world()],
    ['BP107', 'blockcopy', copy, world({ folders: { '/new': null } })],
    ['BP108', 'blockcopy', copy, world({ folders: { '/new': small } })],
    ['BP109', 'blockcopy', copy, { ...world(), others: [neighbour('other', [DEST], [])] }],
    ['BP110', 'undefine', {}, transient],
    ['BP110', 'redefine', {}, transient],
    ['BP111', 'snapshot-create-as', snapshot, withDomain(world(), { snapshots: ['s'] })],
    ['BP112', 'snapshot-create-as', { ...snapshot, quiesce: true }, paused],
    ['BP113', 'blockcommit', { ...commit, disk: 'vdb' }, world()],
    ['BP113', 'blockcommit', { disk: 'vda', top: '/x', shallow: true }, world()],
    ['BP114', 'redefine', { disk: 'vda', source: SNAP1 }, world()],
    ['BP114', 'redefine', {}, elsewhere],
    ['BP115', 'undefine', {}, withDomain(world(), { nvram: true })],
    ['BP116', 'convert', { ...convert, source: SNAP2 }, world()],
    ['BP117', 'convert', { ...convert, source: '/q' }, world({ files: { '/q': { size: 1 } } })],
    ['BP118', 'undefine', {}, withDomain(world(), { managedSave: true })],
    ['BP119', 'blockcopy', copy, elsewhere],
    ['BP119', 'blockcommit', commit, elsewhere],
    ['BP122', 'blockcopy', reuse, there({}, { backing: DATA })],
    ['BP124', 'blockcommit', commit, unread],
    ['BP126', 'blockcopy', copy, odd],
    ['BP126', 'blockcommit', commit, odd],
    ['BP126', 'convert', convert, odd],
    ['BP126', 'redefine', { disk: 'vda', source: SNAP2 }, odd],
    ['BP126', 'snapshot-create-as', snapshot, odd],
    ['BP130', 'blockcopy', { ...copy, 'synchronous-writes': true }, old],
    ['BP138', 'blockcopy', copy, barred],
    ['BP142', 'blockcommit', { ...commit, quarantine: '/export/vmimages' }, world()],
    ['BP143', 'snapshot-create-as', snapshot, changed({ snapshot: 'internal' })],
    ['BP143', 'snapshot-create-as', snapshot, onDevice],
    ['BP144', 'blockcopy', copy, changed({ chain: dataFile })],
    ['BP145', 'blockcopy', reuse, there({ heldBy: ['mounted at /mnt'] })],
    ['BP146', 'blockcopy', reuse, there({ kind: 'other' })],
    ['BP147', 'blockcopy', reuse, there({})],
    ['BP155', 'blockcopy', copy, writer],
    ['BP156', 'blockcommit', { ...commit, delete: true }, onDevice],
    ['BP162', 'restore', all, offWith({ domain: { state: 'running' } })],
    ['BP163', 'restore', { ...all, backup: 'none' }, offWith()],
    ['BP164', 'restore', all, offWith({}, storeOf([broken]))],
    ['BP165', 'restore', all, offWith({}, storeOf([foreign]))],
    ['BP181', 'restore', all, offWith({}, null)],
    ['BP182', 'restore', all, offWith({}, storeWith('BP182'))],
    ['BP183', 'backup-begin', backup, inStore(storeWith('BP183'))],
    ['BP184', 'backup-begin', backup, inStore(storeWith('BP184'))],
    ['BP174', 'checkpoint-create', { name: 'c' }, withDomain(world(), { checkpoints: ['c'] })],
    ['BP175', 'checkpoint-delete', { checkpointname: 'c' }, world()],
    ['BP188', 'restore', all, offWith({}, storeWith('BP188'))],
    [
      'BP180',
      'blockcommit',
      { disk: 'vda', top: SNAP1, shallow: true, 'keep-relative': true },
      world(),
    ],
  ];

describe('a finding', () => {
  test.each(CASES)('%s of %s %j', (code, kind, params, scene) => {
    const step = steps.find((each) => each.kind === kind)!;
    expect(step.check(params)).toEqual([]);
    const seen = looked(scene, [ISO, ...requirementsOf(step, params, scene).files]);
    const { findings } = requirementsOf(step, params, seen);
    expect(findings.map((each) => each.code)).toContain(code);
    for (const { code: found, blocks } of findings)
      expect(blocks, found).toBe(BLOCKING.has(found) ? 'simulation' : undefined);
  });

  test('of each blocking code is among these', () => {
    expect(new Set(CASES.map(([code]) => code).filter((code) => BLOCKING.has(code)))).toEqual(
      BLOCKING,
    );
  });
});
