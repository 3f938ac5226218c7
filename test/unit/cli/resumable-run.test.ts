/** An unfinished run blocks new ones on its domain, and the refusal says how to finish it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseUnfinishedRun } from '../../../src/cli/resumable-run.ts';
import type { BlockplanError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import { ended, phase, STARTED, writeRun } from '../../journals.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-left-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const FORGOTTEN: JournalEntry = { type: 'run-forgotten', host: 'h', user: 'u' };

async function refusalOf(entries: readonly JournalEntry[]): Promise<string> {
  await writeRun(state, 'r1', entries);
  await addUnfinished(state, 'r1');
  return refuseUnfinishedRun(state, STARTED.uuid, 'web1').then(
    () => 'none',
    ({ findings: [finding] }: BlockplanError) =>
      `${finding?.code} ${finding?.message} ${finding?.hint}`,
  );
}

test.each<[string, readonly JournalEntry[], readonly string[]]>([
  ['interrupted', [STARTED], ['blockplan resume r1', 'blockplan rollback r1']],
  ['stranded', [STARTED, ended('stranded')], ['blockplan resume r1', 'blockplan rollback r1']],
  [
    'stranded in its rollback',
    [STARTED, ...phase('undo', 'mirror/mirror', 'FAILED'), ended('stranded')],
    ['blockplan rollback r1'],
  ],
])('a run that is %s blocks a new one', async (_title, entries, commands) => {
  const said = await refusalOf(entries);
  expect(said).toMatch(/^BP120 run r1 of move-web1 on "web1" is unfinished/);
  expect(said.match(/blockplan (?:resume|rollback) \S+?(?=[,;])/g)).toEqual(commands);
  expect(said).toContain('blockplan forget r1');
});

test.each<[string, readonly JournalEntry[]]>([
  ['over', [STARTED, ended('rolled-back')]],
  ['forgotten', [STARTED, ended('stranded'), FORGOTTEN]],
])('a run that is %s blocks nothing', async (_title, entries) => {
  expect(await refusalOf(entries)).toBe('none');
});
