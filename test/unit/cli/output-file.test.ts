import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import * as files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { installFile, replaceFile, writeNewFile } from '../../../src/cli/output-file.ts';
import { asNobody } from '../../lab/as-nobody.ts';

// A spy can replace only what a module under test imports from a namespace that vitest controls.
vi.mock(import('node:fs/promises'), { spy: true });

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-output-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), 'utf8');
/** Cannot be written: the write fails after the file was opened, as on a full file system. */
const UNWRITABLE = undefined as unknown as string;

describe('a new file', () => {
  test('has all of its text', async () => {
    await writeNewFile(at('a'), 'text');
    expect(read('a')).toBe('text');
  });

  test('is removed if it cannot be written whole', async () => {
    await expect(writeNewFile(at('a'), UNWRITABLE)).rejects.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('replaces nothing', async () => {
    writeFileSync(at('a'), 'mine');
    symlinkSync('nowhere', at('link'));
    for (const name of ['a', 'link'])
      await expect(writeNewFile(at(name), 'text')).rejects.toMatchObject({
        ...{ code: 'EEXIST', path: at(name) },
      });
    expect([read('a'), readdirSync(folder)]).toEqual(['mine', ['a', 'link']]);
  });

  test('has its name only once it has all of its text', async () => {
    const seen: string[][] = [];
    vi.spyOn(files, 'link').mockImplementation(async (draft, path) => {
      seen.push(readdirSync(folder));
      expect(readFileSync(draft, 'utf8')).toBe('text');
      linkSync(draft, path);
    });
    await writeNewFile(at('a'), 'text');
    expect(seen).toEqual([[expect.stringMatching(/^\.a\.[0-9a-f]{12}$/)]]);
    expect([read('a'), readdirSync(folder)]).toEqual(['text', ['a']]);
  });

  test.each(['EPERM', 'ENOTSUP', 'ENOSYS'])(
    'is written on a file system without hard links: %s',
    async (code) => {
      vi.spyOn(files, 'link').mockRejectedValue(Object.assign(new Error('no links'), { code }));
      await writeNewFile(at('a'), 'text');
      expect([read('a'), readdirSync(folder)]).toEqual(['text', ['a']]);
      await expect(writeNewFile(at('a'), 'other')).rejects.toThrow('EEXIST');
      expect(read('a')).toBe('text');
    },
  );
});

describe('a replaced file', () => {
  test('has the new text and the old permissions', async () => {
    writeFileSync(at('a'), 'a longer text', { mode: 0o640 });
    await replaceFile(at('a'), 'text');
    expect([read('a'), statSync(at('a')).mode & 0o777]).toEqual(['text', 0o640]);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test.runIf(isRoot)('keeps its owner', async () => {
    writeFileSync(at('a'), 'mine');
    chownSync(at('a'), NOBODY, NOBODY);
    await replaceFile(at('a'), 'text');
    const { uid, gid } = statSync(at('a'));
    expect([read('a'), uid, gid]).toEqual(['text', NOBODY, NOBODY]);
  });

  test.runIf(isRoot)(
    'is written to where its folder or its owner forbids to replace it',
    async () => {
      for (const name of ['folder', 'owner']) {
        mkdirSync(at(name));
        writeFileSync(join(at(name), 'a'), 'a longer text');
      }
      // In the first, nobody owns the file only; in the second, root owns the file, and every user may write to both.
      chmodSync(folder, 0o755);
      chownSync(join(at('folder'), 'a'), NOBODY, NOBODY);
      chmodSync(at('owner'), 0o777);
      chmodSync(join(at('owner'), 'a'), 0o666);
      const inode = (name: string) => statSync(join(at(name), 'a')).ino;
      const before = ['folder', 'owner'].map(inode);
      for (const name of ['folder', 'owner'])
        expect(
          await asNobody('src/cli/output-file.ts', 'replaceFile', join(at(name), 'a'), 'text'),
        ).toEqual({});
      expect(['folder', 'owner'].map(inode)).toEqual(before);
      for (const name of ['folder', 'owner']) {
        expect(read(`${name}/a`)).toBe('text');
        expect(readdirSync(at(name))).toEqual(['a']);
      }
      expect(statSync(join(at('owner'), 'a')).uid).toBe(0);
    },
  );

  test('is made if it does not exist', async () => {
    await replaceFile(at('a'), 'text');
    expect(read('a')).toBe('text');
  });

  test('stays as it is if the new text cannot be written whole', async () => {
    writeFileSync(at('a'), 'mine');
    await expect(replaceFile(at('a'), UNWRITABLE)).rejects.toThrow();
    expect([read('a'), readdirSync(folder)]).toEqual(['mine', ['a']]);
  });

  test('behind a link is replaced where it is', async () => {
    writeFileSync(at('a'), 'mine');
    symlinkSync('a', at('link'));
    await replaceFile(at('link'), 'text');
    expect([read('a'), read('link'), readdirSync(folder)]).toEqual(['text', 'text', ['a', 'link']]);
  });

  test('that is a device is written to, and stays one', async () => {
    symlinkSync('/dev/full', at('full'));
    await expect(replaceFile(at('full'), 'text')).rejects.toThrow('ENOSPC');
    symlinkSync('/dev/null', at('null'));
    await replaceFile(at('null'), 'text');
    expect(statSync(at('null')).isCharacterDevice()).toBe(true);
  });
});

describe('an installed file', () => {
  test('has its permissions whatever the umask, and replaces the former file', async () => {
    writeFileSync(at('a'), 'a longer text', { mode: 0o600 });
    const mask = process.umask(0o077);
    await installFile(at('a'), 'text', 0o644).finally(() => process.umask(mask));
    expect([read('a'), statSync(at('a')).mode & 0o777]).toEqual(['text', 0o644]);
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('replaces a link, and does not follow it', async () => {
    writeFileSync(at('secret'), 'mine', { mode: 0o600 });
    symlinkSync('secret', at('link'));
    symlinkSync('nowhere', at('broken'));
    for (const name of ['link', 'broken']) {
      await installFile(at(name), 'text', 0o644);
      expect([read(name), lstatSync(at(name)).isFile()]).toEqual(['text', true]);
    }
    expect([read('secret'), statSync(at('secret')).mode & 0o777]).toEqual(['mine', 0o600]);
    expect(readdirSync(folder)).toEqual(['broken', 'link', 'secret']);
  });

  test('replaces nothing but a file, and leaves no draft', async () => {
    mkdirSync(at('folder'));
    symlinkSync('/dev/null', at('null'));
    execFileSync('mkfifo', [at('pipe')]);
    for (const name of ['folder', 'null', 'pipe'])
      await expect(installFile(at(name), 'text', 0o644)).rejects.toThrow(
        'it exists and is not a regular file',
      );
    expect(readdirSync(folder)).toEqual(['folder', 'null', 'pipe']);
  });

  test('is the former one if the new text cannot be written whole', async () => {
    writeFileSync(at('a'), 'mine');
    await expect(installFile(at('a'), UNWRITABLE, 0o644)).rejects.toThrow();
    expect([read('a'), readdirSync(folder)]).toEqual(['mine', ['a']]);
  });
});
