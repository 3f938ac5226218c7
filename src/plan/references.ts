/** `${…}` in a text: found here, and put in where the values are known. */
import { type Code, codes } from '../codes.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import type { SourcePositions } from './source-positions.ts';
import { quoted } from './words.ts';

export type Scalar = string | number | boolean;

/** What a reference stands for: its value, and the text that is put in where it stands inside a longer text. */
export interface ResolvedName {
  readonly value: Scalar;
  readonly written: string;
}

/** Why a name has no value; without a message where that has been told before. */
export interface UnresolvedName {
  readonly code?: Code;
  readonly message?: string;
  readonly hint?: string | undefined;
}

/** Answers what a name such as `vars.dest` stands for. */
export type Lookup = (name: string) => ResolvedName | UnresolvedName;

/** `$${` is a literal `${`; a `${` without its `}` is a mistake, and takes the rest so that reading stays linear. */
const SIGNS = /\$\$\{|\$\{([^}]*)(\}?)/g;

/** Longer than any path, and short enough that variables cannot blow a plan up. */
export const LONGEST_TEXT = 10_000;

/** Whether the text is one reference and nothing else: its value then keeps its type. */
function isOneReference(text: string): boolean {
  return /^\$\{[^}]*\}$/.test(text);
}

/** Whether the text holds a reference, or an escaped one. */
export function hasReference(text: string): boolean {
  return text.includes('${');
}

/**
 * The text with its references replaced, once: what a variable's value holds is not read again.
 *
 * @returns undefined when one of them is wrong; `findings` has it then
 */
export function substitute(
  text: string,
  path: Path,
  { lookup, findings, places }: { lookup: Lookup; findings: Findings; places: SourcePositions },
): ResolvedName | undefined {
  let isWhole = true;
  let only: ResolvedName | undefined;
  let length = text.length;
  const locate = places.locatorWithin(path);
  // Without a path, so that a second wrong reference in the same text is told too.
  const tell = (unknown: UnresolvedName, from: number, width: number) => {
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
      length += answer.written.length;
      return length > LONGEST_TEXT * 2 ? '' : answer.written;
    }
    tell(answer, at, end === '}' ? sign.length : 2);
    return sign;
  };
  const result = text.replace(SIGNS, replace);
  if (isWhole && (length > LONGEST_TEXT * 2 || result.length > LONGEST_TEXT)) {
    tell(tooLong(), 0, text.length);
  }
  if (!isWhole) {
    findings.condemn(path);
    return undefined;
  }
  return isOneReference(text) && only ? only : { value: result, written: result };
}

/** Made when it is needed: the first `toLocaleString` of a process loads ICU's data, which takes 8 ms. */
function tooLong(): UnresolvedName {
  return {
    code: codes.valueTooLong,
    message: `with its references put in, the value is longer than ${LONGEST_TEXT.toLocaleString('en')} characters`,
    hint: 'use shorter values',
  };
}

const NEVER_CLOSED: UnresolvedName = {
  code: codes.unclosedReference,
  message: `this ${quoted('${')} is never closed with ${quoted('}')}`,
  hint: 'write $${ for a literal ${',
};
