/** Reads a preview's page in a test. */
import { parseXml, XmlElement, type XmlNode, XmlText } from '@rgrove/parse-xml';
import { SCRIPT } from '../src/render/html-script.ts';

/** The page's body, which is also well-formed XML but for its script. */
export function bodyOf(page: string): XmlElement {
  const body = /<body>.*<\/body>/s.exec(page.replace(`<script>${SCRIPT}</script>`, ''))?.[0] ?? '';
  const { root } = parseXml(body);
  if (!root) throw new Error('The page has no body.');
  return root;
}

/** All elements below it, in the order of the page. */
export function elements(node: XmlElement): XmlElement[] {
  return node.children.flatMap((child) =>
    child instanceof XmlElement ? [child, ...elements(child)] : [],
  );
}

/** Those with that name. */
export function named(root: XmlElement, name: string): XmlElement[] {
  return elements(root).filter((element) => element.name === name);
}

/** Those with that class. */
export function looking(root: XmlElement, look: string): XmlElement[] {
  return elements(root).filter((each) => each.attributes['class']?.split(' ').includes(look));
}

/** The texts in the order of the page, with a space between elements. */
export function textOf(node: XmlNode): string {
  if (node instanceof XmlText) return node.text;
  return node instanceof XmlElement ? node.children.map(textOf).join('') : '';
}

/** The text in one line. */
export const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
