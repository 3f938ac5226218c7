/** Commands whose output cannot be written. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isolated } from '../isolation.ts';
import { scratchFolder } from '../scratch-folder.ts';

const state = scratchFolder('output');

const COMMANDS = {
  validate: 'validate plans/live-backup.yaml',
  list: 'list',
  schema: 'schema',
  preview: 'preview plans/live-backup.yaml --facts test/facts/none.json',
  help: '--help',
} as const;

/** Runs a line of shell in which `blockplan` is the built command. */
function shell(line: string): { readonly status: number | null; readonly stderr: string } {
  const script = `blockplan() { "$NODE" dist/cli.js "$@"; }\n${line}`;
  const env = { ...process.env, ...isolated(state), NODE: process.execPath };
  const { status, stderr } = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' });
  return { status, stderr };
}

describe.each(Object.entries(COMMANDS))('%s', (name, words) => {
  const code = name === 'preview' ? 2 : 0;

  test('ends as always without a reader', () => {
    const late = `{ sleep 0.1; blockplan ${words}; echo "\${?}" >&3; } 3>&2 | true`;
    expect(shell(late).stderr.trimEnd().split('\n').at(-1)).toBe(`${code}`);
    const both = `{ sleep 0.1; blockplan ${words} 2>&1; echo "\${?}" >&3; } 3>&2 | true`;
    expect(shell(both).stderr).toBe(`${code}\n`);
  });
});

test('output that cannot be written is an error, without a stack trace', () => {
  expect(shell('blockplan schema > /dev/full')).toEqual({
    status: 1,
    stderr: 'cannot write the output: ENOSPC: no space left on device, write\n',
  });
  expect(shell('blockplan validate plans/live-backup.yaml > /dev/full').status).toBe(1);
});
