/** The report of one run, from its folder. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { JOURNAL_FILE } from '../../../src/journal/journal.ts';
import { runReportOf } from '../../../src/run/run-report.ts';
import { ended, phase, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('report');
const NOBODY = new Map();
const ref = { step: 'mirror', phase: 'mirror', direction: 'do' } as const;
const EVENTS = [
  { time: 1, event: 'phase-started', ...ref, summary: 's' },
  { time: 2, event: 'progress', ...ref, current: 10, total: 100 },
  { time: 3, event: 'notice', about: 'throttle', message: 'ann limited vda to 1 MiB/s' },
  { time: 4, event: 'phase-finished', ...ref, durationMs: 3 },
];

test('reports what the run did, copied and was limited to', async () => {
  const journal = [STARTED, ...phase('do', 'mirror/mirror', 'DONE'), ended('succeeded')];
  const folder = await writeRun(state, 'whole', journal);
  await writeFile(
    join(folder, EVENTS_FILE),
    EVENTS.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  expect(await runReportOf({ run: 'whole', folder }, NOBODY)).toMatchObject({
    ...{ format: 'blockplan-report/v1', copiedBytes: 100 },
    standing: { run: 'whole', plan: 'move-web1', outcome: 'succeeded' },
    history: { run: 'r', path: [{ step: 'mirror', phase: 'mirror', result: 'DONE' }] },
    speedChanges: [{ time: 3, message: 'ann limited vda to 1 MiB/s' }],
  });
});

test.each<readonly [string, (log: string) => Promise<unknown>]>([
  ['is missing', async () => {}],
  ['is empty', (log) => writeFile(log, '')],
  ['cannot be read', (log) => mkdir(log)],
])('has nothing that was copied or limited if the event log %s', async (_title, leave) => {
  const folder = await writeRun(state, _title, [STARTED, ended('succeeded')]);
  await leave(join(folder, EVENTS_FILE));
  const report = await runReportOf({ run: 'r', folder }, NOBODY);
  expect(Object.keys(report ?? {})).toEqual(['format', 'standing', 'history']);
});

test('has no history without a journal that shows how the run began', async () => {
  const folder = await writeRun(state, 'lost', '');
  expect(Object.keys((await runReportOf({ run: 'lost', folder }, NOBODY)) ?? {})).toEqual([
    ...['format', 'standing'],
  ]);
  await rm(join(folder, JOURNAL_FILE));
  await writeFile(join(folder, 'bundle.json'), '{}');
  expect(await runReportOf({ run: 'lost', folder }, NOBODY)).toMatchObject({
    standing: { outcome: 'unreadable', damage: 'its journal is missing' },
  });
});

test('does not exist of a folder in which no run began', async () => {
  expect(await runReportOf({ run: 'x', folder: join(state, 'x') }, NOBODY)).toBeUndefined();
});
