/** The commands that inspect runs, on runs that are on disk: none of them needs libvirt. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import {
  BEGUN,
  commanded,
  ended,
  GIVEN,
  journalText,
  KEPT,
  phase,
  RESUMED,
  STARTED,
  writeRun,
} from '../journals.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const state = mkdtempSync(join(tmpdir(), 'blockplan-look-'));
afterAll(() => rmSync(state, { recursive: true }));

const UNDEFINED = phase('do', 'undefine/undefine', 'DONE', [
  KEPT,
  ...commanded('do', 'undefine/undefine', GIVEN.undefine, 'done'),
]);

function blockplan(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...isolated(state) },
  });
  return { status, stdout, stderr };
}

beforeAll(async () => {
  expect(blockplan('status')).toEqual({
    ...{ status: 0, stderr: '' },
    stdout: 'No run needs attention.\n',
  });
  await addUnfinished(state, '20261123-080000-aaaaaa');
  const orphan = await writeRun(state, '20261123-080000-aaaaaa', [STARTED, ...UNDEFINED]);
  writeFileSync(join(orphan, 'bundle.json'), '{}');
  await addUnfinished(state, '20261123-090000-bbbbbb');
  await writeRun(state, '20261123-090000-bbbbbb', [
    { ...STARTED, domain: 'web2' },
    ended('stranded', ['vda is in between, and <graphics passwd="hunter2"/> is not shown']),
  ]);
  await writeRun(state, '20261123-100000-cccccc', [STARTED, ended('succeeded')]);
  const { format: _, ...older } = STARTED;
  await writeRun(
    state,
    '20251123-100000-dddddd',
    `${journalText([older as typeof STARTED, ended('rolled-back')], BEGUN)}{"seq`,
  );
});

test('status shows a run that may lose a definition first, and reads no finished run', () => {
  const { status, stdout, stderr } = blockplan('status');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const heads = stdout.split('\n').filter((line) => /^\S/.test(line));
  expect(heads).toEqual([
    'orphan: the only definition of web1 may be held by move-web1 on web1, run',
    'stranded: move-web1 on web2, run 20261123-090000-bbbbbb',
    '2 runs are over: blockplan list',
  ]);
  expect(stdout).toContain('$ blockplan rescue 20261123-080000-aaaaaa');
  expect(stdout).toContain('$ blockplan forget 20261123-090000-bbbbbb');
  expect(stdout).not.toContain('hunter2');
});

test('status of one domain mentions that other domains need attention', () => {
  expect(blockplan('status', 'web3').stdout).toBe(`No run on web3 needs attention.
2 runs are unfinished on other domains: blockplan status
Past runs on web3: blockplan list web3
`);
});

test('list shows all runs, newest first, also those of older versions and with torn journals', () => {
  const { stdout } = blockplan('list');
  expect(
    stdout
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(/ {2,}/)),
  ).toEqual([
    ['succeeded', '20261123-100000-cccccc', 'web1', '-', '1 s', 'move-web1', '-'],
    ['stranded', '20261123-090000-bbbbbb', 'web2', '-', '1 s', 'move-web1', '-'],
    ['orphan', '20261123-080000-aaaaaa', 'web1', '-', '-', 'move-web1', '-'],
    [
      ...['rolled back', '20251123-100000-dddddd', 'web1', '-', '1 s', 'move-web1'],
      expect.stringContaining('incomplete'),
    ],
  ]);
  expect(blockplan('list', 'web2').stdout.split('\n')).toHaveLength(3);
});

test('show finds a run by its ID, a prefix of it and last, as text and as JSON', () => {
  const text = blockplan('show', '20261123-08').stdout;
  expect(text).toMatch(/^orphan: the only definition of web1/);
  expect(text).toContain('undefine/undefine  DONE');
  expect(text).toContain('$ virsh undefine --domain web1');
  const { standing, history } = JSON.parse(blockplan('show', 'last', '--format', 'json').stdout);
  expect(standing).toMatchObject({ run: '20261123-100000-cccccc', outcome: 'succeeded' });
  expect(history).toMatchObject({ taken: [{ how: 'run' }], finish: { end: 'succeeded' } });
  const stranded = blockplan('show', '20261123-090000-bbbbbb', '--format', 'json').stdout;
  expect(stranded).not.toContain('hunter2');
});

test('show reports an altered journal, even if its two ends are intact', async () => {
  const text = journalText([STARTED, ...UNDEFINED, ended('succeeded')]);
  await writeRun(
    state,
    '20251124-000000-aaaaaa',
    text.replace(
      '"verb":"undefine","args":{"domain":"web1"',
      '"verb":"undefine","args":{"domain":"web2"',
    ),
  );
  expect(blockplan('list').stdout).toMatch(/^succeeded +20251124-000000-aaaaaa/m);
  const { stdout } = blockplan('show', '20251124');
  expect(stdout).toContain('its journal was modified after it was written');
  expect(stdout).not.toContain('$ virsh');
});

const begun: RunEvent = {
  ...{ time: BEGUN, event: 'run-started', run: 'r', plan: 'move-web1', domain: 'web1' },
  ...{ journal: '/j', steps: [] },
};
const notice = (message: string): RunEvent => ({ time: BEGUN, event: 'notice', message });

function writeEvents(run: string, events: readonly RunEvent[]): void {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(join(state, 'runs', run, 'events.jsonl'), `${text}{"time":1,"eve`);
}

test('attach to a run that is over shows its last start, and exits with its exit code', async () => {
  await writeRun(state, '20261124-010000-aaaaaa', [
    STARTED,
    { type: 'run-left', by: 'SIGINT' },
    RESUMED,
    ended('rolled-back', ['as before']),
  ]);
  writeEvents('20261124-010000-aaaaaa', [begun, notice('first'), begun, notice('second')]);
  const { status, stdout } = blockplan('attach', '20261124-01');
  expect(status).toBe(4);
  expect(stdout).not.toContain('first');
  expect(stdout).toMatch(
    /note: second\nrolled back: move-web1 on web1 \(3 s\)\nState now\n {2}as before\nWhat to do\n {2}.*\n$/,
  );
});

test('attach to a run without an event log still shows its end', async () => {
  await writeRun(state, '20261124-020000-aaaaaa', [STARTED, ended('stranded', ['between'])]);
  const { status, stdout } = blockplan('attach', '20261124-02', '--format', 'json');
  expect(status).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({ event: 'run-finished', end: 'stranded' });
});

test('attach to a run without a process reports that, and what to type', async () => {
  await writeRun(state, '20261124-030000-aaaaaa', [STARTED]);
  writeEvents('20261124-030000-aaaaaa', [begun, notice('all that was told')]);
  const { status, stdout, stderr } = blockplan('attach', '20261124-03');
  expect(status).toBe(6);
  expect(stdout).toContain('all that was told');
  expect(stderr).toContain('error BP221: run 20261124-030000-aaaaaa is no longer active');
  expect(stderr).toContain('blockplan resume 20261124-030000-aaaaaa');
});

test('attach without a run is refused if none is active', () => {
  expect(blockplan('attach')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('error BP220: no run is active'),
  });
});

test('a run is detached only with --yes, and not for a preview', () => {
  const words = ['run', 'plans/live-backup.yaml', '--detach'];
  for (const more of [[], ['--yes', '--dry-run']])
    expect(blockplan(...words, ...more)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('BP222'),
    });
});

test('a missing run and an ambiguous word are refused', () => {
  expect(blockplan('show', 'nothing')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/error BP210: run "nothing" does not exist in .*\n {2}hint: /),
  });
  expect(blockplan('show', '20261123-')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('" matches 3 runs: 20261123-100000-cccccc, '),
  });
  expect(blockplan('resume', 'nothing')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('BP210'),
  });
});
