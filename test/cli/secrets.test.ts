/** Secrets in facts and plans, with the installed command line: neither output nor refusals show them. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolated } from '../isolation.ts';

const SECRET = 'hunter2';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockplan-secrets-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Without a PATH there is no virsh. */
function blockplan(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    encoding: 'utf8',
    env: { PATH: folder, ...isolated(join(folder, 'state')) },
  });
}

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const PLAN = `plan: blockplan/v1
name: p
domain: testvm
steps:
  - blockcommit: { disk: vda, shallow: true, pivot: true }
`;
const FACTS = 'facts: blockplan/v1\ndomain: { name: testvm }\n';

describe('prove', () => {
  const argv = () => {
    const chain = [
      '/a/top',
      '/a/mid',
      `https://u:${SECRET}@far.example/x?token=${SECRET}`,
      `https:far.example/x?sig=${SECRET}`,
      `json:{"driver":"https","url":"far.example","password-secret":"${SECRET}"}`,
    ].map((layer) => `      - '${layer}'`);
    const facts = `${FACTS}disks:\n  - target: vda\n    chain:\n${chain.join('\n')}\n`;
    return ['prove', file('plan.yaml', PLAN), '--facts', file('facts.yaml', facts)];
  };
  test.each(['text', 'json'])('as %s', (output) => {
    const { status, stdout, stderr } = blockplan(...argv(), '--format', output);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain(SECRET);
    const again = blockplan(
      ...argv(),
      '--format',
      output,
      '--replay',
      'end@3:killed-before+resume',
    );
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('far.example');
    expect(again.stdout).not.toContain(SECRET);
  });

  test('the test checks the places of the secrets', () => {
    expect(blockplan(...argv(), '--format', 'json').stdout).toContain('far.example');
  });
});

const DOMAIN = `<domain><name>other</name><graphics passwd='${SECRET}'/></domain>`;

test.each([
  ['BP062', 'preview', `${FACTS}definition: "${DOMAIN}"\n`],
  ['BP062', 'preview', `${FACTS}definition: ${JSON.stringify(DOMAIN.replaceAll("'", '"'))}\n`],
  ['BP024', 'validate', PLAN.replace('name: p', `name: p\npassword: ${SECRET}`)],
  ['BP024', 'validate', PLAN.replace('pivot: true', `pivot: true, secret: ${SECRET}`)],
  ['BP030', 'validate', PLAN.replace('- blockcommit:', `- token: ${SECRET}\n  - blockcommit:`)],
])('%s of %s shows where the mistake is, and no secret', (code, command, text) => {
  const wrong = file('wrong.yaml', text);
  const plan = file('plan.yaml', PLAN);
  const argv = command === 'validate' ? [wrong] : [plan, '--facts', wrong];
  const { status, stdout, stderr } = blockplan(command, ...argv);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(code);
  expect(stderr).toContain('•'.repeat(SECRET.length));
  expect(stderr).not.toContain(SECRET);
});

test.each(['--yes', '--dry-run'])('run %s takes no facts without --expect', (how) => {
  const facts = file('facts.yaml', `${FACTS}disks: [{ target: vda, chain: [/a, /b] }]\n`);
  const { status, stdout, stderr } = blockplan(
    ...['run', file('plan.yaml', PLAN), '--facts', facts, how],
  );
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain('BP096');
  expect(stderr).toContain('--expect');
});
