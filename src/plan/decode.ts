/** Decides whether a text may be parsed: checks its size and its encoding, and finds hidden characters. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import type { DocumentKind } from './document-kind.ts';
import { errorFinding, inputError } from './findings.ts';
import { Lines } from './lines.ts';

/** In bytes. People write and review plans, and none of them comes near a mebibyte. */
const MOST_BYTES = 1024 * 1024;

/**
 * The text of a document, split into lines.
 *
 * @param source a file's bytes, or text that is already decoded
 * @throws BlockplanError `input-refused` (inputTooLarge, inputNotUtf8)
 */
export function decodeText(kind: DocumentKind, file: string, source: string | Uint8Array): Lines {
  // UTF-8 needs at most three bytes per UTF-16 unit, so shorter texts need no exact count.
  const bytes =
    typeof source !== 'string'
      ? source.byteLength
      : source.length * 3 > MOST_BYTES
        ? Buffer.byteLength(source)
        : 0;
  if (bytes > MOST_BYTES) {
    throw inputError([
      errorFinding(
        codes.inputTooLarge,
        `the ${kind.noun} is ${bytes.toLocaleString('en')} bytes long; the limit is ${MOST_BYTES.toLocaleString('en')}`,
        {
          hint: 'check that this is the file you meant',
        },
      ),
    ]);
  }
  const text = typeof source === 'string' ? source : decode(kind, file, source);
  return new Lines(kind, file, text.startsWith('\ufeff') ? text.slice(1) : text);
}

function decode(kind: DocumentKind, file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    const lenient = new Lines(kind, file, new TextDecoder('utf-8').decode(bytes));
    const at = lenient.source.indexOf('\ufffd');
    throw inputError([
      errorFinding(codes.inputNotUtf8, `the ${kind.noun} is not UTF-8 text`, {
        position: lenient.position(Math.max(at, 0)),
        hint: 'save the file as UTF-8; "file" shows the encoding, "iconv" converts it',
      }),
    ]);
  }
}

/** One finding per line: the first character that is invisible to a reader, or that changes the order of others. */
export function hiddenCharacters(lines: Lines): Finding[] {
  const found: Finding[] = [];
  let offset = 0;
  for (const line of lines.source.split('\n')) {
    const at = hiddenAt(line);
    if (at >= 0) found.push(hiddenCharacter(lines, offset + at));
    offset += line.length + 1;
  }
  return found;
}

/** Whether a part of a text, of one or several lines, has a hidden character. */
export function hasHidden(text: string): boolean {
  return text.split('\n').some((line) => hiddenAt(line) >= 0);
}

/** The index of the first hidden character other than a tab and the end of a Windows line; -1 if there is none. */
function hiddenAt(line: string): number {
  const plain = line.replaceAll('\t', ' ').replace(/\r$/, '');
  if (printable(plain) === plain) return -1;
  let at = 0;
  for (const character of plain) {
    if (printable(character) !== character) return at;
    at += character.length;
  }
  return -1;
}

function hiddenCharacter(lines: Lines, offset: number): Finding {
  const character = String.fromCodePoint(lines.source.codePointAt(offset) ?? 0);
  return errorFinding(
    codes.forbiddenCharacter,
    `the ${lines.kind.noun} contains ${characterName(character)}, which is invisible to a reader`,
    {
      position: lines.position(offset, offset + character.length),
      hint: 'remove it',
    },
  );
}

/** The name of a hidden character: `the control character U+001B`. */
export function characterName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (character === '\n') return 'a line break';
  if (character === '\t') return 'a tab';
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  return `the ${control ? 'control' : 'hidden'} character ${number}`;
}
