/** What a step that overwrites an existing file or device requires of it: kind, users, size. */

import { describe, expect, test } from 'vitest';
import type { Destination } from '../../../src/model/destination.ts';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { blockcopyStep } from '../../../src/steps/blockcopy.ts';
import { requirementsOf } from '../../../src/steps/derived.ts';
import {
  checkBacking,
  type ExistingFile,
  requireOverwritable,
} from '../../../src/steps/requirements/existing-file.ts';
import { snapshotCreateAsStep } from '../../../src/steps/snapshot-create-as.ts';
import { looked, neighbour, SNAP2, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required } from '../required.ts';
import { CAPACITY, DEST, findings, MiB, place } from './existing-place.ts';

const KINDS: Readonly<Record<'file' | 'device', Destination['kind']>> = {
  file: 'file',
  device: 'block device',
};

function found(at: Destination | undefined, existing: Partial<ExistingFile> = {}): string[] {
  return findings(at, existing).map(({ code, severity }) =>
    severity === 'error' ? code : `${code} warning`,
  );
}

test('a preview lists its requirements', () => {
  const existing = { format: 'raw', reuse: false, capacity: CAPACITY, bytes: 0 };
  const texts = (file: string, block: boolean) =>
    required((needs) => requireOverwritable(needs, world(), 'dest', { ...existing, file, block }))
      .texts;
  expect(texts('/dev/x', true)).toEqual([
    '/dev/x is a block device of a suitable size [place /dev/x]',
    '/dev/x is not mounted, used as swap, held by another device or open [place /dev/x]',
    'no other domain uses /dev/x [others]',
    'the host lets QEMU write to /dev/x [run]',
  ]);
  expect(texts('/x', false)[0]).toBe('/x is a file of a suitable size [place /x]');
});

test('no other domain uses it, and QEMU can enter its folder', () => {
  const confinement = { apparmor: false, user: { uid: 1, gid: 1 }, givesFiles: true };
  const seen = {
    ...world({
      domain: { confinement },
      folders: { '/': { writable: true, free: 0, barredAt: '/' } },
    }),
    others: [neighbour('other', [DEST], [], ['/x'])],
  };
  const existing = { format: 'raw', block: false, reuse: false, capacity: CAPACITY, bytes: 0 };
  const { findings } = required((needs) =>
    requireOverwritable(needs, seen, 'dest', { ...existing, file: DEST }),
  );
  expect(findings.map(({ code }) => code)).toEqual(['BP109', 'BP124', 'BP138']);
});

describe('the size that QEMU accepts (test/lab/destinations.test.ts)', () => {
  const sizes = [
    ['smaller', 32],
    ['a little smaller', 60],
    ['equal', 64],
    ['a little larger', 68],
    ['larger', 128],
  ] as const;

  describe.each(['file', 'device'] as const)('%s', (kind) => {
    test.each(sizes)('raw, %s', (_what, size) => {
      const at = place({ kind: KINDS[kind], length: size * MiB });
      const block = kind === 'device';
      for (const reuse of block ? [true, false] : [true])
        expect(found(at, { block, reuse })).toEqual(size === 64 ? [] : ['BP147']);
    });

    test.each(sizes)('qcow2 for reuse, an image that is %s', (_what, size) => {
      const header = { format: 'qcow2', virtualSize: size * MiB };
      const at = place({ kind: KINDS[kind], length: 200 * MiB, header });
      expect(found(at, { format: 'qcow2', block: kind === 'device' })).toEqual(
        size === 64 ? [] : ['BP147'],
      );
    });

    test('qcow2 for reuse, without such a header', () => {
      const at = place({ kind: KINDS[kind], length: 200 * MiB });
      expect(found(at, { format: 'qcow2', block: kind === 'device' })).toEqual(['BP147']);
      const qed = { ...at, header: { format: 'qed', virtualSize: CAPACITY } };
      expect(found(qed, { format: 'qcow2', block: kind === 'device' })).toEqual(['BP147']);
    });
  });

  test.each([
    ['too small for what is copied', 9, ['BP108']],
    ['smaller than the full disk', 63, ['BP148 warning']],
    ['as large as the disk, without space for the tables', 64, ['BP148 warning']],
    ['as large as the full image', 65, []],
  ])('qcow2 on a device, %s', (_what, size, codes) => {
    const at = place({ kind: 'block device', length: size * MiB });
    expect(found(at, { format: 'qcow2', block: true, reuse: false })).toEqual(codes);
  });

  test('a raw file of half a sector more counts as the next whole sector, as for QEMU', () => {
    expect(found(place({ length: CAPACITY - 100 }))).toEqual([]);
    expect(found(place({ length: CAPACITY + 1 }))).toEqual(['BP147']);
  });

  test('an unknown size of the disk refuses nothing', () => {
    expect(found(place({ length: 1 }), { capacity: undefined })).toEqual([]);
  });
});

test.each([
  ['mounted at /mnt'],
  ['used as swap'],
  ['held by dm-0 (vg-root)'],
  ['open in process 1 (qemu-system-x86)'],
  ['a file with 2 hard links'],
])('a file that is %s is refused', (how) => {
  expect(found(place({ heldBy: [how] }))).toEqual(['BP145']);
  const at = place({ kind: 'block device', heldBy: [how] });
  expect(found(at, { block: true, reuse: false })).toEqual(['BP145']);
});

test.each([
  ['block device', false],
  ['file', true],
  ['other', false],
  ['other', true],
] as const)('a %s is refused with blockdev %s', (kind, block) => {
  expect(found(place({ kind }), { block })).toEqual(['BP146']);
});

test('a file that was not inspected is not refused', () => {
  expect(found(undefined)).toEqual([]);
  const unseen = { file: '/unseen', format: 'qcow2', block: false, reuse: true };
  const existing = { ...unseen, capacity: CAPACITY, bytes: 0 };
  for (const seen of [world(), world({ files: { '/unseen': null } })])
    expect(
      required((needs) => requireOverwritable(needs, seen, 'dest', existing)).findings,
    ).toEqual([]);
});

test('a system file is refused by its size, whatever its format in the plan (cases.md 11)', () => {
  const shadow = { size: 4096, place: place({ length: 1211 }) };
  const files = { '/etc/shadow': shadow };
  const scene = looked(world({ files }), ['/etc/shadow']);
  for (const format of ['raw', 'qcow2'] as const) {
    const params = {
      disk: 'vda',
      dest: '/etc/shadow',
      'reuse-external': true,
      format,
      finish: true,
    };
    expect(requirementsOf(blockcopyStep, params, scene).findings.map(({ code }) => code)).toEqual([
      'BP147',
    ]);
  }
});

test('a reused overlay must have the size of its disk, or the guest would see another size', () => {
  const file = '/overlay';
  const params = {
    name: 's',
    'disk-only': true,
    'reuse-external': true,
    diskspec: [
      { disk: 'vda', file },
      { disk: 'vdb', snapshot: 'no' as const },
    ],
  };
  const codes = (virtualSize: number) => {
    const header = { format: 'qcow2', virtualSize };
    const image = { size: 1, backing: SNAP2, place: place({ header }) };
    const scene = looked(world({ files: { [file]: image } }), [file]);
    return requirementsOf(snapshotCreateAsStep, params, scene).findings.map(({ code }) => code);
  };
  expect(codes(10_240 * MiB)).toEqual([]);
  expect(codes(10_239 * MiB)).toEqual(['BP147']);
});

describe('a reused image', () => {
  const refused = (message: string, hint: string) => refusal('BP122', ['dest'], message, hint);
  const check = (backing: ImageFile['backing'], should: string | null) => {
    const image = { size: 1, ...(backing === undefined ? {} : { backing }) };
    return checkBacking(world({ files: { '/o.qcow2': image } }), 'dest', '/o.qcow2', should);
  };

  test.each([
    ['the right file', '/b.qcow2', '/b.qcow2'],
    ['the right file, by a relative name', 'b.qcow2', '/b.qcow2'],
    ['no file, as required', null, null],
    ['an unknown file', undefined, '/b.qcow2'],
    ['an unknown file', undefined, null],
  ])('is accepted with a backing file that is %s (%s)', (_what, backing, should) => {
    expect(check(backing, should)).toEqual([]);
  });

  test('is refused with another backing file', () => {
    expect(check('c.qcow2', '/b c.qcow2')).toEqual([
      refused(
        '/o.qcow2 is backed by /c.qcow2, but must be backed by /b c.qcow2',
        "create it again: qemu-img create -f qcow2 -b '/b c.qcow2' -F FORMAT /o.qcow2",
      ),
    ]);
  });

  test('is refused without a backing file where one is required', () => {
    expect(check(null, '/b.qcow2')).toEqual([
      refused(
        '/o.qcow2 has no backing file, but must be backed by /b.qcow2',
        'create it again: qemu-img create -f qcow2 -b /b.qcow2 -F FORMAT /o.qcow2',
      ),
    ]);
  });

  test('is refused with a backing file where none is allowed', () => {
    expect(check('/b.qcow2', null)).toEqual([
      refused(
        '/o.qcow2 is backed by /b.qcow2, but must have no backing file',
        'create it again: qemu-img create -f qcow2 /o.qcow2 SIZE',
      ),
    ]);
  });

  test('has no finding about its backing file if it does not exist', () => {
    expect(checkBacking(world(), 'dest', '/o.qcow2', '/b')).toEqual([]);
  });
});
