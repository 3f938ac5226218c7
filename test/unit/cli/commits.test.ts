/** What the commands say of a run that has completed something that is kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resumableRun } from '../../../src/cli/resumable-run.ts';
import type { BlockplanError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { readRunLog } from '../../../src/journal/run-log.ts';
import { runSummaryOf } from '../../../src/run/run-summary.ts';
import { committing } from '../../committing.ts';
import type { Injection } from '../../driver-double.ts';
import { writeRun } from '../../journals.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-commits-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const BACKUP = { backup: ['draft', 'publish!', 'retire'] };
const REMOVAL = 'to remove the file /new/backup.publish, remove /new/backup.publish';

/** Stores a run that is killed at a record or ends. */
async function stored(
  injections: readonly Injection[] = [],
  at: (entry: JournalEntry) => boolean = () => false,
): Promise<string> {
  const runs = new Runs(hostForPlans(), injections);
  await runs.killed(committing(BACKUP), at);
  return writeRun(state, 'r1', runs.entries);
}

const hintOf = (how: 'resume' | 'rollback') =>
  resumableRun(state, 'r1', how).then(
    () => 'none',
    (error: BlockplanError) => `${error.findings[0]?.code} ${error.findings[0]?.hint}`,
  );

describe('a rollback of a run that is over is refused', () => {
  test('and says how to remove what a successful run keeps', async () => {
    await stored();
    expect(await hintOf('rollback')).toBe(
      `BP211 a run that has succeeded cannot be rolled back; ${REMOVAL}; see what it did: blockplan show r`,
    );
    expect(await hintOf('resume')).not.toContain('remove');
  });

  test('and says the same of a run that was rolled back to its commit', async () => {
    await stored([{ at: 2, fault: 'refused' }]);
    expect(await hintOf('rollback')).toBe(
      `BP211 nothing is left to do; ${REMOVAL}; see what it did: blockplan show r`,
    );
  });

  test('and says nothing of it if nothing was committed', async () => {
    await stored([{ at: 1, fault: 'refused' }]);
    expect(await hintOf('rollback')).not.toContain('to remove');
  });
});

describe('an unfinished run', () => {
  const summary = async (folder: string) => runSummaryOf({ run: 'r1', folder }, new Map());

  test('says what it keeps, and can be resumed and rolled back', async () => {
    const folder = await stored([], intends('backup.retire'));
    expect(await summary(folder)).toMatchObject({
      outcome: 'unfinished',
      state: ['the file /new/backup.publish is kept, even after a rollback'],
      ways: ['resume', 'rollback'],
    });
    const { visits, strange, damage } = await readRunLog(folder);
    expect([strange, damage]).toEqual([undefined, 'none']);
    expect(visits.map(({ finished }) => finished?.committed !== undefined)).toEqual([
      ...[false, true, false],
    ]);
  });

  test('says nothing before its commit', async () => {
    expect(await summary(await stored([], intends('backup.publish')))).toMatchObject({ state: [] });
  });
});
