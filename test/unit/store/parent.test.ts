/** Which backup an increment is made from, and every reason why there is none. */
import { describe, expect, test } from 'vitest';
import type { StoredBackup, StoredDisk } from '../../../src/model/backup-store.ts';
import type { Disk, Domain } from '../../../src/model/host-state.ts';
import type { TrackedDisk } from '../../../src/model/tracking.ts';
import { basesOf, type IncrementRule } from '../../../src/store/parent.ts';
import { disk } from '../../worlds.ts';

const UUID = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';
const MIB = 1024 ** 2;
const CREATED = 1_764_500_000;
const vda = disk('vda', ['/i/a.qcow2'], { capacity: 64 * MIB });
const raw = disk('vdb', ['/i/b.img'], { capacity: 64 * MIB });

const storedDisk = (target: string, change: Partial<StoredDisk> = {}): StoredDisk => ({
  ...{
    target,
    file: `${target}.qcow2`,
    mode: 'full',
    capacity: 64 * MIB,
    root: `root of ${target}`,
    source: '/i/a.qcow2',
  },
  ...change,
});

/** The backup with that place in the order, made with a checkpoint. */
function backup(name: string, sequence: number, change: Partial<StoredBackup> = {}): StoredBackup {
  return {
    ...{ name, size: 1, findings: [], disks: [storedDisk('vda')] },
    point: {
      ...{ domain: 'testvm', uuid: UUID, sequence, checkpoint: name, quiesced: false },
      time: new Date(CREATED * 1000 + 250).toISOString(),
    },
    ...change,
  };
}

/** A guest with these checkpoints, each with that size of the next increment of vda. */
function guest(
  sizes: Readonly<Record<string, TrackedDisk['next']>>,
  change: Partial<Domain> = {},
): Pick<Domain, 'uuid' | 'checkpoints' | 'tracking'> {
  return {
    uuid: UUID,
    checkpoints: Object.keys(sizes),
    tracking: Object.entries(sizes).map(([name, next]) => ({
      ...{ name, created: CREATED },
      disks: [{ target: 'vda', bitmap: name, ...(next === undefined ? {} : { next }) }],
    })),
    ...change,
  };
}

const isLayer = ({ chain }: Disk, file: string) => chain.some((layer) => layer.file === file);
const AUTO: IncrementRule = { incremental: 'auto', isLayer };

function bases(
  backups: readonly StoredBackup[],
  having: ReturnType<typeof guest>,
  rule = AUTO,
  disks: readonly Disk[] = [vda],
): string[] {
  return basesOf({ backups }, having, disks, rule).map((basis) =>
    basis.mode === 'full' ? basis.reason : `${basis.parent}: ${basis.changed}`,
  );
}

const two = [backup('sunday', 1), backup('monday', 2)];
const both = guest({ sunday: 7, monday: 3 });

test('the newest backup is the parent; a plan can name an older one', () => {
  expect(bases(two, both)).toEqual(['monday: 3']);
  expect(bases(two, both, { ...AUTO, incremental: 'sunday' })).toEqual(['sunday: 7']);
});

test('an older backup is the parent where the newest is not fit', () => {
  expect(bases(two, guest({ sunday: 7, monday: 'missing' }))).toEqual(['sunday: 7']);
  expect(bases(two, guest({ sunday: 7 }))).toEqual(['sunday: 7']);
  expect(bases([two[0]!, { ...two[1]!, dropped: { name: 'monday' } }], both)).toEqual([
    'sunday: 7',
  ]);
});

test('all increments have the same parent, and each other disk says why it is full', () => {
  const disks = [vda, raw, disk('vdc', ['/i/c.qcow2'])];
  expect(bases(two, both, AUTO, disks)).toEqual([
    'monday: 3',
    'its image is raw, and only qcow2 images can have checkpoints',
    'monday does not include it',
  ]);
});

const one = [backup('sunday', 1)];
const changed = (change: Partial<StoredBackup>) => [backup('sunday', 1, change)];
const of = (change: Partial<StoredDisk>) => changed({ disks: [storedDisk('vda', change)] });
const finding = { code: 'BP183', severity: 'error', message: 'no manifest' } as const;
const point = one[0]!.point!;

describe('without a parent:', () => {
  test.each<[string, readonly StoredBackup[], ReturnType<typeof guest>, IncrementRule, string]>([
    ['an empty store', [], both, AUTO, 'the store has no earlier backup'],
    [
      'a checkpoint that no backup names',
      [],
      both,
      { ...AUTO, incremental: 'monday' },
      'the store has no backup monday of this guest',
    ],
    [
      'backups of another guest',
      changed({ point: { ...point, uuid: 'other' } }),
      both,
      AUTO,
      'the store has no earlier backup',
    ],
    ['a broken backup', changed({ findings: [finding] }), both, AUTO, 'sunday is broken'],
    [
      'a backup without a checkpoint',
      changed({ point: { ...point, checkpoint: 'other' } }),
      both,
      AUTO,
      'sunday was made without a checkpoint',
    ],
    ['a checkpoint that is gone', one, guest({}), AUTO, 'the checkpoint sunday no longer exists'],
    [
      'a checkpoint that was created again',
      one,
      guest(
        {},
        {
          checkpoints: ['sunday'],
          tracking: [{ name: 'sunday', created: CREATED + 1, disks: [] }],
        },
      ),
      AUTO,
      'the checkpoint sunday was not created with the backup sunday',
    ],
    [
      'a checkpoint that was not read',
      one,
      guest({}, { checkpoints: ['sunday'] }),
      AUTO,
      'libvirt does not say when the checkpoint sunday was created',
    ],
    [
      'a missing bitmap',
      one,
      guest({ sunday: 'missing' }),
      AUTO,
      'the bitmap of the checkpoint sunday is missing',
    ],
    [
      'an inconsistent bitmap',
      one,
      guest({ sunday: 'inconsistent' }),
      AUTO,
      'the bitmap of the checkpoint sunday was in use when QEMU died',
    ],
    [
      'an unknown size',
      one,
      guest({ sunday: undefined }),
      AUTO,
      'libvirt does not report the size of an increment since sunday',
    ],
    [
      'a broken image',
      of({ broken: { problem: 'the image vda.qcow2 of vda is missing' } }),
      both,
      AUTO,
      'sunday is broken: the image vda.qcow2 of vda is missing',
    ],
    [
      'a disk that has shrunk',
      of({ capacity: 128 * MIB }),
      both,
      AUTO,
      'it has shrunk from 128 MiB to 64 MiB since sunday',
    ],
    [
      'a disk that has changed places with another one',
      of({ source: '/i/b.qcow2' }),
      both,
      AUTO,
      'it is no longer on /i/b.qcow2, as in sunday, and may be another disk',
    ],
    [
      'a chain at its limit',
      one,
      both,
      { ...AUTO, maxChain: 1 },
      'it would consist of 2 images, and "max-chain" is 1',
    ],
  ])('%s', (_title, backups, having, rule, reason) => {
    expect(bases(backups, having, rule)).toEqual([reason]);
  });
});

test('a chain may be as long as the limit, and a disk may have grown', () => {
  const second = backup('monday', 2, {
    disks: [storedDisk('vda', { mode: 'incremental', below: 'sunday', capacity: 32 * MIB })],
  });
  const chain = [backup('sunday', 1), second];
  expect(bases(chain, both, { ...AUTO, maxChain: 3 })).toEqual(['monday: 3']);
  expect(bases(chain, both, { ...AUTO, maxChain: 2 })).toEqual(['sunday: 7']);
});

test('a disk on an overlay above its former file is the same disk', () => {
  const overlay = disk('vda', ['/i/new.qcow2', '/i/a.qcow2'], { capacity: 64 * MIB });
  expect(bases(two, both, AUTO, [overlay])).toEqual(['monday: 3']);
});

test('the first backup, a raw disk and a chain at its limit are expected to be full', () => {
  const expected = (
    backups: readonly StoredBackup[],
    rule = AUTO,
    disks: readonly Disk[] = [vda],
  ) =>
    basesOf({ backups }, both, disks, rule).map(
      (basis) => basis.mode === 'full' && basis.isExpected,
    );
  expect(expected([])).toEqual([true]);
  expect(expected(two, AUTO, [vda, raw])).toEqual([false, true]);
  expect(expected(two, { ...AUTO, maxChain: 1 })).toEqual([true]);
  expect(expected(of({ capacity: 128 * MIB }))).toEqual([undefined]);
  expect(expected([], { ...AUTO, incremental: 'monday' })).toEqual([undefined]);
});
