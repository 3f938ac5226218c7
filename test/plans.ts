/** The shipped plans, read for the host states of the tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { compile, type Graph } from '../src/graph/graph.ts';
import { type HostState, withDomain } from '../src/model/host-state.ts';
import type { Plan } from '../src/plan/plan.ts';
import { draftPlan, readPlan } from '../src/plan/read.ts';
import { steps } from '../src/steps/registry.ts';
import { stored, storeOf, withStore } from './stored.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from './worlds.ts';

/** All plans in `plans/`. */
export const SHIPPED = readdirSync(new URL('../plans', import.meta.url))
  .filter((file) => file.endsWith('.yaml'))
  .sort();

/** Those that work on a disk of a running guest with its block jobs. */
export const LIVE = SHIPPED.filter((file) => file.startsWith('live-'));

/** The variables of each plan, chosen to fit {@link hostFor}. */
const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'live-backup.yaml': { overlay: '/export/vmimages/testvm.backup', dest: '/new/b' },
  'full-backup.yaml': { store: '/backup', backup: 'tonight' },
  'nightly-backup.yaml': { store: '/backup', backup: 'tonight' },
  'restore.yaml': { store: '/backup', dest: '/new' },
};

/** The ID of the run that plans are read for. */
export const RUN = '20261129-094500-1f2e3d';

/** A shipped plan's text. */
export function sourceOf(file: string): Uint8Array {
  return readFileSync(new URL(`../plans/${file}`, import.meta.url));
}

/** A shipped plan with the values of the guest of {@link hostFor}. */
export function shipped(file: string, domain = 'testvm'): { plan: Plan; graph: Graph } {
  const source = sourceOf(file);
  const set = { domain, ...(SETTINGS[file] ?? { dest: '/new/copy.qcow2' }) };
  const plan = draftPlan({ file, source, set, steps }).resolve(hostFor(file), RUN);
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

/** A host on which every shipped plan for a running guest can run, with metadata that `undefine` would lose. */
export function hostForPlans(): HostState {
  return world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE])],
    domain: { snapshots: ['monday'], checkpoints: ['weekly'] },
    others: [neighbour('neighbour', [BASE], [])],
  });
}

/** A host on which that shipped plan can run. */
export function hostFor(file: string): HostState {
  const running = hostForPlans();
  if (file === 'nightly-backup.yaml') return withNight(running);
  if (file !== 'restore.yaml') return running;
  // The definition names the active layer, and the headers the layers below it.
  const headers = {
    [SNAP2]: { size: 1, backing: SNAP1 },
    [SNAP1]: { size: 1, backing: BASE },
    [BASE]: { size: 1, backing: null },
  };
  const off = world({
    disks: [disk('vda', [SNAP2])],
    domain: { state: 'shut off', agent: false, snapshots: ['monday'] },
    files: headers,
  });
  return withStore(off, '/backup', storeOf([stored('monday')]));
}

/** The host after an earlier night: with a backup of vda, and the checkpoint that was created with it. */
function withNight(state: HostState): HostState {
  const { point, ...monday } = stored('monday', undefined, { needs: [] });
  const backup = point ? { ...monday, point: { ...point, checkpoint: 'monday' } } : monday;
  const created = Date.parse(point?.time ?? '') / 1000;
  const disks = [{ target: 'vda', bitmap: 'monday', next: 1_048_576 }];
  const tracking = [{ name: 'monday', created, disks }];
  return withStore(
    withDomain(state, { checkpoints: ['monday'], tracking }),
    '/backup',
    storeOf([backup]),
  );
}
