/** Options that several commands share. */
import { type Argument, InvalidArgumentError, Option } from 'commander';
import { nearest } from '../nearest.ts';

/** Takes the exit code of a command. */
export type SetExitCode = (code: number) => void;

/** Collects the values of an option that can be repeated. */
export function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

export function factsOption(): Option {
  return new Option(
    '--facts <file>',
    'read the host state from a facts file (see blockplan facts)',
  );
}

export function setOption(): Option {
  return new Option('--set <name=value>', 'set a variable of the plan; repeatable')
    .argParser(collect)
    .default([], 'none');
}

export function connectOption(): Option {
  return new Option(
    '-c, --connect <uri>',
    "libvirt URI, as in virsh -c (default: LIBVIRT_DEFAULT_URI, or libvirt's own)",
  );
}

export function notifyOption(): Option {
  return new Option(
    '--notify <file>',
    'notification file (default: /etc/blockplan/notify.yaml for root)',
  );
}

export function metricsOption(): Option {
  return new Option('--metrics <file>', 'write Prometheus metrics of all runs to this file');
}

export function formatOption(formats: readonly string[] = ['text', 'json']): Option {
  return withChoices(new Option('--format <format>', 'output format'), formats).default('text');
}

export function maxAgeOption(): Option {
  return new Option(
    '--max-age <age>',
    'show the newest good backup in each store, and whether it is older than 26h, 2d, …',
  ).argParser(ageOf);
}

export function storeOption(): Option {
  return new Option(
    '--store <folder>',
    'with --max-age: check this backup store instead of those that the runs used; repeatable',
  )
    .argParser(collect)
    .default([], 'none');
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** An age in milliseconds, from a word such as `26h`. */
function ageOf(word: string): number {
  const [, amount, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(word) ?? [];
  if (amount === undefined)
    throw new InvalidArgumentError('Write a number with s, m, h or d, such as 26h.');
  return Number(amount) * (UNIT_MS[unit] ?? 0);
}

/**
 * The argument or option, which takes only these words, and has a hint for a misspelt one.
 * @param meant what to write instead of words that users of other tools type
 */
export function withChoices<T extends Argument | Option>(
  of: T,
  words: readonly string[],
  meant: Readonly<Record<string, string>> = {},
): T {
  of.choices(words).argParser((word: string) => {
    if (words.includes(word)) return word;
    const near = new Map(Object.entries(meant)).get(word) ?? nearest(word, words);
    const hint = near === undefined ? '' : `\n(Did you mean ${near}?)`;
    throw new InvalidArgumentError(`Allowed choices are ${words.join(', ')}.${hint}`);
  });
  return of;
}
