/** The shipped plans, read for the host states of the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { compile, type Graph } from '../src/graph/graph.ts';
import type { HostState } from '../src/model/host-state.ts';
import type { Plan } from '../src/plan/plan.ts';
import { draftPlan, readPlan } from '../src/plan/read.ts';
import { steps } from '../src/steps/registry.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from './worlds.ts';

/** All plans in `plans/`. */
export const SHIPPED = readdirSync(new URL('../plans', import.meta.url))
  .filter((file) => file.endsWith('.yaml'))
  .sort();

/** The variables of each plan, chosen to fit `hostFor`. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'live-backup.yaml': { overlay: '/export/vmimages/testvm.backup', dest: '/new/b' },
};

/** The ID of the run that plans are read for. */
export const RUN = '20261129-094500-1f2e3d';

/** A shipped plan's text. */
export function sourceOf(file: string): Uint8Array {
  return readFileSync(new URL(`../plans/${file}`, import.meta.url));
}

/** A shipped plan with the values of the guest of {@link hostForPlans}. */
export function shipped(file: string, domain = 'testvm'): { plan: Plan; graph: Graph } {
  const source = sourceOf(file);
  const set = { domain, ...(SETTINGS[file] ?? { dest: '/new/copy.qcow2' }) };
  const plan = draftPlan({ file, source, set, steps }).resolve(hostForPlans(), RUN);
  return { plan, graph: compile(plan) };
}

/** Reads a plan's steps, each a line of YAML. */
export function planned(
  yaml: readonly string[],
  onFailure = 'rollback',
): { plan: Plan; graph: Graph } {
  const source = `plan: blockplan/v1\nname: test\ndomain: testvm\non-failure: ${onFailure}\nsteps:\n${yaml
    .map((line) => `  - ${line}\n`)
    .join('')}`;
  const plan = readPlan({ file: 'test.yaml', source, steps });
  return { plan, graph: compile(plan) };
}

/** A host on which every shipped plan can run, with metadata that `undefine` would lose. */
export function hostForPlans(): HostState {
  return world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE])],
    domain: { snapshots: ['monday'], checkpoints: ['weekly'] },
    others: [neighbour('neighbour', [BASE], [])],
  });
}
