/** What to type instead of words that the command line does not take. Loaded only after such an error. */
import type { Command, CommanderError } from 'commander';
import { commandLine } from '../command.ts';

/** Where to find the value of a required argument, by its placeholder. */
const SEE: Readonly<Record<string, string>> = {
  plan: 'to write one: blockplan init',
  run: 'see: blockplan list',
  domain: 'see: virsh list --all',
  bandwidth: 'write MiB/s, an amount such as 800KiB or 50M, or 0 for unlimited',
  shell: 'write bash, zsh or fish',
  'store@name': 'write the store, @ and the name of a backup, such as /backup/web1@latest',
};

/**
 * The hint that follows the error's own message; undefined if there is none.
 * @param argv the words after `blockplan`
 */
export function usageHint(
  { code, message }: CommanderError,
  root: Command,
  argv: readonly string[],
): string | undefined {
  const [, subject = ''] = /'([^']*)'/.exec(message) ?? [];
  if (code === 'commander.missingArgument') return SEE[subject];
  if (code === 'commander.unknownCommand')
    return message.includes('Did you mean') ? undefined : 'see: blockplan --help';
  if (code !== 'commander.unknownOption') return undefined;
  return /^(-c|--connect)/.test(subject)
    ? connectHint(root, argv)
    : formatHint(subject, root, argv);
}

/** Commands that connect to the libvirt that a journal names. */
const ON_LIBVIRT_OF_RUN: ReadonlySet<string> = new Set([
  'throttle',
  'resume',
  'rollback',
  'forget',
]);

/** virsh has its `-c` before the command; here it is an option of the commands that connect to a libvirt. */
function connectHint(root: Command, argv: readonly string[]): string | undefined {
  const [first = ''] = argv;
  const valued = first === '-c' || first === '--connect' ? 2 : 1;
  const before = first.startsWith('-') ? argv.slice(0, valued) : [];
  const [name, ...rest] = argv.slice(before.length);
  const command = root.commands.find((each) => each.name() === name);
  if (!command) return before.length === 0 ? undefined : 'write it after the command';
  if (command.options.some(({ long }) => long === '--connect'))
    return before.length === 0
      ? undefined
      : `write it after the command: ${commandLine('blockplan', command.name(), ...before, ...rest)}`;
  return ON_LIBVIRT_OF_RUN.has(command.name())
    ? `omit it: ${command.name()} uses the connection URI of the run`
    : `omit it: ${command.name()} does not use libvirt`;
}

/** `--output json` was the spelling of `--format json`, and other tools have `--json`. */
function formatHint(word: string, root: Command, argv: readonly string[]): string | undefined {
  const command = root.commands.find((each) => each.name() === argv.find((one) => one[0] !== '-'));
  const formats = command?.options.find(({ long }) => long === '--format')?.argChoices;
  if (!formats) return undefined;
  const [, option = '', given] = /^-+([^=]*)=?(.*)$/.exec(word) ?? [];
  if (formats.includes(option)) return `use --format ${option}`;
  if (option !== 'output' && option !== 'o') return undefined;
  const value = given || argv[argv.indexOf(word) + 1];
  return `use --format ${formats.find((format) => format === value) ?? formats.join('|')}`;
}
