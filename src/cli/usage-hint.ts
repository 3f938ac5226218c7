/** What to type instead of words that the command line does not take. Loaded only after such an error. */
import type { Command, CommanderError } from 'commander';

/** Where to find the value of a required argument, by its placeholder. */
const SEE: Readonly<Record<string, string>> = {
  plan: 'to write one: blockplan init',
  run: 'see: blockplan list',
  domain: 'see: virsh list --all',
  bandwidth: 'write MiB/s, an amount such as 800KiB or 50M, or 0 for unlimited',
  shell: 'write bash, zsh or fish',
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
  return code === 'commander.unknownOption' ? formatHint(subject, root, argv) : undefined;
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
