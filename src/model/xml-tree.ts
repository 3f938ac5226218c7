/** The only way to parse XML: limits the depth, so that recursive walks over the tree cannot overflow the stack. */
import { type ParserOptions, parseXml as parsed, type XmlDocument } from '@rgrove/parse-xml';

/** libvirt's limit as well: libxml2 refuses deeper XML (parserInternals.h, `xmlParserMaxDepth`). */
const DEEPEST = 256;

/**
 * @throws Error when it is not well-formed, or nested deeper than libvirt would read
 */
export function parseXml(xml: string, options?: ParserOptions): XmlDocument {
  if (isDeeperThan(DEEPEST, xml))
    throw new Error(`the XML is nested deeper than ${DEEPEST} levels`);
  return parsed(xml, options);
}

/** Counts tags in one pass. The result is unreliable for a text that is not well-formed, which the parser refuses. */
function isDeeperThan(limit: number, xml: string): boolean {
  let depth = 0;
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const end = endOfMarkup(xml, at);
    if (end === undefined) return false;
    if (xml[at + 1] === '/') depth--;
    else if (xml[at + 1] !== '!' && xml[at + 1] !== '?' && xml[end - 2] !== '/') depth++;
    if (depth > limit) return true;
    at = end;
  }
  return false;
}

/** The index after a tag, a comment, a CDATA section or an instruction; undefined where it never ends. */
function endOfMarkup(xml: string, at: number): number | undefined {
  for (const [begin, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const) {
    if (!xml.startsWith(begin, at)) continue;
    const found = xml.indexOf(end, at + begin.length);
    return found < 0 ? undefined : found + end.length;
  }
  // A `>` may be inside an attribute.
  for (let index = at + 1; index < xml.length; index++) {
    const sign = xml[index];
    if (sign === '>') return index + 1;
    if (sign !== '"' && sign !== "'") continue;
    index = xml.indexOf(sign, index + 1);
    if (index < 0) return undefined;
  }
  return undefined;
}
