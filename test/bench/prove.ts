/**
 * The time of a proof: a plan of 12 steps with every single and double fault, and how the time for single faults grows with
 * the plan. The limits are those for a proof in a pull request. The growth is printed as a ratio, because seconds depend more
 * on the machine than on blockplan.
 */
import { compile } from '../../src/graph/graph.ts';
import { readPlan } from '../../src/plan/read.ts';
import { Explorer } from '../../src/prove/explore.ts';
import { walk } from '../../src/simulate/walk.ts';
import { steps as kinds } from '../../src/steps/registry.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../worlds.ts';

const RUNS = Number(process.argv[2] ?? 7);
if (!(RUNS >= 3)) throw new Error('a median needs at least 3 runs');

/** The numbers of steps of the plans that are compared with the one of 12. */
const LENGTHS = [6, 12, 24, 48];

/** A plan with this many steps: half of them put an overlay on the disk, the others commit it. */
function explorerOf(steps: number): Explorer {
  const yaml = Array.from(
    { length: steps / 2 },
    (_, at) => `
  - { id: s${at}, snapshot-create-as: { name: s${at}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/o${at} }] } }
  - { id: c${at}, blockcommit: { disk: vda, base: ${SNAP2}, pivot: true, delete: true } }`,
  );
  const source = `plan: blockplan/v1\nname: bench\ndomain: testvm\nsteps:${yaml.join('')}\n`;
  const graph = compile(readPlan({ file: 'bench.yaml', source, steps: kinds }));
  const first = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])] });
  const { files } = walk(graph, first);
  return new Explorer(graph, looked(first, files), [...new Set([...files, SNAP2, SNAP1, BASE])]);
}

/** The seconds for exploring, and the number of cases. */
function measure(steps: number, faults: 1 | 2): { seconds: number; cases: number } {
  const began = performance.now();
  const { ends } = explorerOf(steps).explore(faults);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, cases: [...ends.values()].reduce((sum, { count }) => sum + count, 0) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// The first run includes compilation, as for a command line that proves one plan.
const first = measure(12, 1);
print(`12 steps, single: ${first.seconds.toFixed(2)} s, ${first.cases} cases (first; bound 1 s)`);

const pairs = Array.from({ length: Math.min(RUNS, 3) }, () => measure(12, 2));
print(
  `12 steps, pairs: ${median(pairs.map(({ seconds }) => seconds)).toFixed(2)} s, ${pairs[0]?.cases} cases (median of ${pairs.length}; bound 10 s)`,
);

// In turn, so that a machine that becomes slow affects all lengths.
const seconds = new Map(LENGTHS.map((steps) => [steps, [] as number[]]));
for (let run = 0; run < RUNS; run++)
  for (const [steps, taken] of seconds) taken.push(measure(steps, 1).seconds);
const perStep = new Map([...seconds].map(([steps, taken]) => [steps, median(taken) / steps]));
for (const [steps, each] of perStep)
  print(
    `${steps} steps, single: ${(each * steps).toFixed(2)} s; per step ${(each / (perStep.get(12) ?? 1)).toFixed(2)} of that with 12 (median of ${RUNS})`,
  );
