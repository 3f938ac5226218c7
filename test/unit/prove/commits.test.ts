/** Proofs of plans with phases that commit. */
import { expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { violationsAtEnd } from '../../../src/prove/end-invariants.ts';
import { proofEnvironmentOf } from '../../../src/prove/proof-environment.ts';
import { type Proof, provePlan } from '../../../src/prove/prove.ts';
import type { Finish } from '../../../src/run/run-state.ts';
import { apply } from '../../../src/simulate/host.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { committing, type Phases } from '../../committing.ts';
import { hostForPlans } from '../../plans.ts';
import { looked } from '../../worlds.ts';

function scene({ graph }: { readonly graph: Graph }) {
  const { files } = walk(graph, hostForPlans());
  const state = looked(hostForPlans(), files);
  return [graph, state, [...new Set([...files, ...Object.keys(state.files)])]] as const;
}

function proofOf(steps: Readonly<Record<string, Phases>>, stop?: 'stop'): Proof {
  return provePlan(...scene(committing(steps, stop)));
}

test.each([
  ['at the end', { a: ['one', 'two!'] }],
  ['before another step', { a: ['one', 'two!'], b: ['three', 'four'] }],
  ['twice', { a: ['one!', 'two'], b: ['three!', 'four'] }],
])('a plan that commits %s violates no invariant under any two faults', (_title, steps) => {
  const { violations, singles, pairs } = proofOf(steps);
  expect(violations).toEqual([]);
  expect(singles['rolled-back']).toBeGreaterThan(5);
  expect(pairs['rolled-back']).toBeGreaterThan(30);
});

test('a plan that stops on failure violates no invariant', () => {
  expect(proofOf({ a: ['one', 'two!', 'three'] }, 'stop').violations).toEqual([]);
});

test('a point of no return behind the commit strands only what fails behind it', () => {
  const { violations, faults } = proofOf({ a: ['one!', 'burn|', 'two'] });
  expect(violations).toEqual([]);
  const refused = faults.filter(({ fault, place }) => fault === 'refused' && place !== 'end');
  expect(refused.map(({ place, end }) => [place, end])).toEqual([
    ['a:one', 'rolled-back'],
    ['a:burn', 'rolled-back'],
    ['a:two', 'stranded'],
  ]);
});

test('a rollback must lead to the host at the last commit, and to no other', () => {
  const initial = hostForPlans();
  const host = (change: (of: SimulatedHost) => SimulatedHost) => change(simulatedHostOf(initial));
  const made = (file: string) => (of: SimulatedHost) =>
    apply(of, { tool: 'make-file', file, why: '' });
  const savepoint = host(made('/new/kept'));
  const at = { step: 'a', phase: 'keep', host: savepoint };
  const wrongAt = (now: SimulatedHost) => {
    const environment = { ...proofEnvironmentOf(now), marked: false, savepoint: at };
    const finish: Finish = {
      ...{ end: 'rolled-back', exitCode: 4, interrupted: false, state: [], next: [] },
    };
    return violationsAtEnd(initial, simulatedHostOf(initial), environment, finish);
  };
  expect(wrongAt(savepoint)).toEqual([]);
  expect(wrongAt(host((of) => of)).join()).toMatch(/^the files: .*; it was .*\/new\/kept/);
  expect(wrongAt(made('/new/left')(savepoint)).join()).toMatch(/^the files: .*\/new\/left/);
});
