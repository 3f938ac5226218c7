/** `${…}` in a text: found here, and put in where the values are known. */
import { type Findings, flaw, type Path } from './findings.ts';
import type { Places } from './places.ts';
import { quoted } from './words.ts';

export type Scalar = string | number | boolean;

/** What a reference stands for: its value, and the text that is put in where it stands inside a longer text. */
export interface Known {
  readonly value: Scalar;
  readonly written: string;
}

/** Why a name has no value; without a message where that has been told before. */
export interface Unknown {
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string | undefined;
}

/** Answers what a name such as `vars.dest` stands for. */
export type Lookup = (name: string) => Known | Unknown;

/** `$${` is a literal `${`; a `${` without its `}` is a mistake. */
const SIGNS = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

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
export function putIn(
  text: string,
  path: Path,
  { lookup, findings, places }: { lookup: Lookup; findings: Findings; places: Places },
): Known | undefined {
  let isWhole = true;
  let only: Known | undefined;
  const result = text.replace(SIGNS, (sign: string, name: string | undefined, index: number) => {
    if (sign === '$${') return '${';
    const answer = name === undefined ? NEVER_CLOSED : lookup(name);
    if ('value' in answer) {
      only = answer;
      return answer.written;
    }
    isWhole = false;
    if (answer.message !== undefined) {
      const position = places.locateWithin(path, index, sign.length);
      // Without a path, so that a second wrong reference in the same text is told too.
      findings.add(flaw(answer.code ?? 'BP040', answer.message, { position, hint: answer.hint }));
    }
    return sign;
  });
  if (!isWhole) {
    findings.condemn(path);
    return undefined;
  }
  return isOneReference(text) && only ? only : { value: result, written: result };
}

const NEVER_CLOSED: Unknown = {
  code: 'BP041',
  message: `this ${quoted('${')} is never closed with ${quoted('}')}`,
  hint: 'write $${ for a literal ${',
};
