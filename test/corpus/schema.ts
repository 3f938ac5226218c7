/** Every element and attribute that libvirt's own schema allows in a `<disk>`, read from its RELAX NG files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseXml, XmlElement } from '@rgrove/parse-xml';

/** The files that define a domain; other files of the folder have elements with the same names. */
const FILES = ['basictypes', 'domaincommon', 'networkcommon', 'privatedata', 'storagecommon'];

/** Elements that describe a layer; their content is the same everywhere. */
const LAYERS = ['disk', 'backingStore', 'mirror'];

/** The places of the schema, in the notation of `disk-elements.ts`, with the listed values of an attribute. */
export function schemaPlaces(folder: string): ReadonlyMap<string, readonly string[]> {
  const defines = new Map<string, XmlElement[]>();
  for (const file of FILES) {
    const root = parseXml(readFileSync(join(folder, `${file}.rng`), 'utf8')).root;
    for (const each of within(root))
      if (each.name === 'define')
        defines.set(nameOf(each), [...(defines.get(nameOf(each)) ?? []), each]);
  }
  const places = new Map<string, Set<string>>();
  const seen = new Set<XmlElement>();
  const visit = (node: XmlElement, place: string, refs: readonly string[]): void => {
    const name = nameOf(node);
    if (node.name === 'element') element(node, place);
    else if (node.name === 'attribute') attribute(node, place, refs);
    else if (node.name !== 'ref') for (const part of elementsIn(node)) visit(part, place, refs);
    else if (!refs.includes(name))
      for (const part of (defines.get(name) ?? []).flatMap(elementsIn))
        visit(part, place, [...refs, name]);
  };
  const element = (node: XmlElement, outer: string): void => {
    const name = nameOf(node);
    const inLayer = LAYERS.includes(name) || LAYERS.includes(outer);
    const place = inLayer ? name : `${outer}/${name}`;
    if (!places.has(place)) places.set(place, new Set());
    // A layer below a layer, or in the source of one, adds nothing new.
    if (LAYERS.includes(name) && seen.has(node)) return;
    if (outer.endsWith('dataStore')) return;
    seen.add(node);
    for (const part of elementsIn(node)) visit(part, place, []);
  };
  const attribute = (node: XmlElement, place: string, refs: readonly string[]): void => {
    const at = `${place}@${nameOf(node)}`;
    const values = places.get(at) ?? new Set();
    for (const value of valuesIn(node, defines, refs)) values.add(value);
    places.set(at, values);
  };
  for (const define of defines.get('disk') ?? [])
    for (const part of elementsIn(define)) visit(part, '', []);
  return new Map([...places].map(([at, values]) => [at, [...values]]));
}

function valuesIn(
  node: XmlElement,
  defines: ReadonlyMap<string, readonly XmlElement[]>,
  refs: readonly string[],
): string[] {
  return elementsIn(node).flatMap((part) => {
    if (part.name === 'value') return [part.text.trim()];
    if (part.name !== 'ref') return valuesIn(part, defines, refs);
    const name = nameOf(part);
    return refs.includes(name)
      ? []
      : (defines.get(name) ?? []).flatMap((each) => valuesIn(each, defines, [...refs, name]));
  });
}

function elementsIn(node: XmlElement): XmlElement[] {
  return node.children.filter((each): each is XmlElement => each instanceof XmlElement);
}

function within(node: XmlElement | null): XmlElement[] {
  return node === null ? [] : [node, ...elementsIn(node).flatMap(within)];
}

function nameOf(node: XmlElement): string {
  return node.attributes['name'] ?? '*';
}
