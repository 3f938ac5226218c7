/** `blockplan init` on facts: what it writes, what it refuses, and that it touches nothing else. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEMPLATES } from '../../src/plan/templates.ts';
import { isolated } from '../isolation.ts';

let folder: string;
const at = (file: string) => join(folder, file);

/** The facts of a guest, as a user would write them. */
function facts(file: string, parts: Readonly<Record<string, unknown>>): string {
  const domain = { name: 'web1', agent: true, ...(parts['domain'] as object) };
  writeFileSync(at(file), JSON.stringify({ facts: 'blockplan/v1', ...parts, domain }));
  return at(file);
}

const VDA = {
  target: 'vda',
  capacity: '2 GiB',
  chain: ['/images/web1.qcow2', '/images/base.qcow2'],
};
const VDB = { target: 'vdb', capacity: '2 GiB', chain: ['/images/data.qcow2'] };
const CD = { target: 'sda', device: 'cdrom', chain: [] };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-init-'));
  facts('one.yaml', { disks: [VDA, CD] });
  facts('two.yaml', { disks: [VDA, VDB] });
  facts('mixed.yaml', { disks: [VDA, { target: 'vdb', chain: ['rbd:pool/data'] }, CD] });
  facts('off.yaml', { domain: { state: 'shut off' }, disks: [VDA] });
  facts('gone.yaml', { domain: { state: 'gone' } });
  facts('cd.yaml', { disks: [CD] });
  facts('odd.yaml', { disks: [{ ...VDA, unsupported: ['<slices>'] }] });
  facts('net.yaml', { disks: [{ target: 'vda', chain: ['rbd:pool/web1'] }] });
  facts('full.yaml', {
    disks: [{ ...VDA, capacity: '20 GiB' }],
    folders: { '/images': { free: '1 MiB' } },
  });
  facts('nowhere.yaml', { disks: [VDA], folders: { '/to': 'absent' } });
  facts('file.yaml', { disks: [VDA], folders: { '/to/web1.qcow2': 'absent' } });
  facts('taken.yaml', { disks: [VDA], files: { '/to/web1.qcow2': { size: '1 MiB' } } });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Without a PATH there is no virsh, and without a terminal nothing is asked. */
function blockplan(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    encoding: 'utf8',
    input: '',
    env: { PATH: folder, ...isolated(at('state')) },
  });
}

const init = (...argv: string[]) => blockplan('init', ...argv);

test('without arguments, the kinds are listed', () => {
  const { status, stdout, stderr } = init();
  expect([status, stderr]).toEqual([0, '']);
  const kinds = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[0]);
  expect(kinds).toEqual(Object.keys(TEMPLATES));
});

describe.each(Object.keys(TEMPLATES))('init %s', (kind) => {
  test('writes a plan that is valid and that a preview accepts', () => {
    const words = [kind, 'web1', '--to', '/to', '--facts', at('one.yaml')];
    const { status, stdout, stderr } = init(...words);
    expect([status, stderr]).toEqual([0, '']);
    const file = at(`${kind}.yaml`);
    const written = init(...words, '-o', file);
    expect([written.status, written.stdout, written.stderr]).toEqual([0, '', '']);
    expect(readFileSync(file, 'utf8')).toBe(stdout);
    expect(blockplan('validate', file).stdout).toContain(`${file} is valid\n`);
    const preview = blockplan('preview', file, '--facts', at('one.yaml'), '--exit-code');
    expect([preview.status, preview.stderr]).toEqual([10, '']);
    expect(preview.stdout).toContain(`${kind}-web1 on web1`);
    expect(preview.stdout).not.toContain('${');
  });
});

describe('init chooses', () => {
  test('the disk that is named', () => {
    const { stdout } = init(
      ...['migrate', 'web1', '--disk', 'vdb', '--to', '/to', '--facts', at('two.yaml')],
    );
    expect(stdout).toContain('  disk: vdb # ');
    expect(stdout).toContain('  dest: /to/web1-vdb.qcow2 # ');
  });

  test('names of files that do not exist', () => {
    const { stdout } = init('migrate', 'web1', '--to', '/to', '--facts', at('taken.yaml'));
    expect(stdout).toContain('  dest: /to/web1-2.qcow2 # ');
  });

  test('a speed limit and a whole copy', () => {
    const words = ['migrate', 'web1', '--to', '/to', '--facts', at('one.yaml')];
    const { status, stdout } = init(...words, '--bandwidth', '50M', '--flat');
    expect(status).toBe(0);
    expect(stdout).toMatch(/blockcopy: .*, pivot: true, bandwidth: 50 }/);
    expect(stdout).not.toContain('shallow');
    expect(stdout).not.toContain('backing chain');
    expect(init(...words, '--bandwidth', '0').stdout).not.toContain('bandwidth');
  });

  test('facts from standard input', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      ['dist/cli.js', 'init', 'migrate', 'web1', '--to', '/to', '--facts', '-'],
      { encoding: 'utf8', input: readFileSync(at('taken.yaml')), env: { PATH: folder } },
    );
    expect(status).toBe(0);
    expect(stdout).toContain('  dest: /to/web1-2.qcow2 # ');
  });
});

describe('init warns of what a preview would warn of', () => {
  const words = () => ['migrate', 'web1', '--flat', '--to', '/to', '--facts', at('full.yaml')];

  test('with its place in the new file', () => {
    const file = at('warned.yaml');
    const { status, stderr } = init(...words(), '-o', file);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^.*warned\.yaml:\d+:\d+: warning BP134: /m);
    expect(existsSync(file)).toBe(true);
    expect(blockplan('preview', file, '--facts', at('full.yaml')).stdout).toContain('BP134');
  });

  test('without a place for a plan on standard output', () => {
    const { status, stdout, stderr } = init(...words());
    expect(status).toBe(0);
    expect(stdout).toContain('plan: blockplan/v1');
    expect(stderr).toMatch(/^warning BP134: /m);
  });
});

describe('a backup of one disk of several is announced', () => {
  const words = (kind: string, file: string) => [
    ...[kind, 'web1', '--to', '/to', '--facts', at(file), '--disk', 'vda'],
  ];

  test.each([
    ['backup', 'two.yaml', 'vdb (/images/data.qcow2)'],
    ['backup-mirror', 'mixed.yaml', 'vdb (rbd:pool/data)'],
  ])('%s of %s', (kind, file, other) => {
    const { status, stdout, stderr } = init(...words(kind, file));
    expect(status).toBe(0);
    expect(stderr).toContain(`warning BP069: the plan copies vda only, not ${other}\n  hint: `);
    expect(stderr).toContain('plans/full-backup.yaml');
    expect(stdout).toContain(`# Not copied: ${other}. `);
  });

  test('also where the others cannot be copied, so that nothing was asked', () => {
    const { status, stderr } = init(
      ...['backup', 'web1', '--to', '/to', '--facts', at('mixed.yaml')],
    );
    expect([status, stderr.includes('BP069')]).toEqual([0, true]);
  });

  test('a migration of it is not', () => {
    expect(init(...words('migrate', 'two.yaml')).stderr).toBe('');
  });
});

describe('init refuses', () => {
  const on = (file: string, ...words: string[]) => [
    ...['migrate', 'web1', '--facts', at(file)],
    ...words,
  ];
  const TO = ['--to', '/to'];

  test.each<[string, () => string[], number, string]>([
    ['an unknown kind', () => ['move', 'web1'], 2, 'Allowed choices are migrate'],
    ['a misspelt kind', () => ['migrat', 'web1'], 2, '(Did you mean migrate?)'],
    [
      'a speed that is none',
      () => on('one.yaml', ...TO, '--bandwidth', 'fast'),
      2,
      '"fast" is not a bandwidth',
    ],
    [
      'a folder below a file',
      () => on('one.yaml', '--to', '/images/web1.qcow2/copies'),
      3,
      'BP107: /images/web1.qcow2 is not a folder',
    ],
    ['no guest', () => ['migrate'], 2, 'BP067: no guest was given'],
    ['no folder', () => on('one.yaml'), 2, 'BP067: no folder for the copy was given'],
    [
      'a relative folder',
      () => on('one.yaml', '--to', 'backup'),
      2,
      'BP050: "backup" is not an absolute path',
    ],
    [
      'several disks',
      () => on('two.yaml', ...TO),
      2,
      'BP067: the guest "web1" has several disks: vda, vdb\n  hint: add --disk with one of them; see: virsh ',
    ],
    [
      'a folder with a line break',
      () => on('one.yaml', '--to', '/to\nname: evil'),
      2,
      'BP003: the value contains a line break',
    ],
    [
      'facts of another guest',
      () => ['migrate', 'web2', ...TO, '--facts', at('one.yaml')],
      2,
      'BP095',
    ],
    ['facts and a connection', () => on('one.yaml', ...TO, '-c', 'qemu:///system'), 2, 'BP095'],
    ['facts that do not exist', () => on('none.yaml', ...TO), 2, 'BP091'],
    [
      'a disk that does not exist',
      () => on('two.yaml', ...TO, '--disk', 'vdz'),
      3,
      'BP103: the domain "web1" has no disk "vdz"; it has: vda, vdb',
    ],
    ['a drive', () => on('one.yaml', ...TO, '--disk', 'sda'), 3, 'BP104: sda is a cdrom'],
    ['a guest without disks', () => on('cd.yaml', ...TO), 3, 'BP103: the guest "web1" has no disk'],
    ['a guest that is off', () => on('off.yaml', ...TO), 3, 'BP102: the domain "web1" is shut off'],
    [
      'an unknown guest',
      () => on('gone.yaml', ...TO),
      3,
      'BP101: the domain "web1" does not exist',
    ],
    ['an unsupported disk', () => on('odd.yaml', ...TO), 3, 'BP126: vda has <slices>'],
    ['a disk on the network', () => on('net.yaml', ...TO), 3, 'BP104: vda is on rbd:pool/web1'],
    [
      'a missing folder',
      () => on('nowhere.yaml', ...TO),
      3,
      'BP107: the folder /to does not exist on the host\n  hint: create it: mkdir -p /to',
    ],
    [
      'the name of a file',
      () => on('file.yaml', '--to', '/to/web1.qcow2'),
      3,
      'hint: write only the folder: init chooses the file name\n',
    ],
  ])('%s', (_what, argv, code, message) => {
    const output = at('refused.yaml');
    const { status, stdout, stderr } = init(...argv(), '-o', output);
    expect([status, stdout]).toEqual([code, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(existsSync(output)).toBe(false);
  });

  test('a libvirt that cannot be reached', () => {
    const { status, stderr } = init('migrate', 'web1', ...TO);
    expect(status).toBe(3);
    expect(stderr).toContain('BP190');
  });

  test('an existing file, which stays as it is', () => {
    writeFileSync(at('mine.yaml'), 'mine');
    symlinkSync(at('nothing'), at('link.yaml'));
    mkdirSync(at('folder.yaml'));
    for (const file of ['mine.yaml', 'link.yaml', 'folder.yaml']) {
      const { status, stdout, stderr } = init(...on('one.yaml', ...TO), '-o', at(file));
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(
        `BP068: ${at(file)} already exists, and init does not overwrite files`,
      );
    }
    expect(readFileSync(at('mine.yaml'), 'utf8')).toBe('mine');
    expect(existsSync(at('nothing'))).toBe(false);
  });

  test('a file in a folder that does not exist', () => {
    const before = readdirSync(folder);
    const { status, stderr } = init(...on('one.yaml', ...TO), '-o', at('none/plan.yaml'));
    expect(status).toBe(2);
    expect(stderr).toContain('BP068: the plan cannot be written: ENOENT');
    expect(readdirSync(folder)).toEqual(before);
  });
});
