import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { draftFrom } from '../../../src/cli/read.ts';
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
    await draftFrom(path, settings);
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
  test('takes its settings, also with "=" in a value, or an empty value', async () => {
    const { plan } = await draftFrom(file, ['domain=web1', 'dest=/a=b']);
    expect(plan?.domain).toBe('web1');
    expect(plan?.steps[0]?.params).toMatchObject({ dest: '/a=b' });
    expect(await refusal(file, ['domain='])).not.toBe('');
  });

  test('takes the last of two settings', async () => {
    expect((await draftFrom(file, ['domain=a', 'domain=b'])).domain).toBe('b');
  });

  test.each(['domain', '=web1', ''])('is refused with --set %j', async (setting) => {
    expect(await refusal(file, [setting])).toContain('is not a variable and a value');
  });

  test('is refused with an unknown setting, or without a required one', async () => {
    expect(await refusal(file, ['domain=a', 'dst=/a'])).toContain('dst');
    expect(await refusal(file)).toContain('domain');
  });

  test.each([
    ['a missing file', join(folder, 'none.yaml'), 'it does not exist'],
    ['a folder', folder, 'it is a folder'],
    ['a path through a file', join(file, 'x'), 'cannot be read'],
  ])('is refused if it is %s', async (_title, path, message) => {
    expect(await refusal(path)).toContain(message);
  });

  test.each([
    ['pln.yaml', `did you mean "${file}"?`],
    ['plan', `did you mean "${file}"?`],
    ['fact.yaml', 'name a plan file, or - for standard input'],
    ['repairs.yaml', 'name a plan file, or - for standard input'],
    ['none/plan.yaml', 'name a plan file, or - for standard input'],
  ])('a hint names the file that was probably meant by %s', async (name, hint) => {
    for (const known of ['facts.yaml', 'facs.yaml']) writeFileSync(join(folder, known), '');
    mkdirSync(join(folder, 'repairs'), { recursive: true });
    const refused = draftFrom(join(folder, name), []);
    await expect(refused).rejects.toMatchObject({ findings: [{ code: 'BP091', hint }] });
  });

  test('is refused if it is an unreadable file, for a user who is not root', async () => {
    if (process.getuid?.() === 0) return;
    chmodSync(file, 0);
    expect(await refusal(file)).toContain('cannot be read');
    chmodSync(file, 0o600);
  });

  test('may have a setting named like a property of every object', async () => {
    expect(await refusal(file, ['domain=a', '__proto__=x'])).toContain('__proto__');
  });
});
