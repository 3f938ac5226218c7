/** Writes an argument vector as one line for virsh's own parser. */
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import { printable } from '../printable.ts';
import { shellQuote } from '../shell-quote.ts';

/** virsh treats a first word with `#` as a comment even in quotes, so only a plain command name is allowed. */
const COMMAND_NAME = /^[a-z][a-z0-9-]*$/;

/**
 * Characters that cannot be part of an argument on virsh's standard input. A line break ends the line even inside quotes
 * (readline reads it, not virsh's parser), other control characters are readline's editing keys (TAB completes, ^U
 * erases), and half a surrogate pair has no UTF-8 form.
 */
const UNSENDABLE = /[\u0000-\u001f\u007f-\u009f\p{Cs}]/u;

/**
 * One line for virsh's interactive parser that it reads back as exactly this vector.
 *
 * virsh's rules (tools/vsh.c, `vshCommandStringGetArg`; the same in 9.0 and 11.3): blanks separate, `;` ends a command,
 * a word that begins with an unquoted `#` is a comment, `'…'` is literal, `"…"` and bare text honour the backslash.
 * So every word that is not plain is put into single quotes, and a single quote itself becomes `'\''`.
 *
 * Quotes do not hide dashes: a quoted `'--x'` in a free position is still read as an option. Two forms are safe for any
 * value (`vshCommandParse`): the pair `'--dest', value`, because the word after an option that takes a value is used as it
 * is, even `--all`, `--` or an empty one; and any value after a lone `--`. So name every option
 * (`['blockcopy', '--domain', name, '--path', 'vda', '--dest', value]`) and never pass an untrusted value by position.
 *
 * @param argv the virsh command and its arguments, without `virsh`
 * @throws BlockplanError `input-refused`, wordNotSendable, when a word contains a character that cannot be sent, or the first
 *   word is not a command name; nothing is sent in that case
 */
export function quoteCommand(argv: readonly string[]): string {
  const [name = ''] = argv;
  if (!COMMAND_NAME.test(name)) {
    throw refusal(`"${printable(name)}" is not the name of a virsh command.`);
  }
  for (const word of argv) {
    const culprit = UNSENDABLE.exec(word)?.[0];
    if (culprit !== undefined) {
      throw refusal(
        `"${printable(word)}" contains ${nameOf(culprit)}, which cannot be passed to virsh in an argument.`,
      );
    }
  }
  return shellQuote(argv);
}

function nameOf(character: string): string {
  if (character === '\n' || character === '\r') return 'a line break';
  if (character === '\t') return 'a tab';
  if (character === '\0') return 'a NUL byte';
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xd800 && code <= 0xdfff) return 'half of a surrogate pair';
  return `the control character ${printable(character)}`;
}

function refusal(message: string): BlockplanError {
  return new BlockplanError('input-refused', [
    {
      code: codes.wordNotSendable,
      severity: 'error',
      message,
      hint: 'Use a name or path without it, for example by renaming the file or the domain.',
    },
  ]);
}
