/** The part of a disk's chain that a plan names: by paths, or by places such as `vda[2]`. */
import { codes } from '../codes.ts';
import { layerAt } from '../model/layer-name.ts';
import { diskOf, type Layer, type World } from '../model/world.ts';
import { type Needs, type Refusal, refuseStep } from './requirements/requirement.ts';

/** The words of a plan that name it. */
export interface RangeWords {
  readonly disk: string;
  /** Whether the active layer is committed. */
  readonly active: boolean;
  /** The topmost layer; the active one unless told. */
  readonly top?: string;
  /** The layer below that takes the data; the one directly below `top` unless told. */
  readonly base?: string;
}

/** The layers that go into the base, topmost first, and the base. */
export interface Range {
  readonly committed: readonly Layer[];
  readonly base: Layer;
}

/** The range; undefined where the chain does not have it: a guest that stopped before the phase began shows no chain. */
export function findRange(words: RangeWords, world: World): Range | undefined {
  const found = rangeOf(words, world);
  return Array.isArray(found) ? undefined : found;
}

/** The same, where a requirement has made sure that there is one. */
export function knownRange(words: RangeWords, world: World): Range {
  const range = findRange(words, world);
  if (!range) throw new Error(`the chain of ${words.disk} is not what the plan says`);
  return range;
}

/** Requires that the chain has the layers. @returns the range; undefined where it has not */
export function inChain(needs: Needs, words: RangeWords, world: World): Range | undefined {
  const range = rangeOf(words, world);
  needs.require(
    `the layers are in the chain of ${words.disk}`,
    'domain',
    Array.isArray(range) ? range : [],
  );
  if (Array.isArray(range)) return undefined;
  needs.require(`there is ${range.base.file}`, { file: range.base.file });
  return range;
}

/** The range, or what of the words does not fit the chain. */
function rangeOf(words: RangeWords, world: World): Range | Refusal[] {
  const disk = diskOf(world, words.disk);
  if (!disk) return [refuseStep(codes.diskNotFound, 'disk', `there is no disk ${words.disk}`)];
  const { chain } = disk;
  const top = words.top === undefined ? 0 : layerAt(world, disk, words.top);
  const misplaced = checkTop(words, chain, top);
  if (misplaced.length > 0) return misplaced;
  const base = words.base === undefined ? top + 1 : layerAt(world, disk, words.base);
  const below = chain[base];
  if (!below)
    return words.base === undefined
      ? refused('shallow', `there is no layer below ${chain[top]?.file} to commit into`)
      : refused('base', `${words.base} is not in ${chainText(words, chain)}`);
  return base > top
    ? { committed: chain.slice(top, base), base: below }
    : refused(
        'base',
        `${words.base} is not below ${chain[top]?.file} in ${chainText(words, chain)}`,
      );
}

/** Refuses a topmost layer that is not there, and one that is the active layer, or is not, against what the plan says. */
function checkTop(words: RangeWords, chain: readonly Layer[], top: number): Refusal[] {
  const { active, disk } = words;
  if (top < 0) return refused('top', `${words.top} is not in ${chainText(words, chain)}`);
  if (top > 0 && active)
    return refused(
      'top',
      `${words.top} is not the active layer of ${disk}: ${filesText(chain)}`,
      'leave "active" and "pivot" out, or name the active layer',
    );
  return top === 0 && !active
    ? refused(
        'top',
        `${words.top} is the active layer of ${disk}`,
        'add "active: true" and "pivot: true"',
      )
    : [];
}

function refused(key: 'top' | 'base' | 'shallow', message: string, hint?: string): Refusal[] {
  return [refuseStep(codes.layerMismatch, key, message, hint)];
}

function chainText({ disk }: RangeWords, chain: readonly Layer[]): string {
  return `the chain of ${disk}: ${filesText(chain)}`;
}

function filesText(chain: readonly Layer[]): string {
  return chain.map(({ file }) => file).join(' -> ');
}
