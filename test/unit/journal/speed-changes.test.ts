import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { speedChangesOf } from '../../../src/journal/speed-changes.ts';
import { runReportOf } from '../../../src/run/run-report.ts';
import { ended, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('speed');
const changed = { time: 5, event: 'notice', message: 'slower', about: 'throttle' };

test('the changes that throttle made are in the report of the run', async () => {
  const run = await writeRun(folder, 'r1', [STARTED, ended('succeeded')]);
  const lines = [
    { time: 1, event: 'notice', message: 'something else' },
    changed,
    { ...changed, time: 7, message: 'faster' },
    ...[
      { ...changed, message: { a: 1 } },
      { ...changed, time: 'now' },
    ],
  ].map((event) => JSON.stringify(event));
  writeFileSync(join(run, EVENTS_FILE), `{"event":"noti\n${lines.join('\n')}\n`);
  expect(await runReportOf({ run: 'r1', folder: run }, new Map())).toMatchObject({
    speedChanges: [
      { time: 5, message: 'slower' },
      { time: 7, message: 'faster' },
    ],
  });
});

test('a run without them, or without a log, has none', async () => {
  const run = await writeRun(folder, 'r2', [STARTED, ended('succeeded')]);
  expect(await runReportOf({ run: 'r2', folder: run }, new Map())).not.toHaveProperty(
    'speedChanges',
  );
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(await speedChangesOf(empty)).toEqual([]);
});
