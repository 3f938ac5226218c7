/** What a step that writes over an existing file or device asks of it: kind, users, size. */

import { describe, expect, test } from 'vitest';
import type { Place } from '../../src/model/world.ts';
import { blockcopy } from '../../src/steps/blockcopy.ts';
import { examine } from '../../src/steps/derived.ts';
import {
  checkExisting,
  type Existing,
  existingNeeds,
  fullQcow2,
  growthOf,
  writesOver,
} from '../../src/steps/existing-file.ts';
import { snapshotCreateAs } from '../../src/steps/snapshot-create-as.ts';
import { looked, SNAP2, world } from '../worlds.ts';
import { CAPACITY, DEST, findings, MiB, place } from './existing-place.ts';

const KINDS: Readonly<Record<'file' | 'device', Place['kind']>> = {
  file: 'file',
  device: 'block device',
};

function found(at: Place | undefined, existing: Partial<Existing> = {}): string[] {
  return findings(at, existing).map(({ code, severity }) =>
    severity === 'error' ? code : `${code} warning`,
  );
}

test('a preview lists what has to be so for it', () => {
  expect(existingNeeds('block device', '/dev/x')).toEqual([
    { what: "/dev/x is a block device that suits the disk's size", needs: { place: '/dev/x' } },
    {
      what: '/dev/x is not mounted, used as swap, held by another device or open',
      needs: { place: '/dev/x' },
    },
  ]);
});

test('what is lost is what somebody could miss', () => {
  const files = {
    '/full': { size: 1 },
    '/empty': { size: 0 },
    '/untold': { size: 0, sizeUntold: true as const },
    '/made': { size: 1, made: true as const },
    '/absent': null,
  };
  const lost = (names: readonly string[], block: boolean) =>
    writesOver(world({ files }), names, block);
  const all = Object.keys(files);
  expect(lost(all, false)).toEqual({ writesInto: all, loses: ['/full', '/untold', '/absent'] });
  // A block device always holds something.
  expect(lost(['/empty'], true)).toEqual({ writesInto: ['/empty'], loses: ['/empty'] });
  expect(lost(['/empty', '/made'], false)).toEqual({ writesInto: ['/empty', '/made'] });
});

test.each([
  [
    'a raw file grows to the size of its disk',
    { format: 'raw' },
    { size: 10 },
    CAPACITY,
    CAPACITY - 10,
  ],
  ['an image grows to its full size', { format: 'qcow2' }, { size: 10 }, CAPACITY, 67_436_534],
  ['a full file does not grow', { format: 'raw' }, { size: CAPACITY }, CAPACITY, 0],
  ['one that is larger does not shrink', { format: 'raw' }, { size: CAPACITY + 1 }, CAPACITY, 0],
  ['a device does not grow', { format: 'raw', block: true }, { size: 0 }, CAPACITY, 0],
  ['of a disk of unknown size nothing is known', { format: 'raw' }, { size: 0 }, undefined, 0],
  ['of a file that is not there nothing is known', { format: 'raw' }, null, CAPACITY, 0],
  [
    'of a file of unknown size nothing is known',
    { format: 'raw' },
    { size: 0, sizeUntold: true },
    CAPACITY,
    0,
  ],
] as const)('%s', (_what, layer, image, capacity, growth) => {
  expect(growthOf(world({ files: { [DEST]: image } }), { file: DEST, ...layer }, capacity)).toBe(
    growth,
  );
});

describe('size: what QEMU accepts (test/lab/destinations.test.ts)', () => {
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
    ['as large as the disk, without room for the tables', 64, ['BP148 warning']],
    ['as large as the full image', 65, []],
  ])('qcow2 on a device, %s', (_what, size, codes) => {
    const at = place({ kind: 'block device', length: size * MiB });
    expect(found(at, { format: 'qcow2', block: true, reuse: false })).toEqual(codes);
  });

  test('a raw file of half a sector more counts as the next whole sector, as for QEMU', () => {
    expect(found(place({ length: CAPACITY - 100 }))).toEqual([]);
    expect(found(place({ length: CAPACITY + 1 }))).toEqual(['BP147']);
  });

  test('the size of a disk that nobody has told refuses nothing', () => {
    expect(found(place({ length: 1 }), { capacity: undefined })).toEqual([]);
  });
});

test.each([
  ['mounted at /mnt'],
  ['used as swap'],
  ['held by dm-0 (vg-root)'],
  ['open in process 1 (qemu-system-x86)'],
  ['one file under 2 names (hard links)'],
])('a file that is %s', (how) => {
  expect(found(place({ heldBy: [how] }))).toEqual(['BP145']);
  const at = place({ kind: 'block device', heldBy: [how] });
  expect(found(at, { block: true, reuse: false })).toEqual(['BP145']);
});

test.each([
  ['block device', false],
  ['file', true],
  ['other', false],
  ['other', true],
] as const)('a %s, with blockdev %s', (kind, block) => {
  expect(found(place({ kind }), { block })).toEqual(['BP146']);
});

test('nothing is refused of what nobody has looked at', () => {
  expect(found(undefined)).toEqual([]);
  const unseen = { file: '/unseen', format: 'qcow2', block: false, reuse: true };
  const existing = { ...unseen, capacity: CAPACITY, bytes: 0 };
  expect(checkExisting(world(), 'dest', existing)).toEqual([]);
  expect(checkExisting(world({ files: { '/unseen': null } }), 'dest', existing)).toEqual([]);
});

test('a system file is refused by its size, whatever the plan calls it (cases.md 11)', () => {
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
    expect(examine(blockcopy, params, scene).findings.map(({ code }) => code)).toEqual(['BP147']);
  }
});

test('an overlay for reuse has the size of its disk, or the guest would see another one', () => {
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
    return examine(snapshotCreateAs, params, scene).findings.map(({ code }) => code);
  };
  expect(codes(10_240 * MiB)).toEqual([]);
  expect(codes(10_239 * MiB)).toEqual(['BP147']);
});

// qemu-img measure -O qcow2 --size SIZE, "fully allocated size" (QEMU 7.2).
test.each([
  [64 * MiB, 67_436_544],
  [60 * MiB, 63_242_240],
  [1024 * MiB, 1_074_135_040],
  [10 * 1024 * MiB, 10_739_318_784],
  [100 * 1024 * MiB, 107_390_828_544],
  [1024 * 1024 * MiB, 1_099_679_662_080],
  [6143 * MiB, 6_442_647_552],
  [5 * 1024 * 1024 * MiB, 5_498_397_327_360],
  [16 * 1024 * 1024 * MiB, 17_594_870_988_800],
  [64 * 1024 * 1024 * MiB, 70_379_483_430_912],
])('a full qcow2 image of %i bytes takes what qemu-img measures', (size, measured) => {
  expect(fullQcow2(size)).toBe(measured);
});
