/**
 * Commands that a person is told to type. They are made here only, so a command that is not quoted has another type.
 * Every room may import this file.
 */
import { isPrintable } from './printable.ts';
import { shellQuote } from './shell-quote.ts';

declare const quoted: unique symbol;

/** One command line. A shell reads exactly the words that it was made of, and a terminal shows all of it. */
export type Command = string & { readonly [quoted]: true };

/** @param argv the program and its arguments: `commandLine('mkdir', '-p', folder)` */
export function commandLine(...argv: readonly [program: string, ...words: string[]]): Command {
  return argv
    .map((word) => (isPrintable(word) ? shellQuote([word]) : escaped(word)))
    .join(' ') as Command;
}

/**
 * A virsh command about one domain: `virshCommand('start', name)`.
 * @param domain a name that begins with a dash is given by its option, since virsh would read it as another one
 */
export function virshCommand(verb: string, domain: string, ...words: readonly string[]): Command {
  return commandLine(
    'virsh',
    verb,
    ...(domain.startsWith('-') ? ['--domain'] : []),
    domain,
    ...words,
  );
}

/** A command of blockplan's own about one domain, run or file. */
export function blockplanCommand(
  verb: string,
  word: string,
  ...options: readonly string[]
): Command {
  return commandLine('blockplan', verb, ...options, ...(word.startsWith('-') ? ['--'] : []), word);
}

/** A command that an earlier report told to type, as the run's journal keeps it. */
export function recordedCommand(line: string): Command {
  return line as Command;
}

/** The command with its output in a file that only its owner may read. */
export function intoPrivateFile(line: Command, file: string): Command {
  return `(umask 077; ${line} > ${commandLine(file)})` as Command;
}

/**
 * Words with what no terminal should be sent go into `$'…'`, which bash, zsh and POSIX.1-2024 read: each byte of such a
 * character as `\xNN`, whatever the locale.
 */
function escaped(word: string): string {
  const characters = [...word].map((character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (isPrintable(character)) return character;
    return Array.from(
      new TextEncoder().encode(character),
      (byte) => `\\x${byte.toString(16).padStart(2, '0')}`,
    ).join('');
  });
  return `$'${characters.join('')}'`;
}
