/**
 * Every shipped plan with every guest of a table, and what preflight has to report for the two. The expected report follows
 * from separate rules here, based on what libvirt and QEMU refuse, and never from asking a step.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { BlockplanError, type Finding } from '../../src/errors.ts';
import { readFacts } from '../../src/facts/read.ts';
import { compile, type Graph } from '../../src/graph/graph.ts';
import type { DomainState, HostState } from '../../src/model/host-state.ts';
import { runIdAt } from '../../src/model/run-id.ts';
import { draftPlan } from '../../src/plan/read.ts';
import { Explorer } from '../../src/prove/explore.ts';
import { seedOf } from '../../src/prove/seed.ts';
import type { Groups } from '../../src/prove/tally.ts';
import { walk } from '../../src/simulate/walk.ts';
import { steps } from '../../src/steps/registry.ts';
import { stored, storedDisk, storeOf, withStore } from '../stored.ts';

/** Also for the bundle that `npm run prove:all` creates in node_modules/.cache, which is as deep. */
const ROOT = new URL('../../', import.meta.url);

/** Every shipped plan, those of the examples, and one that flattens a chain. */
export const PLANS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(['plans', 'examples'].flatMap(plansIn)),
  'the classic way, flat': `plan: blockplan/v1
name: classic-flat
domain: testvm
steps:
  - undefine: {}
  - blockcopy: { disk: vda, dest: /export/fast/testvm.qcow2, pivot: true }
  - redefine: { disk: vda, source: /export/fast/testvm.qcow2 }
on-failure: rollback
`,
};

function plansIn(folder: string): [string, string][] {
  return readdirSync(new URL(folder, ROOT), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file): [string, string] => [
      `${folder}/${file}`,
      readFileSync(new URL(`${folder}/${file}`, ROOT), 'utf8'),
    ])
    .filter(([, text]) => /^plan: blockplan\//m.test(text))
    .sort();
}

const STATES = [
  ...(['running', 'paused', 'in shutdown', 'shut off'] as const),
  ...(['crashed', 'pmsuspended', 'gone'] as const),
] satisfies DomainState[];

/** A guest, and what is special about its host. */
export interface Guest {
  readonly state: DomainState;
  readonly lifetime: 'persistent' | 'persistent, with autostart' | 'transient';
  /** How many layers its disk has. */
  readonly depth: number;
  /** The format of the active layer; the layers below it are qcow2. */
  readonly storage: 'qcow2' | 'raw' | 'block';
  /** Whether another guest uses the layers below the active one. */
  readonly shared: boolean;
  readonly agent: boolean;
}

export interface Case extends Guest {
  readonly plan: string;
  /** What happens when a phase fails. */
  readonly onFailure: 'rollback' | 'stop';
}

/** All possible cases: a transient domain exists only while it is active, and a raw image has no backing file. */
export function allCases(): Case[] {
  const table: Case[] = [];
  for (const plan of Object.keys(PLANS))
    for (const onFailure of ['rollback', 'stop'] as const)
      for (const state of STATES)
        for (const lifetime of ['persistent', 'persistent, with autostart', 'transient'] as const)
          for (const storage of ['qcow2', 'raw', 'block'] as const)
            for (const depth of [1, 2, 3, 4])
              for (const shared of [false, true])
                for (const agent of [true, false])
                  table.push({ plan, onFailure, state, lifetime, storage, depth, shared, agent });
  return table.filter(
    ({ state, lifetime, storage, depth, shared }) =>
      (lifetime !== 'transient' || !['shut off', 'crashed', 'gone'].includes(state)) &&
      (state !== 'gone' || lifetime === 'persistent') &&
      (storage !== 'raw' || depth === 1) &&
      (!shared || depth > 1),
  );
}

/** The name of the case, by which it can be run alone. */
export function nameOf(each: Case): string {
  const { plan, onFailure, state, lifetime, storage, depth, shared, agent } = each;
  return [
    plan,
    onFailure,
    state,
    lifetime,
    `${depth} × ${storage}`,
    shared ? 'shared' : 'unshared',
    agent ? 'agent' : 'no agent',
  ].join(' | ');
}

/** The files of the guest's chain, the active one first. */
function chainOf({ depth, storage }: Guest) {
  return Array.from({ length: depth }, (_, at) => {
    const active = at === 0;
    const block = active && storage === 'block';
    const raw = active && storage === 'raw';
    const ending = raw ? 'img' : 'qcow2';
    return {
      file: block ? '/dev/vg/testvm' : `/images/layer${depth - at}.${ending}`,
      format: raw ? 'raw' : 'qcow2',
      size: '2 GiB',
      ...(block ? { block } : {}),
    };
  });
}

/** The facts of the guest, as a user would write them. */
export function factsOf(guest: Guest, name: string): object {
  const { state, lifetime, shared, agent } = guest;
  const chain = chainOf(guest);
  const below = chain.slice(1).map(({ file }) => file);
  // libvirt knows the layers below the active one only while the guest is active.
  const told = ['shut off', 'crashed'].includes(state) ? chain.slice(0, 1) : chain;
  return {
    facts: 'blockplan/v1',
    domain: {
      name,
      state,
      ...(state === 'gone' ? {} : { persistent: lifetime !== 'transient' }),
      ...(lifetime === 'persistent, with autostart' ? { autostart: true } : {}),
      agent,
    },
    ...(state === 'gone' ? {} : { disks: [{ target: 'vda', capacity: '20 GiB', chain: told }] }),
    others: shared ? [{ name: 'other', files: below }] : [],
  };
}

/** The codes with which preflight has to refuse the case; none if it has to be proven. */
export function refusals({ plan, state, lifetime, storage, depth, agent }: Case): string[] {
  if (state === 'gone') return ['BP101'];
  const text = PLANS[plan] ?? '';
  // A definition is replaced only while no guest writes to the disks that it names.
  if (/restore: /.test(text)) return state === 'shut off' ? [] : ['BP162'];
  if (state !== 'running' && state !== 'paused') return ['BP102'];
  // A domain without a definition cannot lose it.
  if (/undefine: /.test(text) && lifetime === 'transient') return ['BP110'];
  const codes: string[] = [];
  // A raw image names no backing file, so a shallow copy into one is refused (libvirt, "shallow copy … into a raw file is
  // not possible").
  if (/shallow: true/.test(text) && storage === 'raw') codes.push('BP054');
  // A rollback of a flat copy puts files beside the old one, and a device has nothing beside it.
  const flattens = /blockcopy:.*pivot: true/.test(text) && !/shallow: true/.test(text);
  if (flattens && storage === 'block' && depth > 1) codes.push('BP127');
  // The agent freezes the file systems, and in a paused guest it does not answer.
  if (/quiesce: true/.test(text) && !(agent && state === 'running')) codes.push('BP112');
  return codes;
}

/** The result of a case: the codes of preflight's refusal, or what a proof found wrong, with the number of its cases. */
export interface Outcome {
  readonly refused: readonly string[];
  readonly violations: readonly string[];
  readonly cases: number;
}

/** The host with a backup of the guest in the store that shipped plans name; facts have no stores. */
function withBackup(state: HostState): HostState {
  const { uuid, disks } = state.domain;
  const copies = disks.map(({ target, capacity = 0 }) => storedDisk(target, { capacity }));
  const { point, ...monday } = stored('monday', copies);
  const own = point ? { ...monday, point: { ...point, uuid } } : monday;
  return withStore(state, '/export/backup/testvm', storeOf([own]));
}

/** @param faults the largest number of faults in a run */
export function outcomeOf({ plan, onFailure, ...guest }: Case, faults: 1 | 2): Outcome {
  const source = (PLANS[plan] ?? '').replace('on-failure: rollback', `on-failure: ${onFailure}`);
  const domain = plan.endsWith('move-web1.yaml') ? 'web1' : 'testvm';
  const state = withBackup(readFacts(JSON.stringify(factsOf(guest, domain)), 'facts.json'));
  const draft = draftPlan({ file: plan, source, steps });
  let graph: Graph;
  try {
    graph = compile(draft.resolve(state, runIdAt(new Date(0))));
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return { refused: errorsAmong(error.findings), violations: [], cases: 0 };
  }
  const { files, findings } = walk(graph, state);
  const refused = errorsAmong(findings);
  if (refused.length > 0) return { refused, violations: [], cases: 0 };
  const { ends, violations } = new Explorer(graph, state, touched(files, state)).explore(faults);
  const cases = [...ends.values()].reduce((sum, { count }) => sum + count, 0);
  return { refused, violations: told(violations), cases };
}

function touched(files: readonly string[], state: HostState): string[] {
  return [...new Set([...files, ...Object.keys(state.files)])];
}

function errorsAmong(findings: readonly Finding[]): string[] {
  const codes = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
  return [...new Set(codes)].sort();
}

function told(groups: Groups): string[] {
  return [...groups].map(
    ([what, { count, injections }]) => `${what} (${count} cases, such as ${seedOf(injections)})`,
  );
}
