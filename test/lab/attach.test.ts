/** Runs that outlive their terminal, and commands that follow them from another one. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { until } from '../../src/lab/poll.ts';
import { shellQuote } from '../../src/shell-quote.ts';
import { isolated } from '../isolation.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectWrites,
  planText,
  startCli,
  stateDir,
  writePlan,
} from './support.ts';

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base'] }] });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

/** A live backup that takes several seconds. */
function slowCopy(name: string): Promise<string> {
  const dest = join(host.images, name);
  const slow = { bandwidth: 12, 'buf-size': 1_048_576 };
  return writePlan(
    host,
    planText(guest.name, [{ blockcopy: { disk: 'vda', dest, finish: true, ...slow } }]),
  );
}

function blockplan(...argv: string[]): Promise<Ended> {
  return startCli(host, argv).ended;
}

const isProgress = ({ event }: RunEvent) => event === 'progress';
const attachJson = (run: string) => startCli(host, ['attach', run, '--format', 'json']);
const lines = (text: string) => text.trimEnd().split('\n');

test('a detached run can be followed, left and followed again, to its end', async () => {
  const plan = await slowCopy('detached.qcow2');
  const detached = await blockplan('run', plan, '--detach', '--yes', '-c', host.uri);
  expect(detached.exitCode, detached.told).toBe(0);
  const [run = ''] = /\d{8}-\d{6}-[0-9a-f]{6}/.exec(detached.stdout) ?? [];
  expect(lines(detached.stdout)).toEqual([
    `lab-plan on ${guest.name}: run ${run} continues in the background`,
    `  $ blockplan attach ${run}`,
  ]);

  const first = startCli(host, ['attach', '--format', 'json']);
  await first.event(isProgress);
  first.child.kill('SIGINT');
  const away = await first.ended;
  expect(away.exitCode, away.told).toBe(130);
  expect(away.stderr).toContain(`the run continues; to follow it again: blockplan attach ${run}`);
  expect((await blockplan('status')).stdout).toMatch(/^running: lab-plan on /);

  const second = await attachJson(run).ended;
  expectEnd(second, 0);
  expect(second.events.some(isProgress)).toBe(true);
  expect(second.events[0]).toMatchObject({ event: 'run-started', run });
  // A later command shows the same end.
  expect(expectEnd(await attachJson(run).ended, 0).state).toEqual(expectEnd(second, 0).state);

  const shown = await blockplan('show', run);
  expect(lines(shown.stdout)[0]).toMatch(/^succeeded: lab-plan on .*, run /);
  expect(shown.stdout).toMatch(/^ +[\d.]+ m?s {2}\$ virsh blockcopy --domain /m);
  expect(shown.stdout).toMatch(/^ {2}step-1\/mirror +DONE +[\d.]+ s$/m);
});

test('a run whose terminal is closed continues, and can be followed', async () => {
  const plan = await slowCopy('foreground.qcow2');
  const command = [process.execPath, 'dist/cli.js', 'run', plan, '--yes', '-c', host.uri];
  const env = { ...process.env, ...isolated(stateDir(host)), TERM: 'xterm' };
  // script(1) holds the other side of the terminal: killing it closes the terminal.
  const terminal = spawn('script', ['-qefc', shellQuote(command), '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let screen = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  await until('a bar on the terminal', 20_000, () => screen.includes(' %'));
  terminal.kill('SIGKILL');
  const ended = await startCli(host, ['attach', '--format', 'json']).ended;
  expectEnd(ended, 0);
  const after = ended.events.filter(isProgress);
  expect(after.length).toBeGreaterThan(1);
  await expectWrites(host, guest);
  expect((await blockplan('status')).stdout).toBe(
    'No run needs attention.\n2 runs are over: blockplan list\n',
  );
});

test('attach reports that the run was killed, and follows its resumption', async () => {
  const detached = await blockplan(
    ...['run', await slowCopy('killed.qcow2'), '--detach', '--yes', '-c', host.uri],
    ...['--format', 'json'],
  );
  const { run } = JSON.parse(detached.stdout) as { run: string };
  const watching = attachJson(run);
  await watching.event(isProgress);
  const { standing } = JSON.parse((await blockplan('show', run, '--format', 'json')).stdout);
  expect(standing.outcome).toBe('running');
  process.kill(Number(/pid (\d+)/.exec(standing.owner)?.[1]), 'SIGKILL');
  const told = await watching.ended;
  expect([told.exitCode, ...codes(told)], told.told).toEqual([6, 'BP221']);
  expect((await blockplan('status')).stdout).toMatch(/^unfinished: lab-plan on /);

  const resumed = startCli(host, ['resume', run, '--format', 'json']);
  await resumed.event(({ event }) => event === 'run-started');
  const again = await attachJson(run).ended;
  expectEnd(await resumed.ended, 0);
  expectEnd(again, 0);
  expect(again.events[0]).toMatchObject({ event: 'run-started', again: 'resume' });
});

test('the refusal of a detached run is shown to the caller, and leaves no run', async () => {
  const before = readdirSync(join(stateDir(host), 'runs'));
  const refused = async (...words: string[]) => {
    const ended = await blockplan('run', ...words, '--detach', '-c', host.uri);
    return [ended.exitCode, ...codes(ended)];
  };
  const plan = await slowCopy('detached.qcow2');
  expect(await refused(plan, '--yes')).toEqual([3, 'BP106']);
  expect(await refused(plan)).toEqual([2, 'BP222']);
  expect(await refused(plan, '--yes', '--dry-run')).toEqual([2, 'BP222']);
  // Only the other process can see this: another user's marker on the domain.
  const mark = "<run run='other' host='elsewhere' user='ann' pid='1' since='now'/>";
  const words = ['--uri', 'urn:blockplan:run:1', '--key', 'blockplan', '--set', mark, '--live'];
  await host.virsh('metadata', guest.name, ...words);
  expect(await refused(await slowCopy('marked.qcow2'), '--yes')).toEqual([3, 'BP120']);
  expect(readdirSync(join(stateDir(host), 'runs'))).toEqual(before);
  expect(codes(await blockplan('attach'))).toEqual(['BP220']);
});
