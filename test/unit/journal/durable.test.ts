import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeFolder } from '../../../src/journal/durable.ts';

const base = mkdtempSync(join(tmpdir(), 'blockplan-durable-'));
afterAll(() => rmSync(base, { recursive: true }));

describe('makeFolder', () => {
  test('makes the missing parents too, for the owner alone', async () => {
    await makeFolder(join(base, 'a/b/c'), 0o700);
    for (const each of ['a', 'a/b', 'a/b/c'])
      expect(statSync(join(base, each)).mode & 0o777).toBe(0o700);
  });

  test('leaves a folder alone that exists', async () => {
    mkdirSync(join(base, 'there'));
    writeFileSync(join(base, 'there/file'), '');
    await makeFolder(join(base, 'there'), 0o700);
    expect(statSync(join(base, 'there/file')).isFile()).toBe(true);
  });

  test('fails where no folder can be made', async () => {
    await expect(makeFolder('/proc/blockplan/a', 0o700)).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(join(base, 'file'), '');
    await expect(makeFolder(join(base, 'file/a'), 0o700)).rejects.toMatchObject({
      code: 'ENOTDIR',
    });
  });
});
