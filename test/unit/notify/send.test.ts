/** Notifications to real programs on this machine. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sendNotification } from '../../../src/notify/send.ts';
import type { NotifyTarget } from '../../../src/notify/settings.ts';
import { isRunning, NOTE } from '../../notifications.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('send');
const file = (name: string) => join(folder, name);

const never = new AbortController().signal;
const send = (...targets: NotifyTarget[]) => sendNotification(NOTE, targets, never);
const shell = (script: string): readonly [string, ...string[]] => ['/bin/sh', '-c', script];

test('the notification is as its schema documents it', () => {
  const schema = new URL('../../../schemas/notification.schema.json', import.meta.url);
  const fits = new Ajv2020({ strict: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  expect(fits(NOTE), JSON.stringify(fits.errors)).toBe(true);
  const { run: _, domain: _2, journal: _3, ...refused } = NOTE;
  expect(fits({ ...refused, outcome: 'input-refused' })).toBe(true);
  expect(fits({ ...NOTE, outcome: 'happy' })).toBe(false);
});

describe('a command', () => {
  test('gets the notification as JSON, and its arguments as they are', async () => {
    const command = ['/bin/sh', '-c', `cat > "$1"`, 'sh', file("it's $(x)")] as const;
    expect(await send({ command })).toEqual([]);
    expect(JSON.parse(readFileSync(file("it's $(x)"), 'utf8'))).toEqual(NOTE);
  });

  test('may ignore its input', async () => {
    const big = { ...NOTE, text: 'x'.repeat(1_000_000) };
    expect(await sendNotification(big, [{ command: shell('exit 0') }], never)).toEqual([]);
  });

  test('that does not exist is reported', async () => {
    expect(await send({ command: [file('nowhere')] })).toEqual([
      `the command ${file('nowhere')} failed: it could not be started: the program, or the interpreter in its first line, does not exist`,
    ]);
  });

  test('that fails is reported with the end of its output', async () => {
    const [failure] = await send({
      command: shell('echo one; yes | head -c 100000; echo two >&2; exit 3'),
    });
    expect(failure).toMatch(/^the command \/bin\/sh failed: it exited with status 3: …; (y; )+/);
    expect(failure).toContain('two');
    expect(failure?.length).toBeLessThan(7000);
    expect(await send({ command: shell('kill -9 $$') })).toEqual([
      'the command /bin/sh failed: it was killed by SIGKILL',
    ]);
  });

  test('that does not end is killed with its children', async () => {
    const began = Date.now();
    const script = `sleep 300 & echo $! > ${file('child')}; wait`;
    expect(await send({ command: shell(script), timeout: 1 })).toEqual([
      'the command /bin/sh failed: it did not end within 1 s and was killed',
    ]);
    expect(Date.now() - began).toBeLessThan(100_000);
    const child = readFileSync(file('child'), 'utf8').trim();
    // The kernel removes a killed process a moment later.
    for (let tries = 0; tries < 200 && isRunning(child); tries++) await delay(20);
    expect(isRunning(child)).toBe(false);
  });

  test('is done when it ends, even if a process that it left keeps its output open', async () => {
    const script = `setsid sleep 300 & echo $! > ${file('left')}`;
    expect(await send({ command: shell(script), timeout: 60 })).toEqual([]);
    process.kill(Number(readFileSync(file('left'), 'utf8')), 'SIGKILL');
  });

  test('is interrupted by the signal', async () => {
    const interrupt = new AbortController();
    const sent = sendNotification(NOTE, [{ command: shell('sleep 300') }], interrupt.signal);
    interrupt.abort();
    expect(await sent).toEqual(['the command /bin/sh failed: it was interrupted']);
  });
});

test('targets are notified of the ends that they selected, at the same time', async () => {
  const writes = (name: string) => shell(`echo x > ${file(name)}`);
  const failures = await send(
    { command: shell('sleep 300'), timeout: 1 },
    { on: ['stranded', 'succeeded'], command: writes('not') },
    { on: ['rolled-back'], command: writes('selected') },
    {
      command: shell(`while [ ! -e ${file('selected')} ]; do sleep 0.1; done; exit 7`),
      timeout: 60,
    },
  );
  expect(existsSync(file('not'))).toBe(false);
  expect(existsSync(file('selected'))).toBe(true);
  expect(failures.map((each) => each.replace(/.*failed: /, ''))).toEqual([
    'it did not end within 1 s and was killed',
    'it exited with status 7',
  ]);
});

describe('a mail', () => {
  beforeAll(() => {
    const script = `#!/bin/sh\necho "$@" > ${file('words')}\ncat > ${file('mail')}\n[ ! -e ${file('refuse')} ] || { echo no >&2; exit 75; }\n`;
    writeFileSync(file('sendmail'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  test('is passed to sendmail', async () => {
    expect(await send({ mail: { to: 'root' } })).toEqual([]);
    expect(readFileSync(file('words'), 'utf8')).toBe('-t -i\n');
    expect(readFileSync(file('mail'), 'utf8')).toContain(
      '\nSubject: ROLLED BACK: web1, plan move\n',
    );
  });

  test('that sendmail does not take is reported', async () => {
    writeFileSync(file('refuse'), '');
    expect(await send({ mail: { to: ['root', 'ops@example.org'] } })).toEqual([
      'the email to root, ops@example.org failed: it exited with status 75: no',
    ]);
  });
});
