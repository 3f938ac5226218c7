/** The thaw guard as a program: when it freezes, when it thaws, and when it ends, with a libvirt whose answers are fixed. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import type { GuardMessage, GuardOrder } from '../../src/libvirt/thaw-guard.ts';
import { scratchFolder } from '../scratch-folder.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const UUID = '6f3c1ab2-7c1e-4b5a-9d3f-0a1b2c3d4e5f';
const scratch = scratchFolder('thaw-guard');
const bin = join(scratch, 'bin');

beforeAll(() => {
  mkdirSync(bin);
  const fake = readFileSync(join(ROOT, 'test/cli/fake-virsh.cjs'), 'utf8');
  writeFileSync(join(bin, 'virsh'), `#!${process.execPath}\n${fake}`);
  chmodSync(join(bin, 'virsh'), 0o755);
});

const ANSWERS = {
  uri: 'test:///default',
  domid: '7',
  'guest-agent-timeout': '',
  domfsfreeze: 'Froze 2 filesystem(s)',
  domfsthaw: 'Thawed 2 filesystem(s)',
};
const OF_OTHERS = 'error: the agent is in frozen state';
const LONG_MS = 600_000;
let guards = 0;

/** Starts a guard, and waits until it is ready. */
async function started({ answers = {}, timeMs = LONG_MS }: { answers?: object; timeMs?: number }) {
  const folder = join(scratch, String(++guards));
  const [libvirt, log] = [join(folder, 'libvirt.json'), join(folder, 'log')];
  mkdirSync(folder);
  writeFileSync(libvirt, JSON.stringify({ ...ANSWERS, ...answers }));
  const words = ['test:///default', UUID, '7', String(timeMs), '10'];
  const child = spawn(process.execPath, [join(ROOT, 'dist/thaw-guard.js'), ...words], {
    env: { PATH: `${bin}:${process.env['PATH']}`, FAKE_LIBVIRT: libvirt, FAKE_LIBVIRT_LOG: log },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const next = async () => JSON.parse((await lines.next()).value ?? '{}') as GuardMessage;
  expect((await next()).says).toBe('ready');
  return {
    ended,
    next,
    kill: () => child.kill('SIGTERM'),
    leave: () => child.stdin.end(),
    order: (order: GuardOrder) => child.stdin.write(`${order}\n`),
    /** What was sent to the guest's agent. */
    sent: () => {
      const verbs = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
      return verbs.filter((verb) => verb.startsWith('domfs'));
    },
  };
}

const ENDS = [
  ['blockplan ends', 'leave'],
  ['its service is stopped', 'kill'],
] as const;

describe.each(ENDS)('once %s', (_how, end) => {
  test('a guard that was told nothing ends without a thaw', async () => {
    const guard = await started({});
    guard[end]();
    expect([await guard.ended, guard.sent()]).toEqual([0, []]);
  });

  test('a guard that has frozen the guest thaws it', async () => {
    const guard = await started({});
    guard.order('freeze');
    expect(await guard.next()).toEqual({ says: 'froze', text: ANSWERS.domfsfreeze });
    guard[end]();
    expect(await guard.next()).toEqual({ says: 'thawed', text: ANSWERS.domfsthaw });
    expect([await guard.ended, guard.sent()]).toEqual([0, ['domfsfreeze', 'domfsthaw']]);
  });

  test('a guest that another tool has frozen stays frozen', async () => {
    const guard = await started({ answers: { domfsfreeze: OF_OTHERS } });
    guard.order('freeze');
    expect((await guard.next()).says).toBe('refused');
    guard[end]();
    expect([await guard.ended, guard.sent()]).toEqual([0, ['domfsfreeze']]);
  });
});

test('the end of blockplan just after the order does not leave the guest frozen', async () => {
  const guard = await started({});
  guard.order('freeze');
  guard.leave();
  expect(await guard.ended).toBe(0);
  expect([[], ['domfsfreeze', 'domfsthaw']]).toContainEqual(guard.sent());
});

test('a guard thaws once the time is over, which begins with the freeze', async () => {
  const guard = await started({ timeMs: 1 });
  guard.order('freeze');
  expect((await guard.next()).says).toBe('froze');
  expect((await guard.next()).says).toBe('thawed');
  expect(await guard.ended).toBe(0);
});

test('a guard that is disarmed ends without a thaw', async () => {
  const guard = await started({});
  guard.order('freeze');
  expect((await guard.next()).says).toBe('froze');
  guard.order('disarm');
  expect([await guard.ended, guard.sent()]).toEqual([0, ['domfsfreeze']]);
});
