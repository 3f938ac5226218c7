/** The space that rollbacks need: shown in the preview, with a warning if it may be missing, and an error if it is. */
import { describe, expect, test } from 'vitest';
import { fullQcow2 } from '../../../src/model/copy-space.ts';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { planned } from '../../plans.ts';
import { DATA, disk, type Scene, world } from '../../worlds.ts';

const MiB = 1024 * 1024;
const CAPACITY = 64 * MiB;
const HELD = 10 * MiB;
const QCOW2 = '/export/vmimages/testvm.qcow2';
const BASE = '/export/vmimages/base.qcow2';
const FULL = fullQcow2(CAPACITY);

const device = {
  size: 0,
  place: { kind: 'block device', length: CAPACITY, header: null, heldBy: [] },
} as const;

interface Row {
  readonly what: string;
  readonly chain: readonly string[];
  readonly step: string;
  /** Lower and upper bound of the space that the rollback needs, in bytes; absent if it needs none. */
  readonly least?: number;
  readonly most?: number;
}

const copy = (dest: string, more: string) => `blockcopy: { disk: vda, dest: ${dest}, ${more} }`;

const ROWS: readonly Row[] = [
  {
    what: 'from a raw device into a sparse raw file',
    chain: [DATA],
    step: copy('/dev/x', 'format: raw, blockdev: true, pivot: true'),
    least: CAPACITY - HELD,
    most: CAPACITY - HELD,
  },
  {
    what: 'from a raw device into a qcow2 file',
    chain: [QCOW2],
    step: copy('/dev/x', 'format: raw, blockdev: true, pivot: true'),
    least: FULL - HELD,
    most: FULL - HELD,
  },
  {
    what: 'from a raw device into a chain',
    chain: [QCOW2, BASE],
    step: copy('/dev/x', 'format: raw, blockdev: true, pivot: true'),
    most: FULL - HELD,
  },
  {
    what: 'from a file into a sparse raw file',
    chain: [DATA],
    step: copy('/new/x', 'pivot: true'),
    most: CAPACITY - HELD,
  },
  {
    what: 'from a shallow copy',
    chain: [QCOW2, BASE],
    step: copy('/new/x', 'shallow: true, pivot: true'),
    most: FULL - HELD,
  },
  { what: 'from a backup', chain: [DATA], step: copy('/new/x', 'finish: true') },
  {
    what: 'from an overlay',
    chain: [DATA],
    step: 'snapshot-create-as: { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/overlay }] }',
    most: CAPACITY - HELD,
  },
];

/** A host with that much free space in the folder of the images. */
function host(chain: readonly string[], free: number, change: Scene = {}) {
  return world({
    disks: [disk('vda', chain, { capacity: CAPACITY })],
    others: [],
    domain: { autostart: false },
    files: {
      ...Object.fromEntries(chain.map((file) => [file, { size: HELD }])),
      '/dev/x': device,
      '/new/x': null,
      '/new/overlay': null,
    },
    folders: {
      '/export/vmimages': { writable: true, free, fileSystem: 'old' },
      '/new': { writable: true, free: 1024 * MiB, fileSystem: 'new' },
    },
    ...change,
  });
}

describe.each(ROWS)('$what', ({ chain, step, least = 0, most }) => {
  const { plan } = planned([step]);
  const codes = (free: number) =>
    previewPlan(plan, host(chain, free)).findings.map(({ code, severity }) => [code, severity]);

  test('the preview shows the space', () => {
    const { totals } = previewPlan(plan, host(chain, 1024 * MiB));
    expect(totals.rollback).toEqual(
      most === undefined ? [] : [{ folder: '/export/vmimages', needed: most, free: 1024 * MiB }],
    );
  });

  test('enough space gives no finding; less gives a warning, or an error if the rollback cannot fit', () => {
    if (most === undefined) return expect(codes(0)).toEqual([]);
    expect(codes(most)).toEqual([]);
    expect(codes(most - 1)).toEqual(least === most ? [['BP108', 'error']] : [['BP134', 'warning']]);
  });
});

test('a plan without rollback needs no space for one', () => {
  const { plan } = planned([ROWS[0]!.step], 'stop');
  const { findings, totals } = previewPlan(plan, host([DATA], 0));
  expect(findings).toEqual([]);
  expect(totals.rollback).toEqual([]);
});

test('folders that were not checked give no finding', () => {
  const { plan } = planned([ROWS[0]!.step]);
  const { findings, totals } = previewPlan(plan, host([DATA], 0, { folders: {} }));
  expect(findings).toEqual([]);
  expect(totals.rollback).toEqual([{ folder: '/export/vmimages', needed: CAPACITY - HELD }]);
});

test('space that the plan itself uses is not free for its rollback', () => {
  const { plan } = planned([
    'blockcopy: { disk: vda, dest: /export/vmimages/x.img, format: raw, finish: true }',
    copy('/dev/x', 'format: raw, blockdev: true, pivot: true'),
  ]);
  const scene = host([DATA], CAPACITY - HELD + HELD - 1);
  const extents = { virtualSize: CAPACITY, layers: [{ data: HELD, zeroes: 0 }] };
  const files = { [DATA]: { size: HELD, extents }, '/export/vmimages/x.img': null };
  const world = { ...scene, files: { ...scene.files, ...files } };
  expect(previewPlan(plan, world).findings.map(({ code }) => code)).toEqual(['BP108']);
});

describe('a rollback that certainly needs space, beside a copy that the plan makes there', () => {
  const dest = '/export/vmimages/x.img';
  const onto = copy('/dev/x', 'format: raw, blockdev: true, pivot: true');
  const rollback = CAPACITY - HELD;
  const found = (step: string, free: number, extents?: ImageFile['extents']) => {
    const scene = host([DATA], free);
    const source = { size: HELD, ...(extents ? { extents } : {}) };
    const old = { size: HELD, format: 'raw' };
    const files = { ...scene.files, [DATA]: source, '/old': old, [dest]: null };
    const { findings } = previewPlan(planned([step, onto]).plan, { ...scene, files });
    return findings.map(({ code, severity, message }) => [severity, code, message]);
  };
  const measured = { virtualSize: CAPACITY, layers: [{ data: HELD, zeroes: 0 }] };
  const finished = copy(dest, 'format: raw, finish: true');

  test('is refused if the copy was measured', () => {
    expect(found(finished, rollback + HELD, measured)).toEqual([]);
    const [finding] = found(finished, rollback + HELD - 1, measured);
    expect(finding).toMatchObject(['error', 'BP108', expect.stringContaining('run stranded')]);
  });

  test('is warned about, with that reason, if the copy may take less', () => {
    const [finding, ...more] = found(finished, rollback + HELD - 4096);
    expect(more).toEqual([]);
    expect(finding?.slice(0, 2)).toEqual(['warning', 'BP134']);
    expect(finding?.[2]).toMatch(
      /needs 54 MiB .* may have only 54 MiB .* left after the copies: then a failure after this phase leaves the run stranded$/,
    );
    const skipping = `convert: { source: /old, dest: ${dest}, target-format: raw }`;
    expect(found(skipping, rollback + HELD - 4096)[0]?.slice(0, 2)).toEqual(['warning', 'BP134']);
    expect(found(finished, rollback - 1)[0]?.slice(0, 2)).toEqual(['error', 'BP108']);
  });
});
