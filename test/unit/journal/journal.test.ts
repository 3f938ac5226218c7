import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { writeDurably } from '../../../src/journal/durable.ts';
import {
  isStateName,
  listRuns,
  makeRunFolder,
  newRunId,
  stateFolder,
  statePath,
} from '../../../src/journal/folder.ts';
import {
  createJournal,
  FORMAT,
  JOURNAL_FILE,
  type JournalEntry,
} from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { readJournal } from '../../../src/journal/read.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import { virshEffect } from '../../effects.ts';
import { world } from '../../worlds.ts';

const root = mkdtempSync(join(tmpdir(), 'blockplan-journal-'));
let folder = '';
let count = 0;

beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
});

afterAll(() => rm(root, { recursive: true }));

const ref = { step: 'mirror', phase: 'pivot', direction: 'do' } as const;
const effect = virshEffect(['resume', '--domain', 'größe \u2028 "\n'], { why: 'say it' });
const ENTRIES: readonly JournalEntry[] = [
  {
    type: 'run-started',
    format: FORMAT,
    run: 'r',
    plan: 'p',
    domain: 'd',
    uuid: 'c7a5fdbd-edaf-9455-926a-d65c16db1809',
    uri: '',
    host: 'h',
    user: 'root',
    pid: 1,
    version: '0',
    steps: [],
    set: {},
    planSum: '',
    hosts: onLocal(world()),
  },
  { type: 'phase-started', ...ref, on: LOCAL, before: world(), done: 0 },
  { type: 'intent', ...ref, on: LOCAL, effect },
  { type: 'outcome', ...ref },
  { type: 'phase-finished', ...ref, result: 'FAILED', error: 'no' },
  { type: 'run-finished', end: 'stranded', interrupted: true, state: ['a'], next: [] },
];

async function written(entries: readonly JournalEntry[] = ENTRIES): Promise<Buffer> {
  const journal = await createJournal(folder);
  for (const entry of entries) await journal.append(entry, entry.type === 'intent');
  await journal.close();
  return readFile(join(folder, JOURNAL_FILE));
}

async function replayed(content: Buffer | string) {
  await writeFile(join(folder, JOURNAL_FILE), content);
  const { records, damage } = await readJournal(folder);
  return {
    entries: records.map(({ seq: _seq, time: _time, sum: _sum, ...entry }) => entry),
    damaged: damage !== 'none',
  };
}

describe('a journal', () => {
  test('returns what was written, in order', async () => {
    await written();
    const { records, damage } = await readJournal(folder);
    expect(damage).toBe('none');
    expect(records.map(({ seq }) => seq)).toEqual(ENTRIES.map((_, at) => at));
    for (const { time, sum } of records) {
      expect(Date.parse(time)).toBeGreaterThan(0);
      expect(sum).toMatch(/^[0-9a-f]{16}$/);
    }
    expect(await replayed(await readFile(join(folder, JOURNAL_FILE)))).toEqual({
      entries: ENTRIES,
      damaged: false,
    });
  });

  test('is readable while it is written', async () => {
    const journal = await createJournal(folder);
    for (const [at, entry] of ENTRIES.entries()) {
      await journal.append(entry, true);
      expect((await readJournal(folder)).records).toHaveLength(at + 1);
    }
    await journal.close();
  });

  test('that is cut off anywhere gives a prefix of what was written, and reports a torn record', async () => {
    const whole = await written();
    const ends = [...whole.keys()].filter((at) => whole[at] === 0x0a).map((at) => at + 1);
    for (let length = 0; length <= whole.length; length += length < whole.length - 400 ? 37 : 1) {
      const { entries, damaged } = await replayed(whole.subarray(0, length));
      const complete = ends.filter((end) => end <= length).length;
      // A record without its line break is complete if only that is missing.
      expect(entries.length - complete).toBeLessThanOrEqual(ends.includes(length + 1) ? 1 : 0);
      expect(entries).toEqual(ENTRIES.slice(0, entries.length));
      expect(damaged).toBe(length > 0 && !ends.includes(length));
    }
  });

  test('with an altered byte is not trusted from there on', async () => {
    const whole = await written();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 2),
        fc.integer({ min: 1, max: 127 }),
        async (at, mask) => {
          const altered = Buffer.from(whole);
          altered[at] = (whole[at] ?? 0) ^ mask;
          const { entries, damaged } = await replayed(altered);
          const before = whole.subarray(0, at).toString('latin1').split('\n').length - 1;
          expect(entries).toEqual(ENTRIES.slice(0, entries.length));
          expect(entries.length).toBeLessThanOrEqual(before);
          expect(damaged).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('with a missing, doubled, moved or foreign record is detected', async () => {
    const lines = (await written()).toString().trimEnd().split('\n');
    const damaged = async (changed: readonly (string | undefined)[]) =>
      (await replayed(`${changed.join('\n')}\n`)).damaged;
    expect(await damaged(lines.slice(1))).toBe(true);
    expect(await damaged([...lines.slice(0, 2), ...lines.slice(3)])).toBe(true);
    expect(await damaged([lines[0], lines[0], ...lines.slice(1)])).toBe(true);
    expect(await damaged([lines[0], lines[2], lines[1], ...lines.slice(3)])).toBe(true);
    expect(await damaged(['null', ...lines])).toBe(true);
    expect(await damaged(lines)).toBe(false);
  });

  test('is private, and never overwritten', async () => {
    await written();
    expect((await stat(join(folder, JOURNAL_FILE))).mode & 0o777).toBe(0o600);
    await expect(createJournal(folder)).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await readJournal(folder)).records).toHaveLength(ENTRIES.length);
  });

  test('that does not exist is a file system error', async () => {
    await expect(readJournal(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('has private files next to it', async () => {
    await writeDurably(join(folder, 'define.xml'), '<domain/>');
    await writeDurably(join(folder, 'define.xml'), '<d/>');
    expect(await readFile(join(folder, 'define.xml'), 'utf8')).toBe('<d/>');
    expect((await stat(join(folder, 'define.xml'))).mode & 0o777).toBe(0o600);
  });
});

describe('the state directory', () => {
  test.each([
    [{ BLOCKPLAN_STATE_DIR: '/x' }, 0, '/x'],
    [{}, 0, '/var/lib/blockplan'],
    [{ XDG_STATE_HOME: '/s' }, 0, '/var/lib/blockplan'],
    [{ XDG_STATE_HOME: '/s' }, 1000, '/s/blockplan'],
  ])('%j as user %d: %s', (env, uid, path) => {
    expect(stateFolder(env, uid)).toBe(path);
  });

  test('is never a temporary one', () => {
    expect(stateFolder({}, 1000)).toMatch(/\/\.local\/state\/blockplan$/);
  });

  test('has a private folder per run, oldest first', async () => {
    expect(await listRuns(join(folder, 'none'))).toEqual([]);
    const ids = [new Date(0), new Date(1e12), new Date(2e12)].map(newRunId);
    for (const id of [...ids].reverse()) await makeRunFolder(folder, id);
    expect((await listRuns(folder)).map(({ run }) => run)).toEqual(ids);
    expect(ids[1]).toMatch(/^20010909-014640-[0-9a-f]{6}$/);
    for (const path of ['runs', `runs/${ids[0]}`])
      expect((await stat(join(folder, path))).mode & 0o777).toBe(0o700);
  });
});

describe('names below the state directory', () => {
  test.each(['20261123-110000-abc123', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0.r1.lock'])(
    'include %s',
    (name) => {
      expect(statePath('/state', 'locks', name)).toBe(`/state/locks/${name}`);
    },
  );

  test.each([
    '',
    '.',
    '..',
    '../x',
    '../../../../tmp/x',
    'a/b',
    '/etc',
    '-rf',
    'a\0b',
    'a\nb',
    'x'.repeat(201),
  ])('do not include %j, which would lead elsewhere', (name) => {
    expect(() => statePath('/state', 'runs', name)).toThrow(
      /is not a valid name in the state directory/,
    );
    expect(isStateName(name)).toBe(false);
  });

  test('are required for locks', async () => {
    await expect(takeLock(folder, '../../../../tmp/x', 'run', 'tester')).rejects.toThrow(
      'is not a valid name in the state directory',
    );
  });
});
