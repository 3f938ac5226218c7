/** The steps of generated plans, made for the host state in which each begins. */
import { join } from 'node:path';
import { diskOf, type HostState, type Layer } from '../../src/model/host-state.ts';
import { DISK_SIZE } from './bare-guest.ts';
import type { Draft } from './honesty-plans.ts';

/** The folder that files are moved to, beside one of the plan's files. */
export const ASIDE = 'aside';

/** The folder of the guest's backups, beside the plan's files. */
export const STORE = 'store';

export type Params = Readonly<Record<string, unknown>>;

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
  /** Set if the guest is stopped before the step. */
  readonly off?: true;
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
  const onlyOn = (target: string | undefined) =>
    target === undefined ? {} : { disks: [targetOf(target)] };
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
    case 'checkpoint-create':
      return {
        kind: step.kind,
        params: {
          name: step.name,
          ...(step.only === undefined ? {} : { disks: [targetOf(step.only)] }),
        },
      };
    case 'checkpoint-delete':
      return {
        kind: step.kind,
        params: { checkpointname: step.name, ...flag('metadata', step.metadata) },
      };
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
    case 'backup-begin': {
      const incremental = step.incremental ? { incremental: 'auto' } : {};
      return {
        kind: step.kind,
        params: { store: join(folder, STORE), name: place, ...onlyOn(step.only), ...incremental },
      };
    }
    case 'restore':
      return {
        kind: step.kind,
        params: {
          ...{ store: join(folder, STORE), backup: 'latest', dest: folder },
          ...onlyOn(step.only),
        },
        off: true,
      };
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
