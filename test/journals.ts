/** Runs as they are on disk, with times that do not depend on the clock. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Word } from '../src/commands/define.ts';
import type { Effect } from '../src/commands/effect.ts';
import { checksum, FORMAT, JOURNAL_FILE, type JournalEntry } from '../src/journal/journal.ts';
import { foldRecords, type LogRecord, type StoredLog } from '../src/journal/run-log.ts';
import { LOCAL, ofHost, onLocal } from '../src/model/hosts.ts';
import { virshEffect } from './effects.ts';
import { world } from './worlds.ts';

/** When the runs in tests began. */
export const BEGUN = Date.UTC(2026, 10, 23, 8, 15, 2);

export const STARTED: Extract<JournalEntry, { type: 'run-started' }> = {
  type: 'run-started',
  format: FORMAT,
  run: 'r',
  plan: 'move-web1',
  domain: 'web1',
  uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
  uri: 'qemu:///system',
  host: 'host1',
  user: 'root',
  pid: 4242,
  version: '0.1.0',
  steps: [],
  set: {},
  planSum: '',
  hosts: onLocal(world()),
};

export const KEPT: Extract<JournalEntry, { type: 'kept' }> = {
  type: 'kept',
  on: LOCAL,
  bundle: { definition: '<domain/>', autostart: true, snapshots: [], checkpoints: [] },
};

/** The entry as in a journal of form 1 or 2: without a compiled plan and without hosts. */
export function ofEarlierForm(format: number, entry: JournalEntry): JournalEntry {
  if (entry.type === 'run-started') {
    const { compiled: _compiled, hosts, ...rest } = entry;
    return { ...rest, format, world: ofHost(hosts, LOCAL) } as unknown as JournalEntry;
  }
  const {
    on: _local,
    effects: _given,
    ...rest
  } = entry as JournalEntry & {
    readonly on?: string;
    readonly effects?: unknown;
  };
  return rest as JournalEntry;
}

type Way = 'do' | 'undo';

/** One command of a phase and its outcome; without an outcome where blockplan was killed. */
export function commanded(
  direction: Way,
  name: string,
  effect: Effect,
  answer: 'done' | 'none' | { readonly error: string; readonly unbegun?: true },
): JournalEntry[] {
  const ref = { ...refOf(name), direction };
  const intent: JournalEntry = { type: 'intent', ...ref, on: LOCAL, effect };
  if (answer === 'none') return [intent];
  return [intent, { type: 'outcome', ...ref, ...(answer === 'done' ? {} : answer) }];
}

/** A phase, named as in `mirror/pivot`, from its start to its end. */
export function phase(
  direction: Way,
  name: string,
  result: 'DONE' | 'FAILED' | 'LOST' | 'none',
  inside: readonly JournalEntry[] = [],
  error?: string,
): JournalEntry[] {
  const ref = refOf(name);
  const begun: JournalEntry =
    direction === 'do'
      ? { type: 'phase-started', ...ref, direction, on: LOCAL, before: world(), done: 0 }
      : { type: 'phase-started', ...ref, direction, on: LOCAL };
  const why = error === undefined ? {} : { error };
  return result === 'none'
    ? [begun, ...inside]
    : [begun, ...inside, { type: 'phase-finished', ...ref, direction, result, ...why }];
}

function refOf(name: string): { step: string; phase: string } {
  const [step = '', phase = ''] = name.split('/');
  return { step, phase };
}

export function virsh(...words: Word[]): Effect {
  return virshEffect(words, { why: `have virsh ${words[0]}` });
}

/** Commands of a run. */
export const GIVEN = {
  undefine: virsh('undefine', '--domain', 'web1'),
  define: virsh('define', '--file', { file: 'define.xml', content: '<domain/>' }),
  autostart: virsh('autostart', '--domain', 'web1'),
  copy: virsh('blockcopy', '--domain', 'web1', '--path', 'vda', '--dest', '/new/c'),
  pivot: virsh('blockjob', '--domain', 'web1', '--path', 'vda', '--pivot'),
  abort: virsh('blockjob', '--domain', 'web1', '--path', 'vda', '--abort'),
} as const;

export const RESUMED: JournalEntry = {
  type: 'run-resumed',
  how: 'resume',
  host: 'host1',
  user: 'ann',
  pid: 5252,
  version: '0.1.1',
};

export function ended(
  end: Extract<JournalEntry, { type: 'run-finished' }>['end'],
  state: readonly string[] = [],
  next: readonly string[] = [],
): JournalEntry {
  return { type: 'run-finished', end, interrupted: false, state, next };
}

/** Entries as records, one per second. */
export function recordsOf(entries: readonly JournalEntry[], begun = BEGUN): LogRecord[] {
  return entries.map((entry, seq) => ({
    ...{ seq, time: new Date(begun + seq * 1000).toISOString() },
    ...entry,
  }));
}

/** The log of a journal with these entries. */
export function logOf(
  entries: readonly JournalEntry[],
  damage: StoredLog['damage'] = 'none',
): StoredLog {
  const end = { seq: entries.length, sum: '', length: 0 };
  return { ...foldRecords(recordsOf(entries)), damage, end };
}

/** A journal's text, one record per second. */
export function journalText(entries: readonly JournalEntry[], begun = BEGUN): string {
  let sum = '';
  const lines = recordsOf(entries, begun).map((record) => {
    sum = checksum(sum, record);
    return `${JSON.stringify({ ...record, sum })}\n`;
  });
  return lines.join('');
}

/** Writes a run's folder with its journal, and returns its path. */
export async function writeRun(
  state: string,
  run: string,
  journal: readonly JournalEntry[] | string,
): Promise<string> {
  const folder = join(state, 'runs', run);
  await mkdir(folder, { recursive: true });
  const text = typeof journal === 'string' ? journal : journalText(journal);
  await writeFile(join(folder, JOURNAL_FILE), text);
  return folder;
}
