/** What a preview says of the state after the run, whatever the steps on the way. */
import { expect, test } from 'vitest';
import { type HostState, withDisk } from '../../../src/model/host-state.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { BASE, looked, SNAP1, SNAP2 } from '../../worlds.ts';

function previewed({ plan, graph }: ReturnType<typeof planned>, host: HostState = hostForPlans()) {
  return previewPlan(plan, looked(host, walk(graph, host).files));
}

/** `vda: A <- B, became C`; a removed file has a `-`. */
function summary({ changes }: ReturnType<typeof previewed>): string[] {
  const shown = (chain: (typeof changes.chains)[number]['before']) =>
    chain.map(({ file, removed }) => `${removed ? '-' : ''}${file}`).join(' ');
  return [
    ...changes.chains.map(
      ({ target, before, after }) => `${target}: ${shown(before)} => ${shown(after)}`,
    ),
    ...changes.files.map(({ file, change, to }) => `${change} ${file}${to ? ` => ${to}` : ''}`),
    ...changes.definition.flatMap(({ sign, text }) =>
      sign === ' ' ? [] : [`${sign} ${text.trim()}`],
    ),
  ];
}

test('a copy: the old files are kept', () => {
  const copy = 'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }';
  expect(summary(previewed(planned([copy])))).toEqual([
    `vda: ${SNAP2} ${SNAP1} ${BASE} => /new/copy ${SNAP1} ${BASE}`,
    'created /new/copy',
    `kept ${SNAP2}`,
    `- <source file='${SNAP2}'/>`,
    "+ <source file='/new/copy'/>",
  ]);
});

test('two copies in a row: only the last one counts', () => {
  const copy = (dest: string) =>
    `{ id: to${dest.at(-1)}, blockcopy: { disk: vda, dest: ${dest}, shallow: true, pivot: true } }`;
  expect(summary(previewed(planned([copy('/new/a'), copy('/new/b')])))).toEqual([
    `vda: ${SNAP2} ${SNAP1} ${BASE} => /new/b ${SNAP1} ${BASE}`,
    'created /new/a',
    'created /new/b',
    `kept ${SNAP2}`,
    `- <source file='${SNAP2}'/>`,
    "+ <source file='/new/b'/>",
  ]);
});

test('a commit that deletes: the base is overwritten, the layer removed', () => {
  const commit = `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE}, delete: true }`;
  const alone = { ...hostForPlans(), others: [] };
  expect(summary(previewed(planned([commit]), alone))).toEqual([
    `vda: ${SNAP2} -${SNAP1} ${BASE} => ${SNAP2} ${BASE}`,
    `overwritten ${BASE}`,
    `removed ${SNAP1}`,
  ]);
});

test('a commit with a quarantine: the layer is moved', () => {
  const commit = `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE}, quarantine: /export/vmimages/old }`;
  const alone = { ...hostForPlans(), others: [] };
  const lines = summary(previewed(planned([commit]), alone));
  expect(lines[0]).toBe(`vda: ${SNAP2} ${SNAP1} ${BASE} => ${SNAP2} ${BASE}`);
  expect(lines.slice(1)).toEqual([
    `overwritten ${BASE}`,
    expect.stringMatching(new RegExp(`^moved ${SNAP1} => `)),
  ]);
});

test('a backup through an overlay: the chain is the same, and the overlay is removed', () => {
  const preview = previewed(shipped('live-backup.yaml'));
  const chain = `${SNAP2} ${SNAP1} ${BASE}`;
  expect(summary(preview)).toEqual([`vda: ${chain} => ${chain}`, 'created /new/b']);
  const [overlay] = preview.steps[0]?.phases[0]?.chains[0]?.after ?? [];
  expect(overlay?.removed).toBe(true);
});

test('a plan with nothing to do changes nothing', () => {
  expect(summary(previewed(planned(['redefine: {}'])))).toEqual([]);
});

test.each([
  ['in MiB/s', 'bandwidth: 50', 50 * 2 ** 20],
  ['in bytes/s', 'bandwidth: 50, bytes: true', 50],
  ['without a limit', 'pivot: true', undefined],
])('the speed limit of a copy, %s', (_title, option, rate) => {
  const copy = `blockcopy: { disk: vda, dest: /new/copy, pivot: true, ${option} }`.replace(
    'pivot: true, pivot',
    'pivot',
  );
  expect(previewed(planned([copy])).totals.copies.map((each) => each.rate)).toEqual([rate]);
});

test.each([
  [`blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE}, bandwidth: 7 }`, 7 * 2 ** 20],
  [`blockpull: { disk: vda, base: ${BASE}, bandwidth: 7 }`, 7 * 2 ** 20],
  [`convert: { source: ${SNAP1}, dest: /new/c, rate-limit: 7000 }`, 7000],
])('the speed limit of %s', (step, rate) => {
  const alone = { ...hostForPlans(), others: [] };
  expect(previewed(planned([step]), alone).totals.copies.map((each) => each.rate)).toEqual([rate]);
});

const CAPACITY = 2 ** 40;

test.each([
  ['blockcopy: { disk: vda, dest: /new/c, pivot: true, bandwidth: 7 }', CAPACITY],
  ['blockcopy: { disk: vda, dest: /new/c, pivot: true, shallow: true, bandwidth: 7 }', CAPACITY],
  [`blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE}, bandwidth: 7 }`, CAPACITY],
  [`blockpull: { disk: vda, base: ${BASE}, bandwidth: 7 }`, CAPACITY],
  [`convert: { source: ${SNAP1}, dest: /new/c, rate-limit: 7000, sparse-size: 0 }`, CAPACITY],
  // qemu-img skips areas without data unless it has to write them.
  [`convert: { source: ${SNAP1}, dest: /new/c, rate-limit: 7000 }`, 'the data'],
])('the speed limit of %s counts %s', (step, counted) => {
  const alone = { ...hostForPlans(), others: [] };
  const sized = withDisk(alone, 'vda', (disk) => ({ ...disk, capacity: CAPACITY }));
  const [copy] = previewed(planned([step]), sized).totals.copies;
  expect(copy?.bytes).toBe(step.includes('sparse-size: 0') ? CAPACITY : copy?.bytes);
  expect(copy?.bytes).toBeLessThanOrEqual(CAPACITY);
  expect(copy?.counted).toBe(counted === 'the data' ? copy?.bytes : counted);
  const unsized = withDisk(alone, 'vda', ({ capacity: _, ...disk }) => disk);
  const [unknown] = previewed(planned([step]), unsized).totals.copies;
  expect(unknown?.counted).toBe(counted === 'the data' ? unknown?.bytes : undefined);
});

test('a copy without a limit counts nothing', () => {
  const sized = withDisk(hostForPlans(), 'vda', (disk) => ({ ...disk, capacity: CAPACITY }));
  const copy = 'blockcopy: { disk: vda, dest: /new/c, pivot: true';
  const [unlimited] = previewed(planned([`${copy} }`]), sized).totals.copies;
  expect(unlimited).not.toHaveProperty('counted');
});

test('a precondition that is not met is marked', () => {
  const host = hostForPlans();
  const copy = 'blockcopy: { disk: vda, dest: /new/copy, pivot: true }';
  const full = { ...host, folders: { ...host.folders, '/new': { writable: true, free: 1 } } };
  const { plan } = planned([copy]);
  const unmet = previewPlan(plan, full).preconditions.filter((each) => each.unmet);
  expect(unmet.map(({ what }) => what)).toEqual([
    'the folder of /new/copy exists, is writable and has enough free space',
  ]);
});
