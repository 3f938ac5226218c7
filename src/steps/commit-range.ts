/** The layers that a commit merges into one below them. */

import type { Disk } from '../model/host-state.ts';
import { layerAt } from '../model/layer-name.ts';
import { chainText, filesText, type NamedRange, notInChain } from './chain-range.ts';
import type { Refusal } from './requirements/requirement.ts';

/** The options of a plan that name them. */
export interface CommitRangeParams {
  readonly disk: string;
  /** Whether the active layer is committed. */
  readonly active: boolean;
  /** The topmost layer; the active one by default. */
  readonly top?: string;
  /** The layer below that takes the data; the one directly below `top` by default. */
  readonly base?: string;
}

export function commitRange(words: CommitRangeParams): NamedRange {
  return {
    disk: words.disk,
    find(disk, state) {
      const { chain } = disk;
      const top = words.top === undefined ? 0 : layerAt(state, disk, words.top);
      const misplaced = checkTop(words, disk, top);
      if (misplaced.length > 0) return misplaced;
      const at = words.base === undefined ? top + 1 : layerAt(state, disk, words.base);
      const into = chain[at];
      if (!into)
        return words.base === undefined
          ? notInChain('shallow', `${chain[top]?.file} has no layer below it to commit into`)
          : notInChain('base', `${words.base} is not in ${chainText(disk)}`);
      return at > top
        ? { merged: chain.slice(top, at), into }
        : notInChain(
            'base',
            `${words.base} is not below ${chain[top]?.file} in ${chainText(disk)}`,
          );
    },
  };
}

/** Refuses a topmost layer that is not in the chain, or that contradicts the plan on being the active layer. */
function checkTop({ active, top: name }: CommitRangeParams, disk: Disk, top: number): Refusal[] {
  const { chain, target } = disk;
  if (top < 0) return notInChain('top', `${name} is not in ${chainText(disk)}`);
  if (top > 0 && active)
    return notInChain(
      'top',
      `${name} is not the active layer of ${target}: ${filesText(chain)}`,
      'leave "active" and "pivot" out, or name the active layer',
    );
  return top === 0 && !active
    ? notInChain(
        'top',
        `${name} is the active layer of ${target}`,
        'add "active: true" and "pivot: true"',
      )
    : [];
}
