/**
 * Shipped plans, each with one mistake. For each: the errors of preflight, the violations that a proof finds if preflight
 * is skipped, and how a real host shows the damage.
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

/** The files around a guest on `base <- middle <- active`, with another guest that is off and uses the same base. */
export interface Places {
  readonly domain: string;
  readonly active: string;
  readonly middle: string;
  readonly base: string;
  /** The destination of the plan; it does not exist yet. */
  readonly dest: string;
  readonly overlay: string;
  /** The other guest's own image. */
  readonly theirs: string;
  /** An image without content, whose header names a disk that is unrelated to the guest. */
  readonly astray: string;
}

/** How the real host shows the effect of a mutation. */
export type Damage =
  /** After a stop the guest is unknown to libvirt. */
  | 'vanishes'
  /** After a stop the guest would start on a file that lacks durable writes. */
  | 'misses-writes'
  /** After a stop the guest cannot start. */
  | 'cannot-start'
  /** The file system of the running guest is broken. */
  | 'broken'
  /** The other guest has lost data. */
  | 'neighbour-corrupted'
  /** The host starts the guest on a file that lacks durable writes. */
  | 'starts-elsewhere'
  /** The run fails and rolls back everything. */
  | 'taken-back';

export interface Mutation {
  readonly name: string;
  readonly plan: string;
  readonly set: (places: Places) => Readonly<Record<string, string>>;
  readonly change: (steps: readonly Step[], places: Places) => readonly (Step | undefined)[];
  /** The codes of preflight's errors. */
  readonly refused: readonly string[];
  /** The case in which a proof finds the violations; the one without faults by default. */
  readonly seed?: string;
  /** All violations in that case, in any order. */
  readonly found: (places: Places) => readonly string[];
  /** How the run ends in that case. */
  readonly end: End;
  readonly damage: Damage;
}

/** A step as in the plan's text. */
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

const STRANDED = 'without faults, the run ends as stranded';
const NO_DEFINITION = 'the domain was left without a persistent definition';
const missing = (loss: string) => `started from its definition, the guest would miss vda: ${loss}`;
const only = (file: string) => `writes that only ${file} held`;
const newest = (file: string) => `the newest writes, because ${file} has older data in their place`;
const theirs = (file: string) => `${file} is written to, but is in another domain's chain`;

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
    // Slow, so that the power is lost in the middle of it.
    change: ([undefine, mirror, redefine]) => [
      undefine,
      redefine,
      withParams(mirror, 'blockcopy', { bandwidth: 1 }),
    ],
    refused: ['BP114'],
    seed: 'mirror:mirror@9:power-before+rollback',
    found: ({ active }) => [`the guest has lost vda: ${only(active)}`, missing(only(active))],
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
    name: 'the migration into an image with another base',
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
    name: "the backup by a mirror into another guest's image",
    plan: 'live-backup-mirror.yaml',
    set: ({ domain, theirs }) => ({ domain, dest: theirs }),
    change: ([mirror]) => [
      withParams(mirror, 'blockcopy', { 'reuse-external': true, format: 'qcow2' }),
    ],
    // A full copy may have no backing file.
    refused: ['BP122', 'BP109'],
    found: (places) => [theirs(places.theirs)],
    end: 'succeeded',
    damage: 'neighbour-corrupted',
  },
  {
    ...BACKUP,
    name: 'the backup that commits into a base that another guest shares',
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
    found: () => ['without faults, the run ends as rolled-back'],
    end: 'rolled-back',
    damage: 'taken-back',
  },
];

/** The mutated plan's text, with its paths. */
export function mutatedText({ plan, change, set }: Mutation, places: Places): string {
  const shipped = readFileSync(new URL(`../plans/${plan}`, import.meta.url), 'utf8');
  const { vars, steps, ...rest } = parse(shipped) as {
    vars: Readonly<Record<string, unknown>>;
    steps: readonly Step[];
  };
  const mutated = { ...rest, vars: { ...vars, ...set(places) }, steps: change(steps, places) };
  return stringify(mutated, { lineWidth: 0 });
}

/** The plan as a run compiles it, and the same plan without the checks of preflight. */
export function compiled(text: string): { plan: Plan; graph: Graph; heedless: Graph } {
  const plan = readPlan({ file: 'mutated.yaml', source: text, steps: kinds });
  const graph = compile(plan);
  const nodes = graph.nodes.map((node) => {
    const { planned } = node;
    return { ...node, planned: { ...planned, step: heedlessOf(planned.step) } };
  });
  return { plan, graph, heedless: { ...graph, nodes } };
}

/** Requirements that are always met. */
class Heedless extends Needs {
  override require(text: string, knowledge: Knowledge): boolean {
    return super.require(text, knowledge, []);
  }
}

/** The same step with the same requirements, all of them met. */
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
