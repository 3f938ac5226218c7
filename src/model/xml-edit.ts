/** Edits XML as ranges of its text, so that every byte outside them stays. */
import type { XmlElement } from '@rgrove/parse-xml';

/** A range of the text; its end is not included. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface Edit extends TextRange {
  readonly text: string;
}

/** The text with the ranges replaced; they must not overlap. */
export function applyEdits(xml: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), xml);
}

/** Replaces an attribute's value in the element's start tag, keeping its quotes; no edit where the value is the same. */
export function setAttribute(
  xml: string,
  element: XmlElement,
  name: string,
  value: string,
): Edit[] {
  if (element.attributes[name] === value) return [];
  const found = findAttribute(xml, element, name);
  if (found) return [{ ...found.value, text: escapeXml(value) }];
  const at = element.start + 1 + element.name.length;
  return [{ start: at, end: at, text: ` ${name}='${escapeXml(value)}'` }];
}

/** Gives an attribute another name and value, keeping its quotes; no edit where both are the same. */
export function renameAttribute(
  xml: string,
  element: XmlElement,
  name: string,
  newName: string,
  value: string,
): Edit[] {
  const found = name === newName ? undefined : findAttribute(xml, element, name);
  return [
    ...(found ? [{ ...found.name, text: newName }] : []),
    ...setAttribute(xml, element, name, value),
  ];
}

/** Removes an attribute from the element's start tag, with the white space before it. */
export function removeAttribute(xml: string, element: XmlElement, name: string): Edit[] {
  const found = findAttribute(xml, element, name);
  if (!found) return [];
  const space = /\s*$/.exec(xml.slice(0, found.name.start))?.[0].length ?? 0;
  return [{ start: found.name.start - space, end: found.value.end + 1, text: '' }];
}

/** The ranges of an attribute's name and of its value without the quotes. */
function findAttribute(
  xml: string,
  element: XmlElement,
  name: string,
): { name: TextRange; value: TextRange } | undefined {
  const tag = startOf(xml, element);
  const words = /\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
  const found = [...tag.matchAll(words)].find((each) => each[1] === name);
  if (!found) return undefined;
  const start = element.start + found.index + 1;
  const end = element.start + found.index + found[0].length - 1;
  const value = found[2] ?? found[3] ?? '';
  return {
    name: { start, end: start + name.length },
    value: { start: end - value.length, end },
  };
}

/** The range between an element's tags; undefined where it has only one tag. */
export function contentOf(xml: string, element: XmlElement): TextRange | undefined {
  const start = xml.indexOf('>', element.start + startOf(xml, element).length) + 1;
  const end = xml.lastIndexOf('</', element.end - 1);
  return start >= element.end || end < start ? undefined : { start, end };
}

/** An element's start tag up to its last attribute. */
function startOf(xml: string, { start }: XmlElement): string {
  return /^<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*/.exec(xml.slice(start))?.[0] ?? '';
}

/** The element's range, with the white space before it. */
export function withLeadingSpace(xml: string, element: XmlElement): TextRange {
  return { start: xml.slice(0, element.start).trimEnd().length, end: element.end };
}

/** The text escaped for an attribute, with either kind of quotes, and for use between tags. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
}
