/** When a run last saw progress, from its event log. */
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { lastProgressOf } from '../../../src/journal/last-progress.ts';

test('is the latest time of a progress event; no other event counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockplan-progress-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  expect(await lastProgressOf(folder)).toBeUndefined();
  const events = [
    { event: 'run-started', time: 1 },
    { event: 'progress', time: 20 },
    { event: 'progress', time: 30 },
    { event: 'progress', time: 'soon' },
    { event: 'run-finished', time: 99 },
  ];
  for (const event of events)
    await appendFile(join(folder, EVENTS_FILE), `${JSON.stringify(event)}\n`);
  expect(await lastProgressOf(folder)).toBe(30);
});
