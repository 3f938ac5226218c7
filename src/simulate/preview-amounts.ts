/** How much a plan copies and how much space it needs, summed over its steps. */
import { dirname } from 'node:path';
import { isSameFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { Product } from '../steps/sizes.ts';
import type { Totals } from './preview.ts';
import { rollbackNeeds } from './rollback-room.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** The free space in a host state read from facts, if the facts do not include it. */
export const FREE_UNKNOWN = Number.MAX_SAFE_INTEGER;

/** @param state the host state before the first step, with its folders */
export function previewAmounts(
  phases: readonly WalkedPhase[],
  state: HostState,
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
    copies: copied.map(([to, bytes]) => ({
      to,
      ...(bytes === undefined ? {} : { bytes }),
      ...rateOf(products.filter(({ file, copied }) => copied > 0 && isSameFile(state, file, to))),
    })),
    space: needed.map(([folder, bytes]) => ({
      folder,
      ...(bytes === undefined ? {} : { needed: bytes }),
      ...freeIn(state, folder),
    })),
    rollback: rollbackNeeds(phases).map(([folder, bytes]) => ({
      folder,
      needed: bytes,
      ...freeIn(state, folder),
    })),
  };
}

/** The speed limit of copies into one file, if all have the same. */
function rateOf(copies: readonly Product[]): Pick<Product, 'rate'> {
  const [rate, ...others] = new Set(copies.map((copy) => copy.rate));
  return rate === undefined || others.length > 0 ? {} : { rate };
}

function freeIn(state: HostState, folder: string): { readonly free?: number } {
  const free = state.folders[folder]?.free ?? FREE_UNKNOWN;
  return free === FREE_UNKNOWN ? {} : { free };
}

/**
 * Sums the amounts by name, in the order of the names' first occurrences; sums of zero are left out. An unknown amount makes
 * the sum unknown.
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
