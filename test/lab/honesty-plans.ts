/** Generated plans of every kind of step, over chains of every shape, with faults. A seed reproduces them. */
import { join } from 'node:path';
import fc from 'fast-check';
import { diskOf, type HostState, type Layer } from '../../src/model/host-state.ts';
import { type BareSpec, DISK_SIZE } from './bare-guest.ts';

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

/** The folder that files are moved to, beside one of the plan's files. */
export const ASIDE = 'aside';

export type Params = Readonly<Record<string, unknown>>;

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
);

export type Draft = typeof draft extends fc.Arbitrary<infer D> ? D : never;

export const honestPlan: fc.Arbitrary<HonestPlan> = fc.record({
  guest,
  steps: fc.array(draft, { minLength: 1, maxLength: 4 }),
  mishap: fc.constantFrom(...MISHAPS),
  at: fc.nat({ max: 7 }),
  back: fc.boolean(),
});

/** An image that is created for a step. */
export interface Image {
  readonly file: string;
  readonly format: string;
  readonly size: number;
  readonly backing?: Layer;
}

export interface Drawn {
  readonly kind: string;
  readonly params: Params;
  readonly prepare?: Image;
}

/**
 * A step on the host state in which it begins, and the image that it needs.
 * @param folder the folder of its files
 * @param place a word that no other step of the plan has
 */
export function drawn(step: Draft, state: HostState, folder: string, place: string): Drawn {
  const named = (target: string) => diskOf(state, target) ?? diskOf(state, 'vda');
  const chainOf = (target: string) => named(target)?.chain ?? [];
  const targetOf = (target: string) => named(target)?.target ?? 'vda';
  const flag = (name: string, is: boolean) => (is ? { [name]: true } : {});
  const dest = join(folder, `${place}.new`);
  switch (step.kind) {
    case 'blockcopy': {
      const chain = chainOf(step.disk);
      const format = step.reuse ? (step.format ?? 'qcow2') : step.format;
      const shallow = step.shallow && format !== 'raw';
      const below = shallow ? chain[1] : undefined;
      return {
        kind: step.kind,
        params: {
          disk: targetOf(step.disk),
          dest,
          ...flag('shallow', shallow),
          ...flag('reuse-external', step.reuse),
          ...(format === undefined ? {} : { format }),
          ...(step.pivot ? { pivot: true } : { finish: true }),
          ...step.more,
        },
        ...(step.reuse
          ? {
              prepare: {
                file: dest,
                format: format ?? 'qcow2',
                size: DISK_SIZE,
                ...(below === undefined ? {} : { backing: below }),
              },
            }
          : {}),
      };
    }
    case 'blockcommit': {
      const target = targetOf(step.disk);
      const chain = chainOf(step.disk);
      const layer = (at: number) => {
        const found = chain[Math.min(at, chain.length - 1)];
        return step.byPlace && found?.index !== undefined
          ? `${target}[${found.index}]`
          : found?.file;
      };
      const keeps = step.end === 'keep-overlay';
      return {
        kind: step.kind,
        params: {
          disk: target,
          ...(step.top > 0 ? { top: layer(step.top) } : { [step.end]: true }),
          ...(step.shallow ? { shallow: true } : { base: layer(step.top + step.depth) }),
          ...flag('delete', step.afterwards === 'delete' && !(step.top === 0 && keeps)),
          ...(step.afterwards === 'quarantine' && !(step.top === 0 && keeps)
            ? { quarantine: join(folder, ASIDE) }
            : {}),
          ...flag('keep-relative', step.relative),
        },
      };
    }
    case 'blockpull': {
      const target = targetOf(step.disk);
      const chain = chainOf(step.disk);
      const found = step.depth === undefined ? undefined : chain[step.depth];
      const byPlace = step.byPlace && found?.index !== undefined;
      const base = found && (byPlace ? `${target}[${found.index}]` : found.file);
      return {
        kind: step.kind,
        params: {
          disk: target,
          ...(base === undefined ? {} : { base }),
          ...flag('keep-relative', step.relative && base !== undefined),
        },
      };
    }
    case 'snapshot-create-as': {
      const only = step.only === undefined ? undefined : targetOf(step.only);
      const diskspec =
        only === undefined
          ? {}
          : {
              diskspec: [
                { disk: only, ...(step.elsewhere ? { file: dest } : {}) },
                { disk: '*', snapshot: 'no' },
              ],
            };
      return {
        kind: step.kind,
        params: {
          name: step.name,
          ...(step.memory
            ? { memspec: { file: `${dest}.memory` }, ...flag('live', step.live) }
            : { 'disk-only': true }),
          ...flag('atomic', step.atomic),
          ...flag('no-metadata', !step.metadata),
          ...diskspec,
        },
      };
    }
    case 'undefine':
      return { kind: step.kind, params: flag('snapshots-metadata', step.forget) };
    case 'redefine': {
      const target = step.disk === undefined ? undefined : targetOf(step.disk);
      const source = target === undefined ? undefined : chainOf(target)[0]?.file;
      return {
        kind: step.kind,
        params: source === undefined ? {} : { disk: target, source },
      };
    }
    case 'convert': {
      const chain = chainOf(step.disk);
      return {
        kind: step.kind,
        params: {
          source: chain[Math.min(step.depth, chain.length - 1)]?.file ?? dest,
          dest,
          'target-format': step.format,
          ...flag('compress', step.compress && step.format === 'qcow2'),
        },
      };
    }
  }
}
