/** The Debian package and the tarball of `npm run package`: their content, and that two builds are equal. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'blockplan-debian-'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const MAINTAINER = 'Jo Doe <jo@example.org>';
const names = [`blockplan-${version}.tar.gz`, `blockplan_${version}-1_all.deb`];

const run = (command: string, ...argv: readonly string[]) =>
  execFileSync(command, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Builds both files into a folder; the umask must not matter. */
function build(to: string, umask: string): string[] {
  execFileSync(
    'sh',
    ['-c', `umask ${umask}; exec "$@"`, 'sh', process.execPath, '.ci/package.mjs', to],
    {
      stdio: 'pipe',
      env: {
        ...process.env,
        SOURCE_DATE_EPOCH: '1790000000',
        DEBFULLNAME: 'Jo Doe',
        DEBEMAIL: 'jo@example.org',
      },
    },
  );
  return readdirSync(to)
    .sort()
    .map((file) =>
      createHash('sha256')
        .update(readFileSync(join(to, file)))
        .digest('hex'),
    );
}

const isDebian = spawnSync('dpkg-deb', ['--version']).error === undefined;

describe.runIf(isDebian)('npm run package', () => {
  const [tarball, deb] = names.map((name) => join(folder, 'one', name)) as [string, string];
  let sums: string[] = [];
  beforeAll(() => {
    sums = build(join(folder, 'one'), '022');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const installed = () =>
    run('dpkg-deb', '--contents', deb)
      .split('\n')
      .flatMap((line) => {
        const [mode = '', owner, , , , path = '', ...link] = line.split(/\s+/);
        return mode === '' ? [] : [{ mode, owner, path: path.slice(1), link: link.join(' ') }];
      });

  test('makes the same bytes twice', () => {
    expect(readdirSync(join(folder, 'one')).sort()).toEqual(names);
    expect(build(join(folder, 'two'), '077')).toEqual(sums);
  });

  test('puts each file where Debian has its kind', () => {
    const files = installed();
    const paths = files.map(({ path }) => path);
    const commands = readdirSync('man').map((page) => `/usr/share/man/man1/${page}.gz`);
    const needed = [
      ...commands,
      '/usr/bin/blockplan',
      '/usr/lib/blockplan/cli.js',
      '/usr/lib/blockplan/thaw-guard.js',
      '/usr/lib/systemd/system/blockplan-rescue.service',
      '/usr/share/bash-completion/completions/blockplan',
      '/usr/share/zsh/vendor-completions/_blockplan',
      '/usr/share/fish/vendor_completions.d/blockplan.fish',
      '/usr/share/blockplan/plans/live-backup.yaml',
      '/usr/share/blockplan/schemas/plan.schema.json',
      '/usr/share/doc/blockplan/README.md',
      '/usr/share/doc/blockplan/docs/running.md',
      '/usr/share/doc/blockplan/src/steps/blockcopy.md',
      '/usr/share/doc/blockplan/changelog.Debian.gz',
      '/usr/share/doc/blockplan/changelog.gz',
      '/usr/share/doc/blockplan/copyright',
    ];
    expect(needed.filter((path) => !paths.includes(path))).toEqual([]);
    const places =
      /^\/(usr\/(bin|lib\/blockplan|lib\/systemd\/system|share\/(blockplan|doc\/blockplan|man\/man1|bash-completion|zsh|fish))?|usr\/(lib(\/systemd)?|share(\/(doc|man))?)\/)?/;
    expect(paths.filter((path) => path.replace(places, '') === path && path !== '/')).toEqual([]);
    expect(paths.filter((path) => /demo\.js|index\.mjs|\.d\.ts|^\/(etc|var)/.test(path))).toEqual(
      [],
    );
    expect(files.find(({ path }) => path === '/usr/bin/blockplan')?.link).toBe(
      '-> ../lib/blockplan/cli.js',
    );
  });

  test('gives all files to root, writable for root alone', () => {
    for (const { mode, owner, path } of installed()) {
      expect(owner, path).toBe('root/root');
      const wanted = mode.startsWith('d') || path.endsWith('/cli.js') ? 'rwxr-xr-x' : 'rw-r--r--';
      if (!mode.startsWith('l')) expect(mode.slice(1), path).toBe(wanted);
    }
  });

  test('says what the package needs, and its version', () => {
    const field = (name: string) => run('dpkg-deb', '--field', deb, name).trim();
    expect(field('Version')).toBe(`${version}-1`);
    expect(field('Maintainer')).toBe(MAINTAINER);
    expect(field('Depends')).toBe('nodejs (>= 20.19), libvirt-clients, qemu-utils');
    expect(field('Architecture')).toBe('all');
  });

  test('has working programs and notices in both', () => {
    const root = join(folder, 'root');
    run('dpkg-deb', '--extract', deb, root);
    run('tar', '--extract', '--file', tarball, '--directory', folder);
    const unpacked = join(folder, `blockplan-${version}`);
    expect(run(process.execPath, join(root, 'usr/bin/blockplan'), '--version')).toBe(
      `${version}\n`,
    );
    expect(run(join(unpacked, 'bin/blockplan'), '--version')).toBe(`${version}\n`);
    const program = (file: string) => readFileSync(file, 'utf8').split('\n')[0];
    expect(program(join(root, 'usr/lib/blockplan/cli.js'))).toBe('#!/usr/bin/node');
    expect(program(join(unpacked, 'lib/blockplan/cli.js'))).toBe('#!/usr/bin/env node');
    expect(readFileSync(join(root, 'usr/share/doc/blockplan/copyright'), 'utf8')).toContain(
      'xstate ',
    );
    expect(readFileSync(join(unpacked, 'INSTALL'), 'utf8')).toContain(`blockplan ${version}\n`);
    expect(readdirSync(unpacked).sort()).toEqual(
      ['INSTALL', 'LICENSE', 'THIRD-PARTY.txt', 'bin', 'lib', 'share'].sort(),
    );
  });

  test('has scripts that a shell accepts', () => {
    const control = join(folder, 'control');
    run('dpkg-deb', '--control', deb, control);
    for (const script of ['postinst', 'postrm']) run('sh', '-n', join(control, script));
  });
});
