/**
 * The shipped plans, each made worse in one place. Of each: what preflight refuses it with, what a proof finds in it when
 * preflight is left out, and how a real host shows that it is so.
 */
import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { compile, type Graph } from '../src/graph/graph.ts';
import type { End } from '../src/outcomes.ts';
import type { Plan } from '../src/plan/plan.ts';
import { readPlan } from '../src/plan/read.ts';
import type { AnyStep } from '../src/steps/define.ts';
import { steps as kinds } from '../src/steps/registry.ts';
import { type Knowledge, Needs } from '../src/steps/requirements/requirement.ts';

/** The files around a guest on `base <- middle <- active`, with a neighbour that is off and rests on the same base. */
export interface Places {
  readonly domain: string;
  readonly active: string;
  readonly middle: string;
  readonly base: string;
  /** Where the plan goes; there is nothing yet. */
  readonly dest: string;
  readonly overlay: string;
  /** The neighbour's own image. */
  readonly theirs: string;
  /** An image without content, whose header names a disk that has nothing to do with the guest. */
  readonly astray: string;
}

/** How the real host shows what a mutation does. */
export type Damage =
  /** Stopped, the guest is unknown to libvirt. */
  | 'vanishes'
  /** Stopped, the guest would be started on a file without writes that it had been told to be durable. */
  | 'misses-writes'
  /** Stopped, the guest cannot be started any more. */
  | 'cannot-start'
  /** The guest's file system is broken under its feet. */
  | 'broken'
  /** The neighbour does not find what it had. */
  | 'neighbour-corrupted'
  /** The guest is started by its host on a file without writes that it had been told to be durable. */
  | 'starts-elsewhere'
  /** The run gives up and takes everything back. */
  | 'taken-back';

export interface Mutation {
  readonly name: string;
  readonly plan: string;
  readonly set: (places: Places) => Readonly<Record<string, string>>;
  readonly change: (steps: readonly Step[], places: Places) => readonly (Step | undefined)[];
  /** The codes of preflight's errors. */
  readonly refused: readonly string[];
  /** The case that a proof finds the violations in; the one in which nothing goes wrong by default. */
  readonly seed?: string;
  /** Everything that is wrong in that case, in any order. */
  readonly found: (places: Places) => readonly string[];
  /** How the run ends in that case. */
  readonly end: End;
  readonly damage: Damage;
}

/** A step as the plan's text gives it. */
type Step = Readonly<Record<string, unknown>>;

function withParams(step: Step | undefined, kind: string, change: Step): Step {
  return { ...step, [kind]: { ...(step?.[kind] as Step), ...change } };
}

const CLASSIC = {
  plan: 'live-storage-migration-classic.yaml',
  set: ({ domain, dest }: Places) => ({ domain, dest }),
};
const BACKUP = {
  plan: 'live-backup.yaml',
  set: ({ domain, active, dest, overlay }: Places) => ({ domain, source: active, dest, overlay }),
};

const STRANDED = 'nothing goes wrong, and the run ends stranded';
const NO_DEFINITION = 'the domain was left without a persistent definition';
const missing = (loss: string) => `started from its definition the guest would miss vda: ${loss}`;
const only = (file: string) => `writes that only ${file} held`;
const newest = (file: string) => `the newest writes, which ${file} hides with older ones`;
const theirs = (file: string) => `${file} is written to, and is in another domain's chain`;

export const MUTATIONS: readonly Mutation[] = [
  {
    ...CLASSIC,
    name: 'the classic migration without its last step',
    change: (steps) => steps.slice(0, -1),
    refused: ['BP123'],
    found: () => [STRANDED, NO_DEFINITION],
    end: 'stranded',
    damage: 'vanishes',
  },
  {
    ...CLASSIC,
    name: 'the classic migration with its first step and its last swapped',
    change: ([undefine, mirror, redefine]) => [redefine, mirror, undefine],
    refused: ['BP114'],
    found: () => [STRANDED, NO_DEFINITION],
    end: 'stranded',
    damage: 'vanishes',
  },
  {
    ...CLASSIC,
    name: 'the classic migration with its last two steps swapped, when the host loses power',
    // Slow, so that there is a half-way.
    change: ([undefine, mirror, redefine]) => [
      undefine,
      redefine,
      withParams(mirror, 'blockcopy', { bandwidth: 1 }),
    ],
    refused: ['BP114'],
    seed: 'mirror:mirror@9:power-before+rollback',
    found: ({ active, dest }) => [
      `the guest has lost vda: ${only(active)}`,
      missing(only(dest)),
      missing(newest(active)),
    ],
    end: 'stranded',
    damage: 'starts-elsewhere',
  },
  {
    ...CLASSIC,
    name: 'the classic migration with the old file in its new definition',
    change: ([undefine, mirror, redefine], { active }) => [
      undefine,
      mirror,
      withParams(redefine, 'redefine', { source: active }),
    ],
    refused: ['BP114'],
    found: ({ active, dest }) => [STRANDED, missing(only(dest)), missing(newest(active))],
    end: 'stranded',
    damage: 'misses-writes',
  },
  {
    ...CLASSIC,
    name: 'the classic migration without its mirror',
    change: ([undefine, , redefine]) => [undefine, redefine],
    refused: ['BP114'],
    found: ({ active, middle, base }) => [
      STRANDED,
      ...[active, middle, base].map((file) => missing(only(file))),
    ],
    end: 'stranded',
    damage: 'cannot-start',
  },
  {
    ...CLASSIC,
    name: 'the classic migration with a mirror that does not move the guest',
    change: ([undefine, mirror, redefine]) => [
      undefine,
      withParams(mirror, 'blockcopy', { pivot: false, finish: true }),
      redefine,
    ],
    refused: ['BP114'],
    found: ({ active, dest }) => [STRANDED, missing(only(active)), missing(newest(dest))],
    end: 'stranded',
    damage: 'misses-writes',
  },
  {
    name: 'the migration into an image that rests on another base',
    plan: 'live-storage-migration.yaml',
    set: ({ domain, astray }) => ({ domain, dest: astray }),
    change: ([mirror]) => [
      withParams(mirror, 'blockcopy', { 'reuse-external': true, format: 'qcow2' }),
    ],
    refused: ['BP122'],
    found: ({ middle, base }) =>
      [middle, base].flatMap((file) => [
        `the guest has lost vda: ${only(file)}`,
        missing(only(file)),
      ]),
    end: 'succeeded',
    damage: 'broken',
  },
  {
    name: "the backup by a mirror into a neighbour's image",
    plan: 'live-backup-mirror.yaml',
    set: ({ domain, theirs }) => ({ domain, dest: theirs }),
    change: ([mirror]) => [
      withParams(mirror, 'blockcopy', { 'reuse-external': true, format: 'qcow2' }),
    ],
    // A whole copy has to rest on no file.
    refused: ['BP122', 'BP109'],
    found: (places) => [theirs(places.theirs)],
    end: 'succeeded',
    damage: 'neighbour-corrupted',
  },
  {
    ...BACKUP,
    name: 'the backup that commits into a base which a neighbour shares',
    change: ([snapshot, copy, commit], { base }) => [
      snapshot,
      copy,
      withParams(commit, 'blockcommit', { base }),
    ],
    refused: ['BP109'],
    found: ({ base }) => [theirs(base)],
    end: 'succeeded',
    damage: 'neighbour-corrupted',
  },
  {
    ...BACKUP,
    name: 'the backup with its copy and its commit swapped',
    change: ([snapshot, copy, commit]) => [snapshot, commit, copy],
    refused: ['BP116'],
    found: () => ['nothing goes wrong, and the run ends rolled-back'],
    end: 'rolled-back',
    damage: 'taken-back',
  },
];

/** The mutated plan's text, with the places put in. */
export function mutatedText({ plan, change, set }: Mutation, places: Places): string {
  const shipped = readFileSync(new URL(`../plans/${plan}`, import.meta.url), 'utf8');
  const { vars, steps, ...rest } = parse(shipped) as {
    vars: Readonly<Record<string, unknown>>;
    steps: readonly Step[];
  };
  const mutated = { ...rest, vars: { ...vars, ...set(places) }, steps: change(steps, places) };
  return stringify(mutated, { lineWidth: 0 });
}

/** The same plan as a run takes it, and as one would take it that asks no preflight. */
export function compiled(text: string): { plan: Plan; graph: Graph; heedless: Graph } {
  const plan = readPlan({ file: 'mutated.yaml', source: text, steps: kinds });
  const graph = compile(plan);
  const nodes = graph.nodes.map((node) => {
    const { planned } = node;
    return { ...node, planned: { ...planned, step: heedlessOf(planned.step) } };
  });
  return { plan, graph, heedless: { ...graph, nodes } };
}

/** Requirements that are met, whatever is so. */
class Heedless extends Needs {
  override require(text: string, knowledge: Knowledge): boolean {
    return super.require(text, knowledge, []);
  }
}

/** The same step, which looks at the same files and minds nothing. */
function heedlessOf(step: AnyStep): AnyStep {
  return {
    ...step,
    requires(params, state, needs) {
      const heedless = new Heedless();
      step.requires(params, state, heedless);
      for (const { text, knowledge } of heedless.stated) needs.require(text, knowledge);
    },
  };
}
