/**
 * Journals of earlier formats, read as if this version had written them. Format 1 has a command as the words of its
 * command line; formats 1 and 2 have no compiled plan and name no host: everything is on the local one.
 */
import { type Option, type Options, optionWord, type Values } from '../commands/define.ts';
import type { Effect } from '../commands/effect.ts';
import { commandNamed, type Program } from '../commands/registry.ts';
import { LOCAL } from '../model/hosts.ts';
import { FORMAT } from './journal.ts';
import type { JournalRecord } from './record-shape.ts';

const EARLIER: readonly number[] = [1, 2];

/** The record as this version writes it; a record that this version cannot read stays as it is. */
export function upgradedRecord<R extends JournalRecord>(record: R): R {
  if (record.type === 'run-started' && EARLIER.includes(record.format)) {
    const { world, ...rest } = record as JournalRecord & { readonly world?: unknown };
    return { ...rest, format: FORMAT, hosts: { [LOCAL]: world } } as unknown as R;
  }
  if (!OF_A_HOST.has(record.type)) return record;
  const local = { on: LOCAL, ...record };
  if (local.type !== 'intent') return local;
  const effect = commandIn(local.effect);
  return effect ? { ...local, effect } : local;
}

/** The records that name their host. */
const OF_A_HOST: ReadonlySet<JournalRecord['type']> = new Set<JournalRecord['type']>([
  'intent',
  'kept',
  'made',
  'phase-started',
]);

function commandIn(effect: unknown): Effect | undefined {
  if (typeof effect !== 'object' || effect === null || !('argv' in effect)) return undefined;
  const { argv, tool, dest: _dest, into, ...terms } = effect as Record<string, unknown>;
  if ((tool !== 'virsh' && tool !== 'qemu-img') || !Array.isArray(argv)) return undefined;
  // It always stated both that the file exists and that none is created.
  return (into !== undefined) === argv.includes('-n')
    ? effectFromWords(tool, argv, terms)
    : undefined;
}

/**
 * The effect whose command has these words.
 * @param terms the rest of the effect
 * @returns undefined if no step runs such a command
 */
export function effectFromWords(
  tool: Program,
  [verb, ...words]: readonly unknown[],
  terms: object,
): Effect | undefined {
  const command = typeof verb === 'string' ? commandNamed(tool, verb) : undefined;
  const args = command && argsIn(command.options, words);
  return args && ({ ...terms, tool, verb, args } as Effect);
}

function argsIn(options: Options, words: readonly unknown[]): Record<string, unknown> | undefined {
  const args: Record<string, unknown> = {};
  const all = Object.entries(options);
  const operands = all.filter(([, { kind }]) => kind === 'operand').map(([name]) => name);
  for (let at = 0; at < words.length; ) {
    const word = words[at++];
    const found = all.find(([name, option]) => optionWord(name, option) === word);
    if (!found) {
      const operand = operands.shift();
      if (operand === undefined) return undefined;
      args[operand] = word;
      continue;
    }
    const [name, option] = found;
    const former = args[name];
    const value = option.kind === 'flag' ? true : valueIn(option, words[at++]);
    if (former !== undefined && option.kind !== 'disks') return undefined;
    args[name] = option.kind === 'disks' ? [...((former as [] | undefined) ?? []), value] : value;
  }
  return args;
}

/**
 * A word that is not a valid value stays as it is, and a missing one is `null`: then the shape of the record reports it.
 */
function valueIn({ kind }: Option, word: unknown): unknown {
  if (typeof word !== 'string') return word ?? null;
  if (kind === 'number')
    return word.trim() === '' || Number.isNaN(Number(word)) ? word : Number(word);
  if (kind === 'memory') return memoryIn(word) ?? word;
  return kind === 'disks' ? (diskIn(word) ?? word) : word;
}

/** Parses `vda,snapshot=external,driver=qcow2,file=/a,,b`: a doubled comma stands for one in a value. */
function partsOf(spec: string): { readonly first: string; of(name: string): string | undefined } {
  const parts = spec
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
  return {
    first: parts[0] ?? '',
    of: (name) => parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1),
  };
}

function diskIn(spec: string): Values['disks'][number] | undefined {
  const { first: disk, of } = partsOf(spec);
  if (of('snapshot') === 'no') return { disk, snapshot: 'no' };
  const [driver, file] = [of('driver'), of('file')];
  return driver === undefined || file === undefined
    ? undefined
    : { disk, snapshot: 'external', driver, file };
}

function memoryIn(spec: string): Values['memory'] | undefined {
  const file = partsOf(spec).of('file');
  return file === undefined ? undefined : { file };
}
