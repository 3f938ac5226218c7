import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { EVENTS_FILE, EventLog } from '../../../src/journal/event-log.ts';
import { followEvents } from '../../../src/journal/follow-events.ts';
import { RESERVE_FILE } from '../../../src/journal/journal.ts';

const root = mkdtempSync(join(tmpdir(), 'blockplan-events-'));
let folder = '';
let count = 0;
beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(folder);
  writeFileSync(join(folder, RESERVE_FILE), '');
});
afterAll(() => rm(root, { recursive: true }));

const notice = (message: string): RunEvent => ({ time: 1, event: 'notice', message });
const ref = { step: 'mirror', phase: 'mirror', direction: 'do' } as const;
const progress = (time: number): RunEvent => ({
  ...ref,
  event: 'progress',
  time,
  current: 1,
  total: 2,
});
const begun = (time: number): RunEvent => ({ ...ref, event: 'phase-started', time, summary: '' });

const nobody = new AbortController().signal;
async function logged(): Promise<RunEvent[]> {
  const all: RunEvent[] = [];
  for await (const events of followEvents(folder, () => false, nobody)) all.push(...events);
  return all;
}

function log(failures: string[] = []): EventLog {
  return new EventLog(folder, (why) => failures.push(why));
}

describe('the event log', () => {
  test('returns what was written, a later start of the run after an earlier one', async () => {
    const first = log();
    first.write(notice('größe\n'));
    first.close();
    await appendFile(join(folder, EVENTS_FILE), '{"time":2,"event":"noti');
    const second = log();
    second.write(notice('again'));
    expect(await logged()).toEqual([notice('größe\n'), notice('again')]);
  });

  test('of a day stays small, and progress keeps moving in it', async () => {
    const written = log();
    const day = 24 * 3600;
    written.write(begun(0));
    for (let second = 0; second < day * 2; second++) written.write(progress(second * 500));
    expect(readFileSync(join(folder, EVENTS_FILE)).length).toBeLessThan(1_500_000);
    const times = (await logged()).map(({ time }) => time).slice(1);
    const pauses = times.slice(1).map((time, at) => time - times[at]!);
    expect(Math.min(...pauses)).toBe(1000);
    expect(Math.max(...pauses)).toBe(10_000);
  });

  test('has the first progress of each phase, and tolerates a clock that is set back', async () => {
    const written = log();
    for (const event of [begun(0), progress(10), begun(20), progress(30), progress(5)])
      written.write(event);
    expect(await logged()).toHaveLength(5);
  });

  test('that cannot be written is reported once, and stops nothing', async () => {
    const failures: string[] = [];
    const written = log(failures);
    written.write(notice('one'));
    // The journal gives up its reserve when the disk is full.
    rmSync(join(folder, RESERVE_FILE));
    written.write(notice('two'));
    written.write(notice('three'));
    written.close();
    expect(failures).toEqual(['the disk is full']);
    expect(await logged()).toEqual([notice('one')]);
    const none: string[] = [];
    new EventLog(join(folder, 'none'), (why) => none.push(why)).write(notice('x'));
    expect(none).toEqual([expect.stringContaining('ENOENT')]);
  });
});

describe('a follower', () => {
  test('receives the existing events, and then new ones, until no process writes', async () => {
    let alive = true;
    const seen: (readonly RunEvent[])[] = [];
    const following = (async () => {
      for await (const events of followEvents(folder, () => alive, nobody)) {
        seen.push(events);
        if (seen.length === 1) log().write(notice('first'));
        if (events.some((event) => event.event === 'notice' && event.message === 'first')) {
          await appendFile(join(folder, EVENTS_FILE), '{"time":1,"event":"notice",');
          await appendFile(join(folder, EVENTS_FILE), '"message":"last"}\n');
          alive = false;
        }
      }
    })();
    await following;
    expect(seen[0]).toEqual([]);
    expect(seen.flat()).toEqual([notice('first'), notice('last')]);
  });

  test('stops when it is aborted', async () => {
    const away = new AbortController();
    for await (const _ of followEvents(folder, () => true, away.signal)) away.abort();
  });
});
