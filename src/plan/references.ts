/** Finds `${…}` in a text, and replaces each reference with its value. */
import { type Code, codes } from '../codes.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import type { SourcePositions } from './source-positions.ts';
import { quoted } from './words.ts';

export type Scalar = string | number | boolean;

/** What a reference stands for: its value, and the text that replaces it inside a longer text. */
export interface ResolvedName {
  readonly value: Scalar;
  readonly written: string;
  /** Set if the value depends on the guest or on the run. */
  readonly ofHost?: true;
}

/** Why a name has no value; without a message if that was already reported. */
export interface UnresolvedName {
  readonly code?: Code;
  readonly message?: string;
  readonly hint?: string | undefined;
}

/** Resolves a name such as `vars.dest`. */
export type Lookup = (name: string) => ResolvedName | UnresolvedName;

/** `$${` is a literal `${`. A `${` without `}` is an error and matches the rest of the text, to keep the search linear. */
const SIGNS = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** In characters. Longer than any path, and short enough that variables cannot inflate a plan. */
export const LONGEST_TEXT = 10_000;

/** Whether the text is a single reference, whose value keeps its type. */
function isOneReference(text: string): boolean {
  return /^\$\{[^}]*\}$/.test(text);
}

/** Whether the text contains a reference, or an escaped one. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

/**
 * The text with its references replaced. Replaced values are not searched for references again.
 *
 * @returns undefined if a reference is wrong, which is added to `findings`
 */
export function substitute(
  text: string,
  path: Path,
  { lookup, findings, places }: { lookup: Lookup; findings: Findings; places: SourcePositions },
): ResolvedName | undefined {
  let isWhole = true;
  let only: ResolvedName | undefined;
  let ofHost: Pick<ResolvedName, 'ofHost'> = {};
  let length = text.length;
  const locate = places.locatorWithin(path);
  // Without a path, so that a second wrong reference in the same text is reported too.
  const addUnknown = (unknown: UnresolvedName, from: number, width: number) => {
    isWhole = false;
    const { code = codes.unknownReference, message, hint } = unknown;
    if (message === undefined || findings.isFull) return;
    findings.add(errorFinding(code, message, { position: locate(from, width), hint }));
  };
  const replace = (sign: string, name: string | undefined, end: string | undefined, at: number) => {
    if (name === undefined) return '${';
    const answer = end === '}' ? lookup(name) : NEVER_CLOSED;
    if ('value' in answer) {
      only = answer;
      if (answer.ofHost) ofHost = { ofHost: true };
      length += answer.written.length;
      return length > LONGEST_TEXT * 2 ? '' : answer.written;
    }
    addUnknown(answer, at, end === '}' ? sign.length : 2);
    return sign;
  };
  const result = text.replace(SIGNS, replace);
  if (isWhole && (length > LONGEST_TEXT * 2 || result.length > LONGEST_TEXT)) {
    addUnknown(tooLong(), 0, text.length);
  }
  if (!isWhole) {
    findings.condemn(path);
    return undefined;
  }
  return isOneReference(text) && only ? only : { value: result, written: result, ...ofHost };
}

/** Built on demand: the first `toLocaleString` of a process loads ICU's data, which takes 8 ms. */
function tooLong(): UnresolvedName {
  return {
    code: codes.valueTooLong,
    message: `the value is longer than ${LONGEST_TEXT.toLocaleString('en')} characters after its references are replaced`,
    hint: 'use shorter values',
  };
}

const NEVER_CLOSED: UnresolvedName = {
  code: codes.unclosedReference,
  message: `this ${quoted('${')} is never closed with ${quoted('}')}`,
  hint: 'close it with "}", or write $${ for a literal ${',
};
