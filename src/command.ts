/**
 * Commands that a person is told to type. They are made here only, so a command that is not quoted has another type.
 * Every room may import this file.
 */
import { isPrintable } from './printable.ts';
import { shellQuote } from './shell-quote.ts';

declare const quoted: unique symbol;

/** One command line. A shell reads exactly the words that it was made of, and a terminal shows all of it. */
export type Command = string & { readonly [quoted]: true };

/**
 * @param argv the program and its arguments: `commandLine('mkdir', '-p', folder)`; virsh's `--domain` is followed by the
 *   name of one
 */
export function commandLine(...argv: readonly [program: string, ...words: string[]]): Command {
  return argv
    .map((word, at) =>
      argv[0] === 'virsh' && argv[at - 1] === '--domain' && isTakenForId(word)
        ? byExactName(word, argv[1] === '-c' ? argv[2] : undefined)
        : quotedWord(word),
    )
    .join(' ') as Command;
}

function quotedWord(word: string): string {
  return isPrintable(word) ? shellQuote([word]) : escaped(word);
}

/**
 * A virsh command about one domain: `virshCommand('start', name)`.
 * @param domain a name that virsh would read as an option, or as an id, is given by its option
 */
export function virshCommand(verb: string, domain: string, ...words: readonly string[]): Command {
  const option = domain.startsWith('-') || isTakenForId(domain) ? ['--domain'] : [];
  return commandLine('virsh', verb, ...option, domain, ...words);
}

/**
 * Whether virsh would take a domain's name for an id or a UUID, for which it looks first (virsh-util.c,
 * `virshLookupDomainInternal`): another guest may have that id.
 */
export function isTakenForId(name: string): boolean {
  return /^\s*\+?\d+$/.test(name) || /^[0-9a-f]{32}$/i.test(name.replaceAll(/[\s-]/g, ''));
}

/** What a shell puts in for such a name: the UUID of the domain that has it. */
function byExactName(name: string, uri: string | undefined): string {
  const connection = uri === undefined ? '' : ` -c ${quotedWord(uri)}`;
  const pattern = `s/^\\([0-9a-f-]*\\) ${name.replaceAll('+', '[+]')}$/\\1/p`;
  return `"$(virsh${connection} list --all --uuid --name | sed -n ${quotedWord(pattern)})"`;
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
