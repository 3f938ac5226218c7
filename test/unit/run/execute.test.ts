/** What a live run passes on: times and rates to its listener, files to the journal, interruptions to the driver. */

import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BUNDLE_FILE, readKeptBundle } from '../../../src/journal/bundle.ts';
import type { DomainState } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { ownProcess } from '../../../src/processes.ts';
import { thisHost } from '../../../src/this-host.ts';
import { BEGUN } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned, shipped } from '../../plans.ts';
import { waiting } from '../../troubled-runs.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

describe('with a fake clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('progress names its phase, with its bytes and its pace', async () => {
    const runs = waiting(({ onProgress }) => {
      for (const current of [10, 20, 30]) {
        vi.advanceTimersByTime(1000);
        onProgress({ current, total: 90 });
      }
    });
    await runs.whole(planned([MOVE]));
    const of = { event: 'progress', step: 'blockcopy', phase: 'mirror', direction: 'do' };
    const end = Date.now();
    expect(runs.events.filter(({ event }) => event === 'progress')).toEqual([
      { ...of, time: end - 2000, current: 10, total: 90, elapsedMs: 1000 },
      { ...of, time: end - 1000, current: 20, total: 90, elapsedMs: 2000 },
      { ...of, time: end, current: 30, total: 90, elapsedMs: 3000, rate: 10, leftMs: 6000 },
    ]);
  });

  test('the end of a phase and of a run has its duration', async () => {
    const runs = waiting(() => {
      vi.advanceTimersByTime(1234);
    });
    runs.onAppend = ({ type }) => {
      if (type === 'run-started') vi.advanceTimersByTime(1000);
    };
    await runs.whole(planned([MOVE]));
    const durations = runs.events.flatMap((each) =>
      'durationMs' in each ? [[each.event, each.durationMs]] : [],
    );
    expect(durations).toEqual([
      ['phase-finished', 1234],
      ['phase-finished', 0],
      ['run-finished', 2234],
    ]);
    expect(runs.events.map(({ time }) => time)).toEqual(
      runs.events.map(({ time }) => time).toSorted(),
    );
  });

  test('a resumed run has lasted since its first start, as in its journal', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(planned([MOVE]), ({ type }) => type === 'phase-finished');
    vi.setSystemTime(BEGUN + 119_000);
    await runs.again('resume');
    const [end] = runs.events.filter(({ event }) => event === 'run-finished');
    expect(end).toMatchObject({ durationMs: 119_000 });
  });
});

test('an event of the guest is reported, with what to do about it', async () => {
  let befalls: (state: DomainState, detail: string) => void = () => {};
  const runs = waiting(() => {
    befalls('paused', 'I/O Error');
    befalls('running', 'Unpaused');
  });
  runs.driver.onGuestState = (listener) => {
    befalls = listener;
  };
  await runs.whole(planned([MOVE]));
  const told = runs.events.filter(({ event }) => event === 'guest-state' || event === 'notice');
  expect(told).toMatchObject([
    { event: 'guest-state', state: 'running' },
    { event: 'guest-state', state: 'paused' },
    {
      event: 'notice',
      message: expect.stringContaining('"testvm" is paused because a write failed'),
    },
    { event: 'guest-state', state: 'running' },
  ]);
});

test('the marker of the domain says who works on it', async () => {
  const runs = new Runs(hostForPlans());
  const mark = runs.driver.mark.bind(runs.driver);
  const marks: unknown[] = [];
  runs.driver.mark = async (marker) => {
    marks.push(marker);
    await mark(marker);
  };
  await runs.whole(planned([MOVE]));
  const by = { run: 'r', host: hostname(), user: 'u', pid: process.pid };
  const { hostId } = thisHost();
  const { boot, started, namespace } = ownProcess();
  expect(marks).toEqual([
    {
      ...{ ...by, hostId, boot, started, namespace },
      since: expect.stringMatching(/^20\d\d-.*Z$/),
    },
  ]);
  expect(runs.entries[0]).toMatchObject({ type: 'run-started', ...by, hostId, version: '0' });
});

test('a created file is in the journal on disk before anything is written to it', async () => {
  const syncs: boolean[] = [];
  const made = { file: '/new/c', ino: '7', born: '0' };
  const runs = waiting(({ onMade }) => onMade(made));
  runs.onAppend = ({ type }, sync) => {
    if (type === 'made') syncs.push(sync);
  };
  await runs.whole(planned([MOVE]));
  expect(syncs).toEqual([true]);
  expect(runs.entries).toContainEqual({ type: 'made', on: LOCAL, ...made });
});

test('what is kept is in a file of its own before the journal records it', async () => {
  const runs = new Runs(hostForPlans());
  let text = '';
  runs.onAppend = ({ type }) => {
    if (type === 'kept') text = readFileSync(join(runs.folder, BUNDLE_FILE), 'utf8');
  };
  await runs.whole(shipped('live-storage-migration-classic.yaml'));
  const { domain, host } = hostForPlans();
  expect(JSON.parse(text)).toMatchObject({
    ...{ run: 'r', domain: 'testvm', uuid: domain.uuid, uri: host.uri },
    since: expect.stringMatching(/^20\d\d-.*Z$/),
    kept: { definition: domain.definition },
  });
  expect(await readKeptBundle(runs.folder)).toMatchObject({ proven: true });
});
