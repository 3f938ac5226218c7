/** What a plan copies and how much room it takes, added up over its steps. */
import { dirname } from 'node:path';
import type { World } from '../model/world.ts';
import type { Totals } from './preview.ts';
import { rollbackNeeds } from './rollback-room.ts';
import type { Walked } from './walked.ts';

/** What a World read from facts has for free space that the facts do not tell. */
export const FREE_UNTOLD = Number.MAX_SAFE_INTEGER;

/** @param world the World before the first step, whose folders have been looked at */
export function previewAmounts(
  phases: readonly Walked[],
  world: World,
): Pick<Totals, 'copies' | 'space' | 'rollback'> {
  const products = phases
    .filter(({ node }) => node.first)
    .flatMap(({ node: { planned }, start }) => planned.step.products(planned.params, start));
  const copied = sums(
    products.map(({ file, copied, unknown }) => [file, unknown ? undefined : copied]),
  );
  const needed = sums(
    products.map(({ file, room, unknown }) => [dirname(file), unknown ? undefined : room]),
  );
  return {
    copies: copied.map(([to, bytes]) => ({ to, ...(bytes === undefined ? {} : { bytes }) })),
    space: needed.map(([folder, bytes]) => ({
      folder,
      ...(bytes === undefined ? {} : { needed: bytes }),
      ...freeIn(world, folder),
    })),
    rollback: rollbackNeeds(phases).map(([folder, bytes]) => ({
      folder,
      needed: bytes,
      ...freeIn(world, folder),
    })),
  };
}

function freeIn(world: World, folder: string): { readonly free?: number } {
  const free = world.folders[folder]?.free ?? FREE_UNTOLD;
  return free === FREE_UNTOLD ? {} : { free };
}

/**
 * Added up by name, in the order in which the names come first; what adds up to nothing is left out. An amount that nobody
 * knows makes the sum unknown.
 */
function sums(
  entries: readonly (readonly [name: string, amount: number | undefined])[],
): [string, number | undefined][] {
  const totals = new Map<string, number | undefined>();
  for (const [name, amount] of entries) {
    const sum = totals.has(name) ? totals.get(name) : 0;
    totals.set(name, sum === undefined || amount === undefined ? undefined : sum + amount);
  }
  return [...totals].filter(([, amount]) => amount !== 0);
}
