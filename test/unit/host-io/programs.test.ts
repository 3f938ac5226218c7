/** Programs are started detached from the terminal, and processes are found by their arguments. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

const sh = (script: string) => ['sh', '-c', script] as const;

test('run returns how the program ended', async () => {
  expect(await localHost.run(sh('echo out; echo err >&2'))).toEqual({
    ...{ ok: true, stdout: 'out', stderr: 'err', code: 0, signal: undefined },
  });
  expect(await localHost.run(sh('exit 3'))).toMatchObject({ ok: false, code: 3 });
  expect(await localHost.run(sh('kill -9 $$'))).toMatchObject({ ok: false, signal: 'SIGKILL' });
  expect(await localHost.run(['/nowhere/program'])).toMatchObject({ ok: false, code: undefined });
});

test('run passes on output as it arrives', async () => {
  const heard: string[] = [];
  await localHost.run(sh('printf 1; printf 2'), { onOutput: (text) => void heard.push(text) });
  expect(heard.join('')).toBe('12');
});

test('run aborts the program after its timeout, or at the signal', async () => {
  expect((await localHost.run(['sleep', '60'], { timeoutMs: 50 })).ok).toBe(false);
  const signal = AbortSignal.abort();
  expect((await localHost.run(['sleep', '60'], { signal, tied: true })).ok).toBe(false);
});

test('a program that is left goes on, and sees the end of its input', async () => {
  // Its output has no reader any more.
  const program = localHost.start(sh('trap "" PIPE; echo on; read -r line || exit 7'), {
    stdin: 'pipe',
  });
  await once(program.stdout, 'data');
  program.leave();
  expect(await program.exited).toEqual({ missing: false, code: 7, signal: undefined });
});

test('a program leads its own session, whether it is run or started', async () => {
  const own = sh(`test "$(cut -d ' ' -f 6 /proc/$$/stat)" = $$ && cat`);
  expect((await localHost.run(own)).ok).toBe(true);
  const program = localHost.start(own, { stdin: 'pipe' });
  program.stdin.end();
  expect(await program.exited).toEqual({ missing: false, code: 0, signal: undefined });
});

test('a started program has the environment with the requested changes', async () => {
  process.env['HOSTIO_A'] = '1';
  process.env['HOSTIO_B'] = '1';
  process.env['HOSTI'] = '1';
  const environment = { without: ['HOSTIO_*'], set: { HOSTIO_B: '2' } };
  const program = localHost.start(sh('env'), { stdin: 'ignore', environment, tied: true });
  let text = '';
  program.stdout.on('data', (piece: string) => {
    text += piece;
  });
  await program.exited;
  expect(text.split('\n').filter((line) => line.startsWith('HOSTI'))).toEqual(
    expect.arrayContaining(['HOSTIO_B=2', 'HOSTI=1']),
  );
  expect(text).not.toContain('HOSTIO_A');
});

test('a program that does not exist is missing, and kill ends a program', async () => {
  const none = localHost.start(['/nowhere/program'], { stdin: 'ignore' });
  expect([none.started, (await none.exited).missing]).toEqual([false, true]);
  none.kill();
  const program = localHost.start(['sleep', '60'], { stdin: 'ignore' });
  program.kill();
  expect(await program.exited).toEqual({ missing: false, code: undefined, signal: 'SIGKILL' });
});

test('a program that the system cannot start is not started, and has no output', async () => {
  const tooLong = 'x'.repeat(200_000);
  for (const tied of [{}, { tied: true }] as const) {
    const program = localHost.start(['sleep', tooLong], { stdin: 'pipe', ...tied });
    program.stdin.write('uri\n');
    const exit = { missing: false, code: undefined, signal: undefined };
    expect([program.started, await program.exited]).toEqual([false, exit]);
    program.kill();
  }
});

test('a program whose output nobody reads still ends', async () => {
  const chatty = sh('head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2');
  const program = localHost.start(chatty, { stdin: 'ignore' });
  expect(await program.exited).toMatchObject({ code: 0 });
});

test('a program has ended once all output of its children has been read', async () => {
  const program = localHost.start(sh('(sleep 0.3; echo late) & echo early'), { stdin: 'ignore' });
  let text = '';
  program.stdout.on('data', (piece: string) => {
    text += piece;
  });
  await program.exited;
  expect(text).toBe('early\nlate\n');
});

test('a process is found by its arguments, if it is the only one', async () => {
  const words = ['-uuid', `of-this-test-${process.pid}`];
  const begin = async () => {
    const child = spawn('sh', ['-c', 'echo; exec >&-; sleep 60', 'sh', ...words]);
    children.push(child);
    // The kernel shows no arguments until it has loaded the program, which is shortly after `spawn`.
    await once(child.stdout, 'data');
    return child;
  };
  expect(await localHost.findProcess(words)).toBeUndefined();
  const child = await begin();
  const found = await localHost.findProcess(words);
  expect(found).toEqual({ pid: String(child.pid), started: expect.stringMatching(/^\d+$/) });
  expect(await localHost.isRunning(found!)).toBe(true);
  expect(await localHost.isRunning({ ...found!, started: '1' })).toBe(false);
  expect(await localHost.findProcess([words[0]!, words[1]!.slice(0, -1)])).toBeUndefined();
  await begin();
  expect(await localHost.findProcess(words)).toBeUndefined();
});
