/** Reads the layers of a disk from XML elements, and the properties that blockplan does not support. */
import { XmlElement } from '@rgrove/parse-xml';
import { propertyAt, propertyText } from './disk-elements.ts';
import type { Layer } from './host-state.ts';

/** The elements that stand for a layer, with a source and layers below. */
const LAYERS: readonly string[] = ['disk', 'backingStore', 'mirror'];

/** The attributes of a source that name a file, a block device or a volume, by the layer's type. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  file: ['file'],
  block: ['dev'],
  volume: ['pool', 'volume', 'mode'],
};

/** Every attribute with a location that blockplan can set or remove. */
export const LOCATION_ATTRIBUTES: readonly string[] = Object.values(PLACES).flat();

export function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (node): node is XmlElement => node instanceof XmlElement && node.name === name,
  );
}

export function child(element: XmlElement, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

/** The layer's type, which decides how libvirt reads its source; `file` by default (src/conf/domain_conf.c). */
export function typeOf(layer: XmlElement): string {
  return layer.attributes.type ?? 'file';
}

/**
 * The location of a layer's data: a path for files and block devices, otherwise a URL-like word that can be compared;
 * undefined for an empty drive. Attributes that libvirt ignores for that type of layer are ignored here too.
 */
export function sourceOf(layer: XmlElement): string | undefined {
  const source = child(layer, 'source');
  if (!source) return undefined;
  const { file, dev, dir, path, name, namespace, protocol, pool, volume } = source.attributes;
  const type = typeOf(layer);
  switch (type) {
    case 'file':
      return file;
    case 'block':
      return dev;
    case 'network':
      return `${protocol ?? 'network'}:${name ?? ''}`;
    case 'volume':
      return pool === undefined ? undefined : `pool:${pool}/${volume ?? ''}`;
    default:
      return `${type}:${dir ?? path ?? dev ?? namespace ?? ''}`;
  }
}

/** libvirt treats an image without a format as raw (src/qemu/qemu_domain.c, qemuDomainDeviceDiskDefPostParse). */
export function formatOf(layer: XmlElement): string {
  return (
    child(layer, 'driver')?.attributes.type ?? child(layer, 'format')?.attributes.type ?? 'raw'
  );
}

/** The layers of a disk, the active one first, down to the first that names no location. */
export function chainOf(disk: XmlElement): Layer[] {
  const chain: Layer[] = [];
  for (let layer: XmlElement | undefined = disk; layer; layer = child(layer, 'backingStore')) {
    const file = sourceOf(layer);
    if (file === undefined) break;
    chain.push({
      file,
      format: formatOf(layer),
      ...(typeOf(layer) === 'block' ? { block: true } : {}),
      ...indexOf(layer),
    });
  }
  return chain;
}

/** libvirt writes the active layer's index on its source, and that of a layer below on its `<backingStore>`. */
function indexOf(layer: XmlElement): { index?: number } {
  const index =
    layer.name === 'backingStore'
      ? layer.attributes.index
      : child(layer, 'source')?.attributes.index;
  return index === undefined ? {} : { index: Number(index) };
}

/** The properties of a disk that blockplan does not support, each once, as `propertyText` writes it. */
export function unsupportedIn(disk: XmlElement): readonly string[] {
  return [...new Set(refusedIn(disk, disk.name))];
}

function refusedIn(element: XmlElement, place: string): string[] {
  const attributes = Object.entries(element.attributes).flatMap(([name, value]) =>
    refusedAttribute(`${place}@${name}`, value),
  );
  const isLayer = LAYERS.includes(place);
  // For a disk on the network the type alone explains it.
  const explained = isLayer && attributes.length > 0 && sourceIsElsewhere(element);
  const inside = element.children.flatMap((node) => {
    if (!(node instanceof XmlElement) || (explained && node.name === 'source')) return [];
    const at = isLayer ? node.name : `${place}/${node.name}`;
    const property = propertyAt(at);
    if (property === undefined || property.treatment === 'refused') return [propertyText(at)];
    return property.whole ? [] : refusedIn(node, at);
  });
  return [...attributes, ...inside];
}

function sourceIsElsewhere(layer: XmlElement): boolean {
  return PLACES[typeOf(layer)] === undefined;
}

function refusedAttribute(at: string, value: string): string[] {
  const property = propertyAt(at);
  if (property === undefined || property.treatment === 'refused') return [propertyText(at)];
  const { values, refusedValues = {} } = property;
  if (values === undefined || values.includes(value)) return [];
  // A value that libvirt does not know may be anything, so it must not appear in facts and reports.
  return [propertyText(at, Object.hasOwn(refusedValues, value) ? value : undefined)];
}
