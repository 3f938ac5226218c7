/** Guests that do not run: the steps that work for a paused one, those that do not, and how a preview describes them. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../src/model/host-state.ts';
import { provePlan } from '../../src/prove/prove.ts';
import { previewTotals } from '../../src/render/preview-totals.ts';
import { previewPlan } from '../../src/simulate/preview-plan.ts';
import { walk } from '../../src/simulate/walk.ts';
import { steps as kinds } from '../../src/steps/registry.ts';
import { planned } from '../plans.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../worlds.ts';
import { all, off } from './restore-scenes.ts';

const SNAPSHOT = 'snapshot-create-as: { name: s, disk-only: true, no-metadata: true';
/** Kinds for a guest that is off, and those that work on a backup store, whatever the guest does. */
const OTHERS = ['restore', 'backup-verify', 'backup-prune'];
/** Every other kind of step, with parameters that a running guest allows. */
const PLANS: readonly (readonly string[])[] = [
  ['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }'],
  ['blockcopy: { disk: vda, dest: /new/c, finish: true }'],
  ['blockcommit: { disk: vda, shallow: true, active: true, pivot: true }'],
  [`blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`],
  [`blockpull: { disk: vda, base: ${BASE} }`],
  ['backup-begin: { store: /backup, name: b }'],
  ['checkpoint-create: { name: c }'],
  [
    '{ id: c, checkpoint-create: { name: c } }',
    '{ id: d, checkpoint-delete: { checkpointname: c } }',
  ],
  [`${SNAPSHOT} }`],
  [`convert: { source: ${SNAP1}, dest: /new/c }`],
  ['{ id: u, undefine: {} }', '{ id: r, redefine: {} }'],
  [`redefine: { disk: vda, source: ${SNAP2} }`],
];
const QUIESCED = [`${SNAPSHOT}, quiesce: true }`];

function host(state: 'running' | 'paused', steps: readonly string[]): HostState {
  const start = world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE])],
    others: [],
    domain: { state },
  });
  return looked(start, walk(planned(steps).graph, start).files);
}

const errors = (state: 'running' | 'paused', steps: readonly string[]) =>
  walk(planned(steps).graph, host(state, steps)).findings.filter(
    ({ severity }) => severity === 'error',
  );

test('every kind works for a guest that runs, is for one that is off, or needs none', () => {
  const used = PLANS.flatMap((steps) => planned(steps).plan.steps.map(({ step }) => step.kind));
  expect([...new Set([...used, ...OTHERS])].sort()).toEqual(kinds.map(({ kind }) => kind).sort());
});

describe.each(PLANS)('%s', (...steps) => {
  test('works for a paused guest as for a running one', () => {
    expect(errors('running', steps)).toEqual([]);
    expect(errors('paused', steps)).toEqual([]);
    const { graph } = planned(steps);
    const start = host('paused', steps);
    const proof = provePlan(graph, start, Object.keys(start.files));
    expect(proof.violations).toEqual([]);
    expect(proof.singles.succeeded).toBeGreaterThan(0);
  });

  test.each(['running', 'paused'] as const)('its preview says that the guest is %s', (state) => {
    const { plan } = planned(steps);
    const preview = previewPlan(plan, host(state, steps));
    const said = [
      ...previewTotals(preview).map(({ text }) => text),
      ...preview.preconditions.map(({ what }) => what),
    ].join('\n');
    const [is, isNot] =
      state === 'paused'
        ? [/the guest is paused/, /the guest is running|keeps running/]
        : [/the guest is running/, /paused/];
    expect(said).toMatch(is);
    expect(said).not.toMatch(isNot);
  });
});

test('a paused guest stays paused while its memory is written', () => {
  const steps = ['snapshot-create-as: { name: s, memspec: { file: /new/m } }'];
  const guestIs = (state: 'running' | 'paused') =>
    previewTotals(previewPlan(planned(steps).plan, host(state, steps))).map(({ text }) => text);
  expect(guestIs('running')).toContain('the guest is paused in 1 phase');
  expect(guestIs('paused')).toContain('the guest stays paused');
});

test('a guest that is off stays off while its disks are restored', () => {
  const { plan } = planned([`restore: ${JSON.stringify(all)}`]);
  const preview = previewPlan(plan, off());
  expect(preview.totals).toMatchObject({ off: true });
  const said = previewTotals(preview).map(({ text }) => text);
  expect(said).toContain('the guest stays off');
  expect(said.join()).not.toContain('keeps running');
});

test('a paused guest cannot freeze its file systems, even if libvirt reports its agent as connected', () => {
  expect(errors('running', QUIESCED)).toEqual([]);
  const [finding, ...more] = errors('paused', QUIESCED);
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    code: 'BP112',
    message: expect.stringContaining('is paused'),
    hint: expect.stringContaining('virsh resume testvm'),
  });
});
