import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { planFrom } from '../../../src/cli/read.ts';
import { BlockplanError } from '../../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'blockplan-read-'));
const file = join(folder, 'plan.yaml');
writeFileSync(
  file,
  'plan: blockplan/v1\nname: test\nvars: { domain: , dest: /a }\ndomain: ${vars.domain}\nsteps:\n  - blockcopy: { disk: vda, dest: "${vars.dest}", pivot: true }\n',
);

afterAll(() => rmSync(folder, { recursive: true }));

async function refusal(path: string, settings: readonly string[] = []): Promise<string> {
  try {
    await planFrom(path, settings);
  } catch (error) {
    if (error instanceof BlockplanError) {
      expect(error.end).toBe('input-refused');
      return error.findings.map(({ message }) => message).join('; ');
    }
    throw error;
  }
  throw new Error('the plan was read');
}

describe('the plan that a command is given', () => {
  test('takes its settings, with "=" in a value, and an empty one', async () => {
    const plan = await planFrom(file, ['domain=web1', 'dest=/a=b']);
    expect(plan.domain).toBe('web1');
    expect(plan.steps[0]?.params).toMatchObject({ dest: '/a=b' });
    expect(await refusal(file, ['domain='])).not.toBe('');
  });

  test('the last of two settings counts', async () => {
    expect((await planFrom(file, ['domain=a', 'domain=b'])).domain).toBe('b');
  });

  test.each(['domain', '=web1', ''])('--set %j names no value', async (setting) => {
    expect(await refusal(file, [setting])).toContain('names no variable and value');
  });

  test('a setting that the plan does not know, and one that is not set', async () => {
    expect(await refusal(file, ['domain=a', 'dst=/a'])).toContain('dst');
    expect(await refusal(file)).toContain('domain');
  });

  test.each([
    ['a file that is not there', join(folder, 'none.yaml'), 'there is no such file'],
    ['a folder', folder, 'it is a folder'],
    ['a path through a file', join(file, 'x'), 'cannot be read'],
  ])('%s', async (_title, path, message) => {
    expect(await refusal(path)).toContain(message);
  });

  test('an unreadable file, for a user who is not root', async () => {
    if (process.getuid?.() === 0) return;
    chmodSync(file, 0);
    expect(await refusal(file)).toContain('cannot be read');
    chmodSync(file, 0o600);
  });

  test('a setting named like a part of every object is a setting like any other', async () => {
    expect(await refusal(file, ['domain=a', '__proto__=x'])).toContain('__proto__');
  });
});
