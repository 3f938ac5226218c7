/**
 * What a move changes in a disk of a definition, and what only a person does. libvirt rewrites where the layers of a disk are
 * when the disk moves, and adds notes on the layers below; all else in a definition stays as a person wrote it.
 */
import { XmlElement } from '@rgrove/parse-xml';
import { definedChain, isSameDefinedChain, readDefinition } from './defined-chain.ts';
import { diskElement, setDiskSource, withoutBackingStore } from './domain-xml.ts';
import { memoized } from './memoized.ts';
import { applyEdits } from './xml-edit.ts';

/** What of a disk, or of its driver, belongs to the image and not to the disk. */
const OF_THE_IMAGE: Readonly<Record<string, readonly string[]>> = {
  disk: ['type', 'source', 'backingStore', 'mirror'],
  driver: ['type', 'metadata_cache'],
};

/** Whether two definitions are equal but for the layers of those disks. */
export function isSameBesideLayers(a: string, b: string, targets: readonly string[]): boolean {
  return a === b || besideLayers(a, ...targets) === besideLayers(b, ...targets);
}

/** Whether two definitions are equal but for the layers of their disks. */
export function isSameBesideAllLayers(a: string, b: string): boolean {
  return isSameBesideLayers(a, b, targetsIn(b));
}

/** The targets of the disks in a definition. */
export function targetsIn(definition: string): readonly string[] {
  return readDefinition(definition).disks.map(({ target }) => target);
}

/**
 * A definition with the layers of some disks as another one has them. A disk that differs in nothing else becomes the same,
 * byte for byte; what a person has changed in a disk stays, and so does the rest of the definition.
 * @param from a former definition; a disk that one of the two lacks or has without a source, or that a person has made one
 *   that blockplan does not support, stays as it is
 */
export function withLayersOf(xml: string, from: string, targets: readonly string[]): string {
  return targets.reduce((text, target) => withLayersOfDisk(text, from, target), xml);
}

function withLayersOfDisk(xml: string, from: string, target: string): string {
  const [is, was] = [diskElement(xml, target), diskElement(from, target)];
  const [source] = definedChain(from, target).layers;
  const disk = readDefinition(xml).disks.find((each) => each.target === target);
  if (!is || !was || !source || !disk?.chain[0] || disk.unsupported) return xml;
  if (JSON.stringify(besideImage(is)) === JSON.stringify(besideImage(was)))
    return applyEdits(xml, [{ ...rangeOf(is), text: from.slice(was.start, was.end) }]);
  const moved = setDiskSource(xml, target, source);
  return isSameDefinedChain(moved, from, target) ? moved : withoutBackingStore(moved, target);
}

const besideLayers = memoized((xml: string, ...targets: string[]): string => {
  const disks = targets.flatMap((target) => diskElement(xml, target) ?? []);
  return applyEdits(
    xml,
    disks.map((disk) => ({ ...rangeOf(disk), text: JSON.stringify(besideImage(disk)) })),
  );
}, 100);

function rangeOf({ start, end }: XmlElement) {
  return { start, end };
}

/** An element without what belongs to the image. */
function besideImage({ name, attributes, children }: XmlElement): readonly unknown[] {
  const own = (each: string) => !OF_THE_IMAGE[name]?.includes(each);
  const inside = children.flatMap((node): unknown[] => {
    if (!(node instanceof XmlElement)) return [node.toJSON()].filter(hasText);
    if (!own(node.name)) return [];
    const kept = besideImage(node);
    return isBareDriver(node.name, kept) ? [] : [kept];
  });
  return [name, Object.entries(attributes).filter(([each]) => own(each)), inside];
}

/** White space between elements says nothing. */
function hasText(node: object): boolean {
  return 'text' in node && typeof node.text === 'string' && node.text.trim() !== '';
}

/** A driver that says only that QEMU is used: libvirt writes it where a format requires one. */
function isBareDriver(name: string, [, attributes, inside]: readonly unknown[]): boolean {
  const said = JSON.stringify([attributes, inside]);
  return name === 'driver' && ['[[],[]]', '[[["name","qemu"]],[]]'].includes(said);
}
