/**
 * The chain that a persistent definition names for a disk. Reading XML is dear, and the same few definitions come again
 * and again in a proof's many states: so what was read of the last ones is remembered.
 */
import { isChainTerminated, readDomainXml } from './domain-xml.ts';
import type { Layer } from './host-state.ts';

const REMEMBERED = 500;

/** The same function, which remembers what it made of the last few hundred arguments. */
export function memoized<T>(make: (...words: string[]) => T): (...words: string[]) => T {
  const known = new Map<string, T>();
  return (...words) => {
    const key = words.join('\0');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(...words);
    if (known.size >= REMEMBERED) known.clear();
    known.set(key, made);
    return made;
  };
}

/** What a definition says; the text has been libvirt's, so it can be read. */
export const readDefinition = memoized((xml) => readDomainXml(xml ?? ''));

const ends = memoized((xml = '', target = '') => isChainTerminated(xml, target));

/** The layers that a definition names for a disk, and whether it says that there are none below them. */
export interface DefinedChain {
  readonly layers: readonly Layer[];
  readonly ends: boolean;
}

export function definedChain(xml: string, target: string): DefinedChain {
  const disk = readDefinition(xml).disks.find((each) => each.target === target);
  return { layers: disk?.chain ?? [], ends: ends(xml, target) };
}
