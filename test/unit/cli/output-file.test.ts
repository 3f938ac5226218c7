import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replaceFile, writeNewFile } from '../../../src/cli/output-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-output-'));
});
afterEach(() => {
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
    await expect(writeNewFile(at('a'), 'text')).rejects.toThrow('EEXIST');
    expect(read('a')).toBe('mine');
  });
});

describe('a replaced file', () => {
  test('has the new text and the old permissions', async () => {
    writeFileSync(at('a'), 'a longer text', { mode: 0o640 });
    await replaceFile(at('a'), 'text');
    expect([read('a'), statSync(at('a')).mode & 0o777]).toEqual(['text', 0o640]);
    expect(readdirSync(folder)).toEqual(['a']);
  });

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
