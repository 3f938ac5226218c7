/**
 * Commands for a person to type. Only this file creates them, so a command that is not quoted has another type. Every
 * room may import this file.
 */
import { isPrintable } from './printable.ts';
import { shellQuote } from './shell-quote.ts';

declare const quoted: unique symbol;

/** One command line. A shell parses it into exactly the words that it was made from, and a terminal shows all of it. */
export type Command = string & { readonly [quoted]: true };

/**
 * @param argv the program and its arguments: `commandLine('mkdir', '-p', folder)`; virsh's `--domain` is followed by a
 *   domain name
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

/** The libvirt that a command is for. */
export interface NamedLibvirt {
  /** As for `virsh -c`; absent for virsh's own default, which need not be named. */
  readonly connect?: string;
}

/** A virsh command: `virshLine(state.host, 'list', '--all')`. */
export function virshLine({ connect }: NamedLibvirt, ...words: readonly string[]): Command {
  return commandLine('virsh', ...(connect === undefined ? [] : ['-c', connect]), ...words);
}

/**
 * A virsh command about one domain: `virshCommand(state.host, 'start', name)`.
 * @param domain a name that virsh would parse as an option or an ID is passed with `--domain`
 */
export function virshCommand(
  on: NamedLibvirt,
  verb: string,
  domain: string,
  ...words: readonly string[]
): Command {
  const option = domain.startsWith('-') || isTakenForId(domain) ? ['--domain'] : [];
  return virshLine(on, verb, ...option, domain, ...words);
}

/**
 * Whether virsh would parse a domain's name as an ID or a UUID, which it looks up first (virsh-util.c,
 * `virshLookupDomainInternal`): another guest may have that ID.
 */
export function isTakenForId(name: string): boolean {
  return /^\s*\+?\d+$/.test(name) || /^[0-9a-f]{32}$/i.test(name.replaceAll(/[\s-]/g, ''));
}

/** A shell substitution for such a name: it yields the UUID of the domain with exactly that name. */
function byExactName(name: string, uri: string | undefined): string {
  const connection = uri === undefined ? '' : ` -c ${quotedWord(uri)}`;
  const pattern = `s/^\\([0-9a-f-]*\\) ${name.replaceAll('+', '[+]')}$/\\1/p`;
  return `"$(virsh${connection} list --all --uuid --name | sed -n ${quotedWord(pattern)})"`;
}

/** The commands about runs, which find the libvirt in the journals, and about backups, which need none. */
export type RunVerb =
  | 'attach'
  | 'backups'
  | 'browse'
  | 'forget'
  | 'list'
  | 'rescue'
  | 'resume'
  | 'rollback'
  | 'show'
  | 'throttle';

/** The commands with `--connect`; `rescue` needs it for a file only. */
type LibvirtVerb = 'doctor' | 'facts' | 'init' | 'preview' | 'rescue' | 'run';

/** A blockplan command about a run, about the runs on a domain, or about a backup store. */
export function blockplanCommand(
  verb: RunVerb,
  word: string,
  ...options: readonly string[]
): Command {
  return blockplanLine(verb, word, ...options);
}

/**
 * A blockplan command that contacts a libvirt.
 * @param uri of the libvirt that was chosen; virsh's own default if empty or undefined
 * @param word the domain or the file that it is about
 */
export function blockplanOn(
  uri: string | undefined,
  verb: LibvirtVerb,
  word: string,
  ...options: readonly string[]
): Command {
  return blockplanLine(verb, word, ...options, ...(uri ? ['--connect', uri] : []));
}

function blockplanLine(verb: string, word: string, ...options: readonly string[]): Command {
  return commandLine('blockplan', verb, ...options, ...(word.startsWith('-') ? ['--'] : []), word);
}

/** A command from an earlier report, as stored in the run's journal. */
export function recordedCommand(line: string): Command {
  return line as Command;
}

/** The command with its output redirected to a file that only its owner can read. */
export function intoPrivateFile(line: Command, file: string): Command {
  return `(umask 077; ${line} > ${commandLine(file)})` as Command;
}

/**
 * A word with characters that must not reach a terminal is written as `$'…'`, which bash, zsh and POSIX.1-2024 support:
 * each byte of such a character becomes `\xNN`, whatever the locale.
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
