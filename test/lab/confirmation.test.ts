/** The confirmation before a run, on a real terminal (a pseudo terminal from script(1)). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { shellQuote } from '../../src/shell-quote.ts';
import { isolated } from '../isolation.ts';
import { planText, stateDir, writePlan } from './support.ts';

let host: LabHost;
let guest: Guest;
let plan: string;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base', 'top'] }] });
  await guest.waitForWrites(1);
  const blockcopy = {
    disk: 'vda',
    dest: join(host.images, 'copy.qcow2'),
    shallow: true,
    pivot: true,
  };
  plan = await writePlan(host, planText(guest.name, [{ blockcopy }]));
});

afterAll(() => host.stop());

/** Runs the plan on a terminal; calls `act` when the question appears. */
function onTerminal(
  act: (type: (keys: string) => void) => unknown,
): Promise<{ code: number; screen: string }> {
  const command = [process.execPath, 'dist/cli.js', 'run', plan, '-c', host.uri];
  const env = { ...process.env, ...isolated(stateDir(host)), TERM: 'xterm', NO_COLOR: '1' };
  const child = spawn('script', ['-qefc', shellQuote(command), '/dev/null'], { env });
  let screen = '';
  let asked = false;
  child.stdout.setEncoding('utf8').on('data', async (text: string) => {
    screen += text;
    if (asked || !screen.includes('Run this plan? [y/N] ')) return;
    asked = true;
    await act((keys) => child.stdin.write(keys));
  });
  return new Promise((resolve) =>
    child.on('close', (code) =>
      resolve({ code: code ?? -1, screen: stripVTControlCharacters(screen) }),
    ),
  );
}

test.each([
  ['no', (type: (keys: string) => void) => type('no\n')],
  ['Ctrl-C', (type: (keys: string) => void) => type('\u0003')],
  ['Ctrl-D', (type: (keys: string) => void) => type('\u0004')],
])('%s changes nothing', async (_title, answer) => {
  const before = await picture(host, guest.name);
  const { code, screen } = await onTerminal(answer);
  expect(screen.indexOf('rollback:')).toBeLessThan(screen.indexOf('Run this plan?'));
  expect(screen).toContain('rollback:');
  expect(screen.split(`lab-plan on ${guest.name}: 1 step,`)).toHaveLength(3);
  expect(screen).toContain('not confirmed: nothing was done');
  expect(code).toBe(3);
  expect(await picture(host, guest.name)).toEqual(before);
});

test('a plan whose preview has changed since it was shown is not run', async () => {
  const { code, screen } = await onTerminal(async (type) => {
    await host.virsh('snapshot-create-as', guest.name, 's', '--disk-only', '--no-metadata');
    type('yes\n');
  });
  expect(screen).toContain('BP125');
  expect(code).toBe(3);
});

test('a Y runs it', async () => {
  const { code, screen } = await onTerminal((type) => type('Y\n'));
  expect(screen).toContain('succeeded');
  expect(code, screen).toBe(0);
});
