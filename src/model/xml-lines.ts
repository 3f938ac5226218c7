/** Writes XML in a canonical form, one element per line: two texts that libvirt reads alike give the same lines. */
import { XmlElement, XmlText } from '@rgrove/parse-xml';
import { parseXml } from './xml-tree.ts';

const INDENT = '  ';

/**
 * The lines of an XML text. Quotes, comments and white space between elements are ignored; the order of attributes stays.
 * @throws Error when it is not well-formed
 */
export function xmlLines(xml: string): string[] {
  const { root } = parseXml(xml);
  return root ? linesOf(root, '') : [];
}

function linesOf(element: XmlElement, indent: string): string[] {
  const attributes = Object.entries(element.attributes).map(
    ([name, value]) => ` ${name}='${escaped(value).replaceAll("'", '&apos;')}'`,
  );
  const head = `${indent}<${element.name}${attributes.join('')}`;
  const inner = element.children.flatMap((node): string[] => {
    if (node instanceof XmlElement) return linesOf(node, indent + INDENT);
    const text = node instanceof XmlText ? escaped(node.text.trim()) : '';
    return text === '' ? [] : [indent + INDENT + text];
  });
  if (inner.length === 0) return [`${head}/>`];
  const [only = ''] = inner;
  if (inner.length === 1 && !element.children.some((node) => node instanceof XmlElement))
    return [`${head}>${only.trim()}</${element.name}>`];
  return [`${head}>`, ...inner, `${indent}</${element.name}>`];
}

/** Also escapes line breaks, which would split the line. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\n', '&#10;');
}
