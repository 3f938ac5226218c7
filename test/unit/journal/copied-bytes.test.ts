import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { copiedBytesOf } from '../../../src/journal/copied-bytes.ts';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('copied');
let runs = 0;

async function copied(lines: readonly (object | string)[]): Promise<number | undefined> {
  const run = join(folder, `run-${++runs}`);
  mkdirSync(run);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(run, EVENTS_FILE), `${text.join('\n')}\n`);
  return copiedBytesOf(run);
}

const ref = { step: 'mirror', phase: 'mirror', direction: 'do' } as const;
const began: RunEvent = { time: 1, event: 'phase-started', ...ref, summary: 's' };
const done: RunEvent = { time: 9, event: 'phase-finished', ...ref, durationMs: 8 };
const failed: RunEvent = { time: 9, event: 'phase-failed', ...ref, message: 'm' };
const at = (current: number, total = 100): RunEvent => ({
  ...{ time: 2, event: 'progress', ...ref, current, total },
});

test.each<[string, readonly (object | string)[], number | undefined]>([
  ['nothing was reported', [began, done], undefined],
  ['a phase that was completed counts with its total', [began, at(10), at(40), done], 100],
  ['a phase that failed counts with what it last reported', [began, at(10), at(40), failed], 40],
  ['so does one whose process was killed', [began, at(10), at(40)], 40],
  ['a job that continued meanwhile counts once', [began, at(40), began, at(50), done], 100],
  ['also if it did not advance', [began, at(40), began, at(40), failed], 40],
  ['a job that begins again is added', [began, at(40), began, at(10), at(90), done], 140],
  ['so is one whose process was killed twice', [began, at(40), began, began, at(10), done], 140],
  ['a job is done once its phase is, whoever saw it', [began, at(40), began, done], 100],
  ['an undone phase is added', [began, at(40), { ...began, direction: 'undo' }, at(50), done], 140],
  ['the total may grow', [began, at(10), at(40, 120), done], 120],
  ['phases are added', [began, at(100), done, began, at(5, 50), done, began, done], 150],
  ['a phase can have several jobs', [began, at(60), at(10, 30), done], 130],
  [
    'torn lines and other text are skipped',
    ['{"event":"prog', began, at(10), 'x', done, '{}'],
    100,
  ],
  ['amounts that are none are skipped', [began, { ...at(1), current: 'x' }, done], undefined],
  ['and do not hide the others', [began, at(40), { ...at(1), current: 'x' }, failed], 40],
])('%s', async (_title, lines, bytes) => {
  expect(await copied(lines)).toBe(bytes);
});

test('a run without an event log has no such figure', async () => {
  const run = join(folder, 'empty');
  mkdirSync(run);
  expect(await copiedBytesOf(run)).toBeUndefined();
});
