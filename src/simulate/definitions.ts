/**
 * What libvirt makes of persistent definitions. Reading XML is the dearest thing that a simulated host does, and the same
 * few definitions come again in each of a proof's many states: so what was read of the last ones is remembered.
 */
import { readDomainXml, setDiskSource } from '../model/domain-xml.ts';
import type { Disk, Layer } from '../model/world.ts';
import { onDisk, onDomain, type SimulatedHost } from './host-state.ts';

const REMEMBERED = 500;

function remembering<T>(make: (...words: string[]) => T): (...words: string[]) => T {
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
export const readDefinition = remembering((xml) => readDomainXml(xml ?? ''));

const moved = remembering((xml = '', target = '', file = '', format = '', block = '') =>
  setDiskSource(xml, target, { file, format, ...(block ? { block: true as const } : {}) }),
);

/** After the pivot of a copy libvirt adds an explicit end of the chain to the persistent definition. */
const ended = remembering((xml = '', target = '') => {
  const at = xml.indexOf(`<target dev='${target}'`);
  return at < 0 ? xml : `${xml.slice(0, at)}<backingStore/>\n      ${xml.slice(at)}`;
});

/**
 * libvirt moves the persistent definition along where it names the same file as the running guest.
 * @param chainEnds whether it also writes down that nothing is below the new file
 */
export function definitionFollows(
  host: SimulatedHost,
  target: string,
  former: string | undefined,
  layer: Layer,
  chainEnds = false,
): SimulatedHost {
  const { disks, definition, persistent } = host.world.domain;
  const disk = disks.find((each) => each.target === target);
  if (!persistent || former === undefined || disk?.persistentSource !== former) return host;
  const followed = onDisk(host, target, (each) => ({ ...each, persistentSource: layer.file }));
  if (definition === undefined) return followed;
  const xml = moved(definition, target, layer.file, layer.format, layer.block ? 'block' : '');
  return onDomain(followed, { definition: chainEnds ? ended(xml, target) : xml });
}

/** The disks of a guest that is off: those of its definition, which tells no more of a chain than was written into it. */
export function definedDisks(host: SimulatedHost): Disk[] {
  const { definition, disks } = host.world.domain;
  if (definition === undefined) return [];
  return readDefinition(definition).disks.map((disk) => {
    const source = disk.chain[0]?.file;
    const capacity = disks.find(({ target }) => target === disk.target)?.capacity;
    return {
      ...disk,
      ...(source === undefined ? {} : { persistentSource: source }),
      ...(capacity === undefined ? {} : { capacity }),
    };
  });
}
