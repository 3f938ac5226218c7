/** The installed `blockplan preview` on facts: there is no libvirt, and none is needed. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolated } from '../isolation.ts';
import { LIVE } from '../plans.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blockplan-preview-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Without a PATH there is no virsh; Node's own trace shows whether code that talks to it is loaded. */
function preview(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', 'preview', ...argv], {
    encoding: 'utf8',
    env: { PATH: folder, ...isolated(join(folder, 'state')) },
  });
}

const shipped = (name: string) => [
  `plans/${name}.yaml`,
  '--facts',
  `test/facts/${name}.facts.yaml`,
];
const MIGRATION = shipped('live-storage-migration');
const ENDINGS = { text: 'txt', markdown: 'md', json: 'json', html: 'html', mermaid: 'mmd' };

// A backup is named after the time of its preview, and a restore needs a store.
describe.each(LIVE.map((file) => file.replace('.yaml', '')))('%s', (name) => {
  test.each(Object.entries(ENDINGS))('as %s', (format, ending) => {
    const { status, stdout, stderr } = preview(...shipped(name), '--format', format);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(readFileSync(`test/unit/preview/golden/${name}.${ending}`, 'utf8'));
  });
});

describe('--output', () => {
  test('writes the preview into a new file, without colours', () => {
    const file = join(folder, 'preview.html');
    const { status, stdout, stderr } = preview(...MIGRATION, '--format', 'html', '-o', file);
    expect([status, stdout, stderr]).toEqual([0, '', '']);
    const golden = 'test/unit/preview/golden/live-storage-migration.html';
    expect(readFileSync(file, 'utf8')).toBe(readFileSync(golden, 'utf8'));
  });

  test('that exists is refused, and stays as it is', () => {
    const file = join(folder, 'precious.qcow2');
    writeFileSync(file, 'QFI');
    const { status, stderr } = preview(...MIGRATION, '-o', file);
    expect(status).toBe(2);
    expect(stderr).toContain('BP098');
    expect(stderr).toContain('precious.qcow2 already exists');
    expect(readFileSync(file, 'utf8')).toBe('QFI');
  });

  test('that cannot be written is refused', () => {
    const { status, stderr } = preview(...MIGRATION, '-o', join(folder, 'none/preview.txt'));
    expect(status).toBe(2);
    expect(stderr).toContain('BP098');
    expect(stderr).toContain('the preview cannot be written');
  });

  test('of a refused plan is written too, and the exit code is 3', () => {
    const file = join(folder, 'refused.txt');
    const facts = join(folder, 'off.yaml');
    const text = readFileSync('test/facts/live-storage-migration.facts.yaml', 'utf8');
    writeFileSync(facts, text.replace('state: running', 'state: shut off'));
    const words = ['plans/live-storage-migration.yaml', '--facts', facts, '-o', file];
    const { status, stderr } = preview(...words);
    expect(status).toBe(3);
    expect(stderr).toContain('BP102');
    expect(readFileSync(file, 'utf8')).toContain('BP102');
  });
});

test('code that talks to libvirt is not loaded', () => {
  const loaded = spawnSync(process.execPath, ['dist/cli.js', 'preview', ...MIGRATION], {
    encoding: 'utf8',
    env: { PATH: folder, NODE_DEBUG: 'module' },
  }).stderr;
  const chunks = [...loaded.matchAll(/dist\/(?:chunks\/)?[\w-]+\.js/g)].map(([file]) => file);
  const files = [...new Set(chunks)];
  expect(files.length).toBeGreaterThan(3);
  // A bundle keeps the names of functions.
  const talks = (file: string) =>
    /\bfunction (?:openVirsh|openLiveDriver|inspectFiles|runProgram)\(/.test(
      readFileSync(file, 'utf8'),
    );
  expect(files.filter(talks)).toEqual([]);
  expect(readdirSync('dist/chunks').some((file) => talks(`dist/chunks/${file}`))).toBe(true);
});

describe('exit codes', () => {
  const plan = (steps: string) => {
    const file = join(folder, 'plan.yaml');
    writeFileSync(file, `plan: blockplan/v1\nname: p\ndomain: testvm\nsteps:\n${steps}\n`);
    return [file, '--facts', 'test/facts/live-storage-migration.facts.yaml'];
  };
  const NOTHING = '  - redefine: {}';
  const MERGE = '  - blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
  const ALONE =
    'facts: blockplan/v1\ndomain: { name: testvm }\ndisks:\n  - { target: vda, chain: [/a/2, /a/1, /a/0] }\n';

  test('nothing to do', () => {
    expect(preview(...plan(NOTHING), '--exit-code').status).toBe(0);
    expect(preview(...plan(NOTHING)).stdout).toContain('1 step, nothing to do,');
  });

  test('changes', () => {
    expect(preview(...MIGRATION, '--exit-code').status).toBe(10);
  });

  test('changes with a point of no return', () => {
    writeFileSync(join(folder, 'alone.yaml'), ALONE);
    const [file = ''] = plan('  - blockcommit: { disk: vda, base: /a/0, pivot: true }');
    const argv = [file, '--facts', join(folder, 'alone.yaml')];
    expect(preview(...argv, '--exit-code').status).toBe(11);
    expect(preview(...argv).status).toBe(0);
  });

  test('a plan that would be refused has the exit code of a refused run', () => {
    expect(preview(...plan(MERGE), '--exit-code').status).toBe(3);
    const { status, stdout, stderr } = preview(...plan(MERGE));
    expect([status, stderr]).toEqual([3, '']);
    expect(stdout).toMatch(/^refused: p on testvm: 1 error/);
    expect(stdout).toContain('error BP109');
  });

  test('with a diagram, standard error says why the plan would be refused', () => {
    const { status, stdout, stderr } = preview(...plan(MERGE), '--format', 'mermaid');
    expect(status).toBe(3);
    expect(stdout).toMatch(/^---\ntitle: "p on testvm"/);
    expect(stderr).toContain('error BP109');
  });
});

describe('what is refused', () => {
  test.each([
    ['facts of another guest', [...MIGRATION, '--set', 'domain=web1'], 'BP095'],
    ['missing facts', [MIGRATION[0]!, '--facts', '/nowhere.yaml'], 'BP091'],
    ['a file that has no facts', [MIGRATION[0]!, '--facts', 'plans/live-backup.yaml'], 'BP016'],
  ])('%s', (_what, argv, code) => {
    const { status, stdout, stderr } = preview(...argv);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(code);
  });

  test('facts and a connection', () => {
    const { status, stderr } = preview(...MIGRATION, '-c', 'qemu:///system');
    expect(status).toBe(2);
    expect(stderr).toContain('BP095');
  });
});

test.each([
  [
    'a connection',
    [MIGRATION[0]!, '-c', 'qemu+ssh://u:hunter2@far.example/system?password=hunter2'],
  ],
  ['a variable', [...MIGRATION, '--set', 'dest=https://u:hunter2@far.example/x?token=hunter2']],
])('a secret in %s is not shown in the errors', (_place, argv) => {
  const { status, stdout, stderr } = preview(...argv);
  expect(status).toBeGreaterThan(1);
  expect(stderr).toContain('far.example');
  expect(stdout + stderr).not.toContain('hunter2');
});
