/** Proofs and previews of plans that add a backup, verify it and remove older ones. */
import { expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { type Domain, withDomain } from '../../../src/model/host-state.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { previewDocument } from '../../../src/render/preview-document.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { stored, storeOf, withStore } from '../../stored.ts';
import { disk, looked, SNAP1, world } from '../../worlds.ts';
import { patient } from '../doctor/patients.ts';

const NIGHTLY = [
  'backup-begin: { store: /backup, name: new }',
  'backup-verify: { store: /backup, backup: latest }',
  'backup-prune: { store: /backup, keep: { last: 2 } }',
];
const old = (name: string) => stored(name, undefined, { needs: [] });

function observed(
  steps: readonly string[],
  backups = [old('mon'), old('tue'), old('wed')],
  domain: Partial<Domain> = {},
) {
  const { graph, plan } = planned(steps);
  const readAt = '2026-12-02T02:00:00Z';
  const guest = withDomain(world({ disks: [disk('vda', [SNAP1])], others: [] }), domain);
  const start = withStore(guest, '/backup', storeOf(backups, { readAt }));
  const { files, findings } = walk(graph, start);
  const state = looked(start, files);
  return {
    graph,
    plan,
    findings,
    state,
    files: [...new Set([...files, ...Object.keys(state.files)])],
  };
}

test('no invariant is violated under any two faults, and what is kept stays', () => {
  const { graph, state, files } = observed(NIGHTLY.slice(1));
  const { violations, singles } = provePlan(graph, state, files);
  expect(violations).toEqual([]);
  expect(singles.succeeded).toBeGreaterThan(5);
  expect(singles['rolled-back']).toBeGreaterThan(5);
});

test('the backup that the plan makes is the one that it verifies and counts', () => {
  const { plan, state, findings } = observed(NIGHTLY);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [, , prune] = previewPlan(plan, state).steps;
  expect(prune?.backups?.map(({ name, kept }) => [name, kept])).toEqual([
    ['new', true],
    ['wed', true],
    ['tue', false],
    ['mon', false],
  ]);
  expect(prune?.backups?.[0]?.time).toBe('2026-12-02T02:00:00Z');
});

test('an increment that the plan makes keeps what it is based on', () => {
  const wed = old('wed');
  const made = wed.point && { ...wed, point: { ...wed.point, checkpoint: 'wed' } };
  const created = Date.parse(wed.point?.time ?? '') / 1000;
  const disks = [{ target: 'vda', bitmap: 'wed', next: 65_536 }];
  const steps = [
    'backup-begin: { store: /backup, name: new, incremental: auto }',
    'backup-prune: { store: /backup, keep: { last: 1 } }',
  ];
  const { plan, state } = observed(steps, [old('mon'), old('tue'), made ?? wed], {
    ...{ checkpoints: ['wed'], tracking: [{ name: 'wed', created, disks }] },
  });
  const [, prune] = previewPlan(plan, state).steps;
  expect(prune?.backups?.map(({ name, kept, reasons }) => [name, kept, ...reasons])).toEqual([
    ['new', true, 'the newest', 'its checkpoint exists'],
    ['wed', true, 'new needs it'],
    ['tue', false, 'no rule keeps it'],
    ['mon', false, 'no rule keeps it'],
  ]);
});

test('in a store without backups, the first one can be verified', () => {
  expect(observed(NIGHTLY, []).findings).toEqual(observed(NIGHTLY.slice(0, 1), []).findings);
  expect(observed(NIGHTLY.slice(1), []).findings.map(({ code }) => code)).toEqual(['BP163']);
});

test('the preview lists what stays and what goes, and why', () => {
  const { plan, state } = observed(NIGHTLY);
  const text = JSON.stringify(previewDocument(previewPlan(plan, state)).blocks);
  expect(text).toContain('"title":"Backups","text":["2 kept, 2 removed"]');
  expect(text).toContain(
    '{"label":"keep","text":"wed (2026-11-29 02:00:00Z): one of the newest 2"},{"label":"remove","text":"tue (2026-11-29 02:00:00Z): no rule keeps it"}',
  );
});

test('doctor reports a prune that has not finished, unless a run works on the guest', () => {
  const sick = patient();
  const store = storeOf([], { mark: { drop: [{ name: 'mon' }] } });
  const state = withStore(sick.state, '/backup', store);
  const { findings } = diagnose({ ...sick, state });
  expect(findings.map(({ code, message }) => [code, message])).toEqual([
    [codes.pruneUnfinished, 'a prune of the backup store /backup has not finished: it removes mon'],
  ]);
  expect(findings[0]?.commands).toEqual(['blockplan backups /backup']);
  const healthy = withStore(sick.state, '/backup', storeOf([]));
  expect(diagnose({ ...sick, state: healthy }).findings).toEqual([]);
});
