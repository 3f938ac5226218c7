/** The chain that a persistent definition names for a disk. */
import { isChainTerminated, readDomainXml } from './domain-xml.ts';
import type { Layer } from './host-state.ts';
import { memoized } from './memoized.ts';

/** How many texts are cached; what is read from one is small. */
const REMEMBERED = 500;

/** Reads a definition; the text comes from libvirt, so it is well-formed. */
export const readDefinition = memoized(readDomainXml, REMEMBERED);

const ends = memoized(isChainTerminated, REMEMBERED);

/** The layers that a definition names for a disk, and whether it states that the chain ends there. */
export interface DefinedChain {
  readonly layers: readonly Layer[];
  readonly ends: boolean;
}

export function definedChain(xml: string, target: string): DefinedChain {
  const disk = readDefinition(xml).disks.find((each) => each.target === target);
  return { layers: disk?.chain ?? [], ends: ends(xml, target) };
}

/** Whether two definitions name the same layers for a disk. */
export function isSameDefinedChain(a: string, b: string, target: string): boolean {
  return JSON.stringify(definedChain(a, target)) === JSON.stringify(definedChain(b, target));
}
