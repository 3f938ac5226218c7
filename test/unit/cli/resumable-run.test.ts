/** An unfinished run blocks new ones on its domain, and a hook that still runs blocks its own continuation. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refuseRunningHook } from '../../../src/cli/resumable-run.ts';
import { refuseUnfinishedRun } from '../../../src/cli/unfinished-run.ts';
import type { BlockplanError } from '../../../src/errors.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import { bootId, startTime } from '../../../src/processes.ts';
import { ended, logOf, phase, STARTED, writeRun } from '../../journals.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-left-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const FORGOTTEN: JournalEntry = { type: 'run-forgotten', host: 'h', user: 'u' };

async function refusalOf(entries: readonly JournalEntry[]): Promise<string> {
  await writeRun(state, 'r1', entries);
  await addUnfinished(state, 'r1');
  return refuseUnfinishedRun(state, STARTED.uuid, 'web1').then(
    () => 'none',
    ({ findings: [finding] }: BlockplanError) =>
      `${finding?.code} ${finding?.message} ${finding?.hint}`,
  );
}

test.each<[string, readonly JournalEntry[], readonly string[]]>([
  ['interrupted', [STARTED], ['blockplan resume r1', 'blockplan rollback r1']],
  ['stranded', [STARTED, ended('stranded')], ['blockplan resume r1', 'blockplan rollback r1']],
  [
    'stranded in its rollback',
    [STARTED, ...phase('undo', 'mirror/mirror', 'FAILED'), ended('stranded')],
    ['blockplan rollback r1'],
  ],
])('a run that is %s blocks a new one', async (_title, entries, commands) => {
  const said = await refusalOf(entries);
  expect(said).toMatch(/^BP120 run r1 of move-web1 on "web1" is unfinished/);
  expect(said.match(/blockplan (?:resume|rollback) \S+?(?=[,;])/g)).toEqual(commands);
  expect(said).toContain('blockplan forget r1');
});

test.each<[string, readonly JournalEntry[]]>([
  ['over', [STARTED, ended('rolled-back')]],
  ['forgotten', [STARTED, ended('stranded'), FORGOTTEN]],
])('a run that is %s blocks nothing', async (_title, entries) => {
  expect(await refusalOf(entries)).toBe('none');
});

/** What refuses to continue a run whose hook has that process; `none` if nothing does. */
function hookRefusal(pid: number, started: string, boot = bootId(), ...rest: JournalEntry[]) {
  const of = { point: 'before', number: 2 } as const;
  const log = logOf([
    STARTED,
    { type: 'hook-started', ...of, command: ['/usr/bin/check', '--all'] },
    { type: 'hook-process', ...of, pid, boot, started },
    ...rest,
  ]);
  try {
    refuseRunningHook({ run: 'r1', log });
    return 'none';
  } catch (error) {
    const { end, findings } = error as BlockplanError;
    return `${end} ${findings[0]?.code} ${findings[0]?.message}; ${findings[0]?.hint}`;
  }
}

test('a run cannot be continued while its hook still runs, and the refusal has its PID', async () => {
  const hook = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const pid = hook.pid ?? 0;
  const began = startTime(pid) ?? '';
  expect(hookRefusal(pid, began)).toBe(
    `preflight-refused BP218 the before hook 2 of run r1 is still running (/usr/bin/check, pid ${pid}): blockplan was killed while the hook ran; wait until it has ended, or end it and its process group: kill -- -${pid}`,
  );
  expect(hookRefusal(pid, '1')).toBe('none');
  expect(hookRefusal(pid, began, 'another boot')).toBe('none');
  const answer: JournalEntry = { type: 'hook-finished', point: 'before', number: 2, output: [] };
  expect(hookRefusal(pid, began, bootId(), answer)).toBe('none');
  process.kill(-pid);
  await once(hook, 'exit');
  expect(hookRefusal(pid, began)).toBe('none');
});

test('a hook that has ended and is not yet collected by its parent does not block its run', async () => {
  // The shell is replaced by a program that collects no children.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.5 & echo $!; exec sleep 1000']);
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line);
  const began = startTime(pid) ?? '';
  while (hookRefusal(pid, began) !== 'none')
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(startTime(pid)).toBe(began);
  parent.kill();
});
