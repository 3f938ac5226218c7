/** The chain that a persistent definition names for a disk. */
import { isChainTerminated, readDomainXml } from './domain-xml.ts';
import type { Layer } from './host-state.ts';
import { memoized } from './memoized.ts';

/** So many texts are remembered; what is read of one is small. */
const REMEMBERED = 500;

/** What a definition says; the text has been libvirt's, so it can be read. */
export const readDefinition = memoized(readDomainXml, REMEMBERED);

const ends = memoized(isChainTerminated, REMEMBERED);

/** The layers that a definition names for a disk, and whether it says that there are none below them. */
export interface DefinedChain {
  readonly layers: readonly Layer[];
  readonly ends: boolean;
}

export function definedChain(xml: string, target: string): DefinedChain {
  const disk = readDefinition(xml).disks.find((each) => each.target === target);
  return { layers: disk?.chain ?? [], ends: ends(xml, target) };
}
