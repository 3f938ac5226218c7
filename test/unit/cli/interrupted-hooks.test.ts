/** Ctrl-C while the hooks of an end run: the run itself has ended. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import { readRunLog } from '../../../src/journal/run-log.ts';
import { unfinishedRuns } from '../../../src/journal/unfinished.ts';
import { Scripts } from '../../hooked-runs.ts';
import { performed } from './performed.ts';

const RUN = '20261123-081502-3fa2c1';
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-interrupted-'));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(state, { recursive: true });
});

const folder = () => join(state, 'runs', RUN);

function notices(): string[] {
  const file = join(folder(), EVENTS_FILE);
  if (!existsSync(file)) return [];
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return events
    .map((line) => JSON.parse(line) as RunEvent)
    .flatMap((event) => (event.event === 'notice' ? [event.message] : []));
}

/** The signal as the run receives it: only the last listener is the run's own. */
function interrupt(): void {
  process.listeners('SIGINT').at(-1)?.('SIGINT');
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const SAID = 'SIGINT: the run has ended; a second signal ends the wait for its hooks';

test('the first one says that the run has ended, and the hook ends by itself', async () => {
  const scripts = new Scripts();
  const go = scripts.path('go');
  const body = `while [ ! -e ${go} ]; do sleep 0.1; done`;
  const hooks = { after: { command: [scripts.write('slow', body)], timeout: 300 } };
  const running = performed(state, RUN, () => {}, { hooks });
  await until(() => scripts.names.includes('slow'));
  interrupt();
  await until(() => notices().length > 0);
  writeFileSync(go, '');
  const { code, sent } = await running;
  expect([code, notices()]).toEqual([0, [SAID]]);
  expect(sent).toMatchObject([{ outcome: 'succeeded', exitCode: 0 }]);
});

test('the second one stops the hooks, and the run ends as it has ended', async () => {
  const scripts = new Scripts();
  const hook = (name: string, body = '') => ({
    command: [scripts.write(name, body)],
    timeout: 300,
  });
  const hooks = { after: [hook('slow', 'exec sleep 1000'), hook('never')] };
  const running = performed(state, RUN, () => {}, { hooks });
  await until(() => scripts.names.includes('slow'));
  interrupt();
  interrupt();
  const { code, sent, driver } = await running;
  expect([code, notices(), driver.marked]).toEqual([0, [SAID], false]);
  expect(sent).toMatchObject([{ outcome: 'succeeded', exitCode: 0 }]);
  const { finish } = await readRunLog(folder());
  expect(finish).toMatchObject({ end: 'succeeded' });
  expect(finish?.happened).toEqual([
    expect.stringContaining('after hook 1'),
    expect.stringContaining('after hook 2'),
  ]);
  expect(await unfinishedRuns(state)).toEqual([]);
  expect(scripts.names).toEqual(['slow']);
});

test('in a before hook the run is rolled back', async () => {
  const scripts = new Scripts();
  const hooks = { before: { command: [scripts.write('slow', 'exec sleep 1000')], timeout: 300 } };
  const running = performed(state, RUN, () => {}, { hooks });
  await until(() => scripts.names.includes('slow'));
  interrupt();
  const { code } = await running;
  expect(code).toBe(4);
  expect(notices()[0]).toMatch(/^SIGINT: rolling back; a second signal /);
});
