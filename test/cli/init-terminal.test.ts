/** `blockplan init` on a terminal: what it asks for, and what it makes of each answer. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/plan/templates.ts';
import { shellQuote } from '../../src/shell-quote.ts';

let folder: string;
const at = (file: string) => join(folder, file);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-init-terminal-'));
  const disks = ['vda', 'vdb'].map((target) => ({ target, chain: [`/images/${target}`] }));
  const facts = {
    facts: 'blockplan/v1',
    domain: { name: 'web1', agent: true },
    folders: { '/no': 'absent' },
  };
  writeFileSync(at('one.yaml'), JSON.stringify({ ...facts, disks: disks.slice(0, 1) }));
  writeFileSync(at('two.yaml'), JSON.stringify({ ...facts, disks }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs init on a pseudo terminal from script(1), and types each answer when its question appears. */
function onTerminal(
  argv: readonly string[],
  answers: readonly (readonly [question: string, keys: string])[],
): Promise<{ code: number; screen: string }> {
  const command = shellQuote([process.execPath, 'dist/cli.js', 'init', ...argv]);
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    env: { ...process.env, NO_COLOR: '1', TERM: 'xterm' },
  });
  let screen = '';
  /** Where the screen begins that no answer was typed to yet. */
  let answered = 0;
  const open = [...answers];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    screen += piece;
    const [next] = open;
    if (!next || !screen.includes(next[0], answered)) return;
    open.shift();
    answered = screen.length;
    child.stdin.write(next[1]);
  });
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ code: code ?? -1, screen })),
  );
}

describe('on a terminal, init', () => {
  const DISK = 'Disk (vda, vdb): ';
  const FOLDER = 'Folder for the copy: ';
  const TWO = () => ['backup', 'web1', '--facts', at('two.yaml')];

  test('asks for what is missing, and prints the next command', async () => {
    const file = at('asked.yaml');
    const { code, screen } = await onTerminal(
      [...TWO(), '-o', file],
      [
        [DISK, 'vdb\r'],
        [FOLDER, '/to\r'],
      ],
    );
    expect(code, screen).toBe(0);
    expect(screen).toContain('vdb  /images/vdb\r\n');
    expect(screen).toContain(`$ blockplan preview --facts ${at('two.yaml')} ${file}`);
    expect(readFileSync(file, 'utf8')).toContain('  dest: /to/web1-vdb-${run.date}.qcow2 # ');
  });

  const KIND = 'Kind of plan: ';
  const GUEST = 'Guest (see virsh list --all): ';

  test('asks for kind and guest too', async () => {
    const file = at('all-asked.yaml');
    const { code, screen } = await onTerminal(
      ['--facts', at('one.yaml'), '-o', file],
      [
        [KIND, 'migrate\r'],
        [GUEST, 'web1\r'],
        [FOLDER, '/to\r'],
      ],
    );
    expect(code, screen).toBe(0);
    for (const kind of Object.keys(TEMPLATES)) expect(screen).toContain(kind);
    expect(readFileSync(file, 'utf8')).toContain('name: migrate-web1');
  });

  test('asks again after an invalid answer, with the reason, and keeps the other answers', async () => {
    const file = at('again.yaml');
    const { code, screen } = await onTerminal(
      ['--facts', at('two.yaml'), '-o', file],
      [
        [KIND, 'migrat\r'],
        [KIND, 'migrate\r'],
        [GUEST, 'web1\r'],
        [DISK, 'sdb\r'],
        [DISK, 'vdb\r'],
        [FOLDER, 'to\r'],
        [FOLDER, '../to\r'],
        [FOLDER, '/to\r'],
      ],
    );
    expect(code, screen).toBe(0);
    for (const reason of ['did you mean "migrate"?', 'did you mean "vdb"?', '"../to" is not an'])
      expect(screen).toContain(reason);
    const plan = readFileSync(file, 'utf8');
    expect(plan).toContain('name: migrate-web1');
    expect(plan).toContain('  disk: vdb');
    expect(plan).toContain('  dest: /to/web1-vdb.qcow2');
  });

  test('asks again for a guest and a folder that the host does not have', async () => {
    const file = at('host-again.yaml');
    const { code, screen } = await onTerminal(
      ['--facts', at('one.yaml'), '-o', file],
      [
        [KIND, 'migrate\r'],
        [GUEST, 'web2\r'],
        [GUEST, 'web1\r'],
        [FOLDER, '/no\r'],
        [FOLDER, '/to\r'],
      ],
    );
    expect(code, screen).toBe(0);
    for (const reason of ['describes "web1", but the plan is for "web2"', 'error BP107'])
      expect(screen).toContain(reason);
    expect(readFileSync(file, 'utf8')).toContain('  dest: /to/web1.qcow2');
  });

  test.each([
    ['no kind', [[KIND, '\r']], 'no kind of plan was given'],
    [
      'a third misspelt kind',
      [
        [KIND, 'migrat\r'],
        [KIND, 'backp\r'],
        [KIND, 'migrat\r'],
      ],
      'did you mean "migrate"?',
    ],
    [
      'no kind after an unknown one',
      [
        [KIND, 'xyz\r'],
        [KIND, '\r'],
      ],
      'xyz is not a kind of plan',
    ],
    [
      'no guest',
      [
        [KIND, 'backup\r'],
        [GUEST, '\r'],
      ],
      'no guest was given',
    ],
  ] as const)('refuses %s', async (_what, answers, message) => {
    const { code, screen } = await onTerminal(['--facts', at('one.yaml')], answers);
    expect(screen).toContain(message);
    expect(screen).toContain('BP067');
    expect(code).toBe(2);
  });

  test.each([
    [
      'a third unknown disk',
      [
        [DISK, 'vdz\r'],
        [DISK, 'vdy\r'],
        [DISK, 'vdx\r'],
      ],
      3,
      '"vdx"',
    ],
    ['no disk', [[DISK, '\r']], 2, 'BP067'],
    ['Ctrl-C', [[DISK, '\u0003']], 2, 'BP067'],
    ['Ctrl-D', [[DISK, '\u0004']], 2, 'BP067'],
    [
      'a third relative folder',
      [
        [DISK, 'vda\r'],
        [FOLDER, 'to\r'],
        [FOLDER, './to\r'],
        [FOLDER, '~/to\r'],
      ],
      2,
      '"~/to" is not an absolute path',
    ],
    [
      'no folder',
      [
        [DISK, 'vda\r'],
        [FOLDER, '\r'],
      ],
      2,
      'BP067',
    ],
  ] as const)('refuses %s', async (_what, answers, code, finding) => {
    const ended = await onTerminal(TWO(), answers);
    expect(ended.screen).toContain(finding);
    expect(ended.screen).not.toContain('plan: blockplan/v1');
    expect(ended.code).toBe(code);
  });
});
