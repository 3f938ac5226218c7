/** Content that a step overwrites: a point of no return in the preview, in a proof and in the report of a run. */
import { describe, expect, test } from 'vitest';
import type { HostState, ImageFile } from '../../../src/model/host-state.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const MiB = 1024 * 1024;
const CAPACITY = 10_240 * MiB;
const OVER = '/new/there';

const image = (size: number, virtualSize?: number, backing: string | null = null): ImageFile => ({
  size,
  backing,
  place: {
    kind: 'file',
    length: CAPACITY,
    header: virtualSize === undefined ? null : { format: 'qcow2', virtualSize },
    heldBy: [],
  },
});
const device: ImageFile = {
  size: 0,
  place: { kind: 'block device', length: 2 * CAPACITY, header: null, heldBy: [] },
};

const copy = (more: string) => `blockcopy: { disk: vda, dest: ${OVER}, ${more} }`;
const overlay = `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, reuse-external: true, diskspec: [{ disk: vda, file: ${OVER} }] }`;

interface Row {
  readonly what: string;
  readonly step: string;
  readonly file?: ImageFile;
  /** The file whose former content is lost; absent if none is. */
  readonly lost?: string;
  /** The phases that lose it. */
  readonly marked?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    what: 'a copy into a raw file with content',
    step: copy('format: raw, reuse-external: true, finish: true'),
    file: image(MiB),
    lost: OVER,
    marked: ['mirror'],
  },
  {
    what: 'a move into a raw file with content',
    step: copy('format: raw, reuse-external: true, pivot: true'),
    file: image(MiB),
    lost: OVER,
    marked: ['mirror'],
  },
  {
    what: 'a copy into an empty raw file',
    step: copy('format: raw, reuse-external: true, finish: true'),
    file: image(0),
  },
  {
    what: 'a copy into a qcow2 image',
    step: copy('format: qcow2, reuse-external: true, pivot: true'),
    file: { ...image(MiB, CAPACITY), backing: null },
    lost: OVER,
    marked: ['mirror'],
  },
  {
    what: 'a copy to a block device, which always has content',
    step: copy('format: qcow2, blockdev: true, finish: true'),
    file: device,
    lost: OVER,
    marked: ['mirror'],
  },
  {
    what: 'an overlay in an existing image',
    step: overlay,
    file: image(MiB, CAPACITY, SNAP2),
    lost: OVER,
    marked: ['snapshot'],
  },
  {
    what: 'a commit into a layer',
    step: 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
    lost: SNAP1,
    marked: ['commit'],
  },
  {
    what: 'a commit below the active layer',
    step: `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`,
    lost: BASE,
    marked: ['commit'],
  },
  { what: 'a new copy', step: copy('pivot: true') },
  {
    what: 'a new overlay',
    step: 'snapshot-create-as: { name: s, disk-only: true, no-metadata: true }',
  },
];

const seen = (file: ImageFile | undefined): HostState =>
  looked(
    world({
      disks: [disk('vda', [SNAP2, SNAP1, BASE])],
      others: [],
      ...(file ? { files: { [OVER]: file } } : {}),
    }),
    [OVER, `${SNAP2}.s`, `${SNAP2}.blockplan-aside`, `${SNAP2}.blockplan-home`],
  );

describe.each(ROWS)('$what', ({ step, file, lost, marked = [] }) => {
  const { plan, graph } = planned([step]);
  const host = seen(file);
  const says = `the former content of ${lost} `;

  test('the preview marks the phase and names the lost file', () => {
    const preview = previewPlan(plan, host);
    expect(preview.findings).toEqual([]);
    const points = preview.steps
      .flatMap(({ phases }) => phases)
      .filter(({ pointOfNoReturn }) => pointOfNoReturn?.includes('the former content of '));
    expect(points.map(({ name }) => name)).toEqual(marked);
    for (const { pointOfNoReturn } of points) expect(pointOfNoReturn).toContain(says);
    if (marked.length > 0) expect(preview.totals.pointsOfNoReturn).toBeGreaterThan(0);
    else expect(preview.totals.pointsOfNoReturn).toBe(0);
  });

  test('a run that is rolled back reports the loss, if there is one', () => {
    const { files } = walk(graph, host);
    const all = [...new Set([...files, ...Object.keys(host.files)])];
    const { violations, faults, lost: named } = provePlan(graph, host, all);
    expect(violations).toEqual([]);
    expect(named).toEqual(lost === undefined ? [] : [lost]);
    const ends = faults.filter(({ end }) => end === 'rolled-back');
    expect(ends.length).toBeGreaterThan(0);
    const loses = ends.filter(({ said }) => said.join('\n').includes(says));
    if (lost === undefined) expect(loses).toEqual([]);
    else expect(loses.length).toBeGreaterThan(0);
    for (const { said } of ends) {
      const text = said.join('\n');
      expect(text).toMatch(
        text.includes('the former content of ')
          ? /everything else is as it was before the run$/
          : /(^|\n)everything is as it was before the run$/,
      );
    }
  });
});

test('committing an overlay that the run itself created loses nothing', () => {
  const { plan } = planned([
    'snapshot-create-as: { name: s, disk-only: true, no-metadata: true }',
    'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
  ]);
  const preview = previewPlan(plan, seen(undefined));
  expect(preview.findings).toEqual([]);
  expect(preview.totals.pointsOfNoReturn).toBe(0);
});
