/** The direction of a run and how it can be resumed, from its journal. */
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { recoveryModesOf } from '../../../src/journal/run-log.ts';
import { ended, logOf, phase, RESUMED, STARTED } from '../../journals.ts';

const BOTH = ['resume', 'rollback'];
const BACK = ['rollback'];
const DONE = phase('do', 'mirror/mirror', 'DONE');
const FAILED = phase('do', 'mirror/mirror', 'FAILED', [], 'no');
const UNDONE = phase('undo', 'mirror/mirror', 'DONE');
const LEFT: JournalEntry = { type: 'run-left', by: 'SIGINT' };
const stays = FAILED.map(
  (entry): JournalEntry => (entry.type === 'phase-finished' ? { ...entry, stays: true } : entry),
);
const anew = UNDONE.map(
  (entry): JournalEntry =>
    'direction' in entry && entry.direction === 'undo' && entry.type !== 'intent'
      ? ({ ...entry, anew: true } as JournalEntry)
      : entry,
);

test.each<[string, readonly JournalEntry[], readonly string[]]>([
  ['that has only begun', [STARTED], BOTH],
  ['that is in a phase', [STARTED, ...phase('do', 'mirror/mirror', 'none')], BOTH],
  ['between two phases', [STARTED, ...DONE], BOTH],
  ['whose phase has failed', [STARTED, ...DONE, ...FAILED], BACK],
  ['that stops where it failed', [STARTED, ...DONE, ...stays, ended('stranded')], BOTH],
  ['that lost the connection to libvirt', [STARTED, ...phase('do', 'mirror/mirror', 'LOST')], BOTH],
  ['that was left in its rollback', [STARTED, ...DONE, ...UNDONE.slice(0, 1), LEFT], BACK],
  [
    'whose rollback failed',
    [STARTED, ...phase('undo', 'mirror/mirror', 'FAILED'), ended('stranded')],
    BACK,
  ],
  ['that was resumed in its rollback', [STARTED, ...UNDONE.slice(0, 1), RESUMED], BACK],
  ['whose phase is undone to be repeated', [STARTED, ...anew], BOTH],
  ['that has done all steps, with a problem', [STARTED, ...DONE, ended('stranded')], BOTH],
])('the recovery modes of a run %s', (_title, entries, ways) => {
  expect(recoveryModesOf(logOf(entries))).toEqual(ways);
  expect(recoveryModesOf(logOf(entries, 'torn'))).toEqual(ways);
  expect(recoveryModesOf(logOf(entries, 'altered'))).toEqual([]);
  expect(logOf(entries).direction).toBe(ways.length === 2 ? 'do' : 'undo');
});
