/** Copies of which little is certain: of copies, on file systems that compress, into existing files. */
import { describe, expect, test } from 'vitest';
import { fullQcow2 } from '../../../src/model/copy-space.ts';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { SNAP2 } from '../../worlds.ts';
import {
  CAPACITY,
  codes,
  convert,
  flat,
  folder,
  found,
  HIDDEN,
  hostOf,
  MEASURED,
  MiB,
  RAW,
  STORED,
  sized,
} from './copied-guest.ts';

const TABLES = fullQcow2(CAPACITY) - CAPACITY;

describe('what is certain of a first copy is certain of a second', () => {
  const first = `{ id: a, ${convert(RAW).replace('/new/c', '/export/vmimages/first.raw')} }`;
  const second = (more: string) =>
    `{ id: b, convert: { source: /export/vmimages/first.raw, source-format: raw, dest: /new/c${more} } }`;

  test('so the second is not refused', () => {
    for (const more of ['', RAW, `${RAW}, sparse-size: 0`])
      expect(codes([first, second(more)], hostOf({}, 8192))).toEqual(['warning BP134']);
  });

  test('and both together are not', () => {
    const moved = flat.replace('finish', 'pivot');
    const again = 'blockcopy: { disk: vda, dest: /new/d, finish: true }';
    const steps = [`{ id: a, ${moved} }`, `{ id: b, ${again} }`];
    expect(codes(steps, hostOf(MEASURED, 2 * STORED))).toEqual(['warning BP134']);
    expect(codes(steps, hostOf(MEASURED, 2 * STORED - 1))).toEqual(['error BP133']);
  });
});

test('nothing is certain of a copy if QEMU looks for zeroes, except of a backup', () => {
  const start = hostOf({ [SNAP2]: sized(HIDDEN) }, MiB);
  const detecting = { ...start.domain.disks[0]!, detectZeroes: true as const };
  const state = { ...start, domain: { ...start.domain, disks: [detecting] } };
  expect(codes([flat], state)).toEqual(['warning BP134']);
  expect(codes(['backup-begin: { store: /new, name: b }'], state)).toEqual(['error BP108']);
  const place = { kind: 'block device', length: MiB, header: null, heldBy: [] } as const;
  const onDevice = { ...state, files: { ...state.files, '/new/c': { size: 0, place } } };
  const step = 'blockcopy: { disk: vda, dest: /new/c, blockdev: true, finish: true }';
  expect(codes([step], onDevice)).toEqual(['warning BP148']);
});

test('nothing is certain of a copy on a file system that may compress it', () => {
  const start = hostOf({ [SNAP2]: sized(HIDDEN) }, MiB);
  const folders = { ...start.folders, '/new': { ...folder(MiB), mayCompress: true as const } };
  for (const step of [flat, convert(`${RAW}, options: preallocation=full`)])
    expect(codes([step], { ...start, folders })).toEqual(['warning BP134']);
  expect(found([flat], { ...start, folders })[0]?.message).toContain('can need up to 5');
  const two = ['a', 'b'].map(
    (name) => `{ id: ${name}, ${flat.replace('/new/c', `/new/${name}`)} }`,
  );
  expect(codes(two, { ...start, folders })).toEqual(['warning BP134']);
});

describe('a backup', () => {
  const step = 'backup-begin: { store: /new, name: b }';

  test('is warned about where its data may not fit', () => {
    expect(codes([step], hostOf(MEASURED, STORED - 1))).toEqual(['error BP108']);
    const [finding, ...more] = found([step], hostOf(MEASURED, STORED));
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'BP134', severity: 'warning' });
    expect(finding?.message).toBe(
      '/new/b will probably need 2.08 GiB, but /new has 120 MiB free: compressed clusters are written uncompressed',
    );
    expect(codes([step], hostOf(MEASURED, 2128 * MiB + TABLES))).toEqual([]);
  });

  test('counts together with a copy', () => {
    const steps = [`{ id: a, ${step} }`, `{ id: b, ${flat} }`];
    expect(codes(steps, hostOf(MEASURED, 2 * STORED - 1))).toEqual(['error BP133']);
    expect(found(steps, hostOf(MEASURED, 2 * STORED - 1))[0]?.message).toContain('/new/b, /new/c');
  });
});

describe('a copy into an existing file', () => {
  const reused = (size: number): ImageFile => ({
    size,
    format: 'qcow2',
    backing: null,
    place: {
      kind: 'file',
      length: size,
      header: { format: 'qcow2', virtualSize: CAPACITY },
      heldBy: [],
    },
  });
  const step =
    'blockcopy: { disk: vda, dest: /new/c, format: qcow2, reuse-external: true, finish: true }';

  test('is warned about, however little space there is', () => {
    for (const free of [0, 1, STORED, 2128 * MiB])
      expect(codes([step], hostOf({ ...MEASURED, '/new/c': reused(0) }, free))).toEqual([
        'warning BP134',
      ]);
  });

  test('takes no space that the file has already', () => {
    const most = 2128 * MiB + TABLES;
    const at = (size: number, free: number) =>
      codes([step], hostOf({ ...MEASURED, '/new/c': reused(size) }, free));
    expect(at(most, 0)).toEqual([]);
    expect(at(most - MiB, MiB)).toEqual([]);
    expect(at(most - MiB, MiB - 1)).toEqual(['warning BP134']);
    // The file does not become smaller, so a second copy does not get its space.
    const other = flat.replace('/new/c', '/new/d');
    const both = [`{ id: a, ${step} }`, `{ id: b, ${other} }`];
    expect(codes(both, hostOf({ ...MEASURED, '/new/c': reused(2 * most) }, most - 1))).toEqual([
      'warning BP134',
    ]);
  });
});

test('a source on a block device that is in no chain may be full', () => {
  const place = { kind: 'block device', length: 64 * MiB, header: null, heldBy: [] } as const;
  const start = hostOf({ '/dev/vg/old': { size: 0, place } }, MiB);
  const step = 'convert: { source: /dev/vg/old, source-format: raw, dest: /new/c }';
  expect(found([step], start)[0]?.message).toBe(
    '/new/c can need up to 64.3 MiB, but /new has 1 MiB free: a block device does not report how much of it is in use',
  );
});

test('a refusal says that more can be needed', () => {
  expect(found([flat], hostOf(MEASURED, MiB))[0]?.message).toBe(
    '/new has 1 MiB free, but at least 120 MiB, and up to 2.08 GiB, are needed',
  );
});
