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
  const certain = leastByFolder(products);
  return {
    copies: copied.map(([to, bytes]) => ({
      to,
      ...(bytes === undefined ? {} : { bytes }),
      ...limitIn(products.filter((each) => copiesInto(state, each, to))),
      ...rangeIn(products.filter((each) => copiesInto(state, each, to))),
    })),
    space: needed.map(([folder, bytes]) => ({
      folder,
      ...(bytes === undefined ? {} : { needed: bytes }),
      ...leastIn(certain.get(folder)),
      ...freeIn(state, folder),
    })),
    rollback: rollbackNeeds(phases).map(([folder, bytes]) => ({
      folder,
      needed: bytes,
      ...freeIn(state, folder),
    })),
  };
}

function copiesInto(state: HostState, { file, copied, unknown }: Product, to: string): boolean {
  return (copied > 0 || unknown === true) && isSameFile(state, file, to);
}

/** The speed limit of copies into one file, if all have the same, and how much counts towards it. */
function limitIn(copies: readonly Product[]): Pick<Totals['copies'][number], 'rate' | 'counted'> {
  const [rate, ...others] = new Set(copies.map(({ limit }) => limit?.rate));
  if (rate === undefined || others.length > 0) return {};
  const counted = copies.flatMap(({ limit }) => limit?.counted ?? []);
  return counted.length < copies.length
    ? { rate }
    : { rate, counted: counted.reduce((sum, bytes) => sum + bytes, 0) };
}

/**
 * Why much more can be copied into one file than the files of its source take, and what these take: as a lower bound or, where
 * the amount is known, as `stored`. Empty where it cannot.
 */
function rangeIn(
  copies: readonly Product[],
): Pick<Totals['copies'][number], 'least' | 'stored' | 'because'> {
  const because = copies.find((copy) => copy.because !== undefined)?.because;
  if (because === undefined) return {};
  const least = copies.reduce((sum, copy) => sum + (copy.least ?? copy.copied), 0);
  if (copies.some(isRange)) return { least, because };
  return { ...(copies.every(({ known }) => known) ? { stored: least } : {}), because };
}

/** By folder, what products certainly take; without the folders where none can take much more. */
function leastByFolder(products: readonly Product[]): ReadonlyMap<string, number> {
  const least = new Map<string, number>();
  const ranges = new Set<string>();
  for (const product of products) {
    const folder = dirname(product.file);
    least.set(folder, (least.get(folder) ?? 0) + (product.least ?? product.room));
    if (isRange(product)) ranges.add(folder);
  }
  for (const folder of [...least.keys()]) if (!ranges.has(folder)) least.delete(folder);
  return least;
}

function leastIn(least: number | undefined): { readonly least?: number } {
  return least === undefined ? {} : { least };
}

/** Whether it can take much more than it certainly takes, and how much is unknown. */
function isRange({ because, least, known }: Product): boolean {
  return because !== undefined && least !== undefined && !known;
}

function freeIn(state: HostState, folder: string): { readonly free?: number } {
  const found = state.folders[folder];
  const isUnknown = !found || found.blockedBy !== undefined || found.free === FREE_UNKNOWN;
  return isUnknown ? {} : { free: found.free };
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
