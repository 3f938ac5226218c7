/** Generated plans of every kind of step, over chains of every shape, with faults. A seed reproduces them. */
import fc from 'fast-check';
import type { BareSpec } from './bare-guest.ts';

const MISHAPS = [
  'nothing',
  /** Another user puts a file where the effect wants to create one. */
  'its place is taken',
  'the jobs are aborted',
  'the guest is destroyed',
  'the daemon is restarted',
  'power is lost',
  'it is asked twice',
] as const;

export type Mishap = (typeof MISHAPS)[number];

export interface HonestPlan {
  readonly guest: BareSpec;
  readonly steps: readonly Draft[];
  readonly mishap: Mishap;
  /** Before which effect, counted from 0 over the whole plan. */
  readonly at: number;
  /** Whether the plan is rolled back after its end. */
  readonly back: boolean;
}

const guest: fc.Arbitrary<BareSpec> = fc
  .record({
    shapes: fc.array(
      fc.record({
        layers: fc.integer({ min: 1, max: 4 }),
        format: fc.constantFrom('qcow2' as const, 'qcow2' as const, 'raw' as const),
        relative: fc.boolean(),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    persistent: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    autostart: fc.boolean(),
  })
  .map(({ shapes, persistent, autostart }) => ({
    persistent,
    autostart: persistent && autostart,
    disks: shapes.map((shape, at) => ({ target: at === 0 ? 'vda' : 'vdb', ...shape })),
  }));

const disk = fc.constantFrom('vda', 'vda', 'vdb');
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** A step whose host state at the beginning is not known yet. */
const draft = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('blockcopy' as const),
      disk,
      shallow: fc.boolean(),
      pivot: fc.boolean(),
      format: maybe(fc.constantFrom('qcow2', 'raw')),
      reuse: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      more: fc.constantFrom(
        {},
        {},
        { 'transient-job': true },
        { 'synchronous-writes': true },
        { granularity: 65_536, 'buf-size': 1_048_576 },
        { bandwidth: 100_000_000, bytes: true },
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('blockcommit' as const),
      disk,
      top: fc.constantFrom(0, 0, 0, 1, 2),
      depth: fc.integer({ min: 1, max: 3 }),
      shallow: fc.boolean(),
      byPlace: fc.boolean(),
      end: fc.constantFrom('pivot', 'pivot', 'keep-overlay'),
      afterwards: fc.constantFrom('kept', 'delete', 'quarantine'),
      relative: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('blockpull' as const),
      disk,
      /** How many layers below the active one are pulled; all of them if undefined. */
      depth: maybe(fc.integer({ min: 1, max: 3 })),
      byPlace: fc.boolean(),
      relative: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('snapshot-create-as' as const),
      name: fc.constantFrom('s1', 's2', 's3'),
      metadata: fc.boolean(),
      atomic: fc.boolean(),
      only: maybe(disk),
      elsewhere: fc.boolean(),
      memory: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, fc.constant(true)),
      live: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('undefine' as const),
      forget: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('redefine' as const), disk: maybe(disk) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('convert' as const),
      disk,
      depth: fc.integer({ min: 1, max: 3 }),
      format: fc.constantFrom('qcow2', 'raw'),
      compress: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('backup-begin' as const),
      only: maybe(disk),
      incremental: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('checkpoint-create' as const),
      name: fc.constantFrom('c1', 'c2'),
      only: maybe(disk),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('checkpoint-delete' as const),
      name: fc.constantFrom('c1', 'c2'),
      metadata: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('restore' as const), only: maybe(disk) }),
  },
);

export type Draft = typeof draft extends fc.Arbitrary<infer D> ? D : never;

const backUp = { kind: 'backup-begin', only: undefined, incremental: false } as const;
const bringBack = { kind: 'restore', only: undefined } as const;

/** A restore needs a backup before it. */
const stepsOfPlan = fc
  .tuple(fc.array(draft, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 9 }))
  .map(([steps, number]): readonly Draft[] =>
    number === 0 ? [...steps.slice(0, 1), backUp, ...steps.slice(1, 2), bringBack] : steps,
  );

export const honestPlan: fc.Arbitrary<HonestPlan> = fc.record({
  guest,
  steps: stepsOfPlan,
  mishap: fc.constantFrom(...MISHAPS),
  at: fc.nat({ max: 7 }),
  back: fc.boolean(),
});
