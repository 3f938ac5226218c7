/** The process of a hook: its limit, its children, and what is kept of its output. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { OutputTail } from '../../../src/programs/output-tail.ts';
import { programProblem } from '../../../src/programs/program.ts';
import { runHookProgram } from '../../../src/run/hook-program.ts';
import { Scripts } from '../../hooked-runs.ts';

/** Runs a script with that body. */
function run(scripts: Scripts, body: string, timeout = 300) {
  return runHookProgram({ command: [scripts.write('hook', body)], timeout }, '{}\n');
}

function isAlive(pid: number): boolean {
  try {
    // A zombie counts as ended: nobody in a container may collect it.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Waits until it holds, or fails with the test's own limit. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('a hook that hangs', () => {
  test.each([
    ['in the foreground', ''],
    ['and ignores SIGTERM', "trap '' TERM"],
    ['and ends at SIGTERM while a child ignores it', "(trap '' TERM; exec sleep 1000) & log $!"],
  ])('%s is killed with its children', async (_how, head) => {
    const scripts = new Scripts();
    const pids = scripts.path('pids');
    const pidsOf = () =>
      existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : [];
    const children = 'sleep 1000 & log $!; (sleep 1000 & log $!; wait) &';
    const body = `log() { echo $1 >>${pids}; }\n${head}\n${children}\nlog $$\nwait; wait; sleep 1000`;
    const expected = body.split('log $').length - 1;
    const command = [scripts.write('hook', body)] as const;
    const stop = new AbortController();
    const running = runHookProgram({ command, timeout: 3000 }, '{}\n', stop.signal);
    await until(() => pidsOf().length === expected);
    stop.abort();
    expect(await running).toMatchObject({ error: 'was interrupted', stopped: true });
    await until(() => !pidsOf().some(isAlive));
  });

  test('is killed at its limit', async () => {
    const result = await run(new Scripts(), 'sleep 1000', 1);
    expect(result).toEqual({ error: 'did not end within 1 s and was killed', output: [] });
  });

  test('is not killed before its process group has ended, or had two seconds', async () => {
    const scripts = new Scripts();
    const [ready, cleaned] = [scripts.path('ready'), scripts.path('cleaned')];
    // The shell itself ends at SIGTERM, its child somewhat later.
    const child = `(trap 'sleep 0.2; echo >${cleaned}; exit' TERM; echo >${ready}; while :; do sleep 0.1; done) &\nwait`;
    const command = [scripts.write('hook', child)] as const;
    const stop = new AbortController();
    const running = runHookProgram({ command, timeout: 300 }, '{}\n', stop.signal);
    await until(() => existsSync(ready));
    stop.abort();
    expect(await running).toMatchObject({ error: 'was interrupted', stopped: true });
    expect(existsSync(cleaned)).toBe(true);
  });

  test('and cannot be killed is reported with its PID', async () => {
    const scripts = new Scripts();
    let pid = 0;
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    onTestFinished(() => {
      kill.mockRestore();
      process.kill(-pid, 'SIGKILL');
    });
    const command = [scripts.write('hook', 'exec sleep 1000')] as const;
    const { error } = await runHookProgram({ command, timeout: 1 }, '{}\n', undefined, (each) => {
      pid = each;
    });
    expect(pid).toBeGreaterThan(0);
    expect(error).toBe(`did not end within 1 s and could not be killed (pid ${pid})`);
  });

  test('is not waited for because of a child that it leaves behind', async () => {
    const scripts = new Scripts();
    const pid = scripts.path('pid');
    const result = await run(scripts, `echo done; sleep 1000 & echo $! >${pid}`);
    expect(result).toEqual({ output: ['done'] });
    const child = Number(readFileSync(pid, 'utf8'));
    // The child is left alone: it may be what the hook was for.
    expect(isAlive(child)).toBe(true);
    process.kill(child);
  });
});

test('a hook need not read its input', async () => {
  const scripts = new Scripts();
  const command = ['/bin/true'] as const;
  const result = await runHookProgram({ command, timeout: 300 }, `${'x'.repeat(1_000_000)}\n`);
  expect(result).toEqual({ output: [] });
  expect(existsSync(scripts.path('log'))).toBe(false);
});

test('a hook is not started once it is interrupted', async () => {
  const scripts = new Scripts();
  const command = [scripts.write('hook')] as const;
  const result = await runHookProgram({ command, timeout: 300 }, '{}\n', AbortSignal.abort());
  expect(result).toEqual({ error: 'was interrupted', output: [], stopped: true });
  expect(scripts.names).toEqual([]);
});

test('without file descriptors a hook is not started, and blockplan continues', async () => {
  const scripts = new Scripts();
  const { build } = await import('esbuild');
  const outfile = scripts.path('program.mjs');
  const of = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' } as const;
  const stdin = {
    contents: `
      import { closeSync, openSync } from 'node:fs';
      import { runWithinLimit } from './src/programs/program.ts';
      const open = [];
      try { for (;;) open.push(openSync('/dev/null', 'r')); } catch (error) { if (error.code !== 'EMFILE') throw error; }
      const call = { command: ['/bin/true'], input: '{}', timeout: 300, env: {} };
      const result = await runWithinLimit(call);
      for (const each of open) closeSync(each);
      console.log(JSON.stringify([result, await runWithinLimit(call)]));
    `,
    resolveDir: process.cwd(),
  };
  await build({ ...of, stdin, outfile });
  const limited = `ulimit -n 128; exec "${process.execPath}" "${outfile}"`;
  const printed = execFileSync('/bin/sh', ['-c', limited], { encoding: 'utf8' });
  const [refused, passed] = JSON.parse(printed);
  expect(refused.error).toMatch(/^could not be started: .*EMFILE/);
  expect(passed).toEqual({ output: [] });
});

test('a command that is too long is not started', async () => {
  const command = ['/bin/true', 'x'.repeat(10_000_000)] as const;
  const { error } = await runHookProgram({ command, timeout: 300 }, '');
  expect(error).toMatch(/^could not be started: .*E2BIG/);
});

describe('the output of a hook', () => {
  test('is kept to its end', async () => {
    const body = 'yes "a line of output" | head -c 20000000; echo; echo the end >&2';
    const { error, output } = await run(new Scripts(), body);
    expect(error).toBeUndefined();
    expect([output[0], output[1]]).toEqual(['…', 'a line of output']);
    expect(output.at(-1)).toBe('the end');
    expect(output.join('\n').length).toBeLessThan(4200);
    expect(output.length).toBeGreaterThan(200);
  });

  test('shows control characters, and no secrets', async () => {
    const body = String.raw`printf 'a\033[31mred\033[0m\a\r\n'; printf 'password=hunter2 \033[1mto\033[1mken=abc\n'; printf '\377\342\200\256x\n'`;
    const { output } = await run(new Scripts(), body);
    const text = output.join('\n');
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(text).not.toMatch(/hunter2|abc/);
    expect(text).toContain('password=REDACTED');
    expect(text).toContain('\\u{202e}x');
  });

  test('without secrets keeps its colours visible', async () => {
    const { output } = await run(new Scripts(), String.raw`printf '\033[31mred\033[0m\n'`);
    expect(output).toEqual(['\\x1b[31mred\\x1b[0m']);
  });

  const tailOf = (...chunks: string[]) => {
    const tail = new OutputTail();
    for (const chunk of chunks) tail.add(Buffer.from(chunk));
    return tail.lines;
  };

  test.each<readonly [string, string[], string[]]>([
    ['nothing', [], []],
    ['blank lines', ['\n', ' \n'], []],
    ['one line', ['a'], ['a']],
    ['pieces of lines', ['a', 'b\nc', '\n'], ['ab', 'c']],
    ['a long line', [`${'x'.repeat(5000)}end`], ['…', `${'x'.repeat(4093)}end`]],
    ['a last line after a long one', [`${'x'.repeat(5000)}\nend\n`], ['…', 'end']],
  ])('of %s', (_what, chunks, lines) => {
    expect(tailOf(...chunks)).toEqual(lines);
  });

  test.each([
    ['at the place where it is cut', `${'x\n'.repeat(40_000)}`],
    ['in one line that is longer than what is kept', 'x'.repeat(200_000)],
  ])('has no part of a secret %s', (_where, before) => {
    for (const rest of [4080, 4096, 32_740, 32_768]) {
      const lines = tailOf(before, ` password=${'s3cret'.repeat(8)} `, 'y'.repeat(rest));
      expect(lines.join('\n')).not.toContain('cret');
    }
  });

  test('of a private key is hidden even if it is longer than what is shown', () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'QUJD\n'.repeat(3000)}-----END PRIVATE KEY-----\n`;
    expect(tailOf('before\n', key, 'after\n')).toEqual(['before', 'REDACTED', 'after']);
  });
});

test.each([
  ['does not exist', (each: Scripts) => each.path('missing')],
  ['does not exist', (each: Scripts) => `${each.write('file')}/below`],
  ['is not a file', (each: Scripts) => each.folder],
  [
    'cannot be executed by this user: permission denied',
    (each: Scripts) => each.write('plain', '', '#!/bin/sh\n', 0o644),
  ],
  [undefined, (each: Scripts) => each.write('good')],
])('preflight finds that a program %s', async (problem, program) => {
  expect(await programProblem(program(new Scripts()))).toBe(problem);
});
