/** Where compiled code is cached, and when it is not. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compileCacheFolder, isOwnFolder } from '../../../src/cli/compile-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'blockplan-'));
afterAll(() => rmSync(folder, { recursive: true }));
const uid = process.getuid?.();

test.each([
  [
    'root, whatever its environment',
    0,
    { XDG_CACHE_HOME: '/users/a/.cache' },
    '/var/cache/blockplan',
  ],
  ['another user', 1000, { XDG_CACHE_HOME: '/users/a/cache' }, '/users/a/cache/blockplan'],
])('the folder of %s', (_, user, env, expected) => {
  expect(compileCacheFolder(env, user)).toBe(`${expected}/compiled`);
});

test('a new folder is private', () => {
  const path = join(folder, 'new/compiled');
  expect(isOwnFolder(path, uid)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(isOwnFolder(path, uid)).toBe(true);
});

test('a folder that other users can write to is not used', () => {
  const path = join(folder, 'open');
  mkdirSync(path);
  chmodSync(path, 0o777);
  expect(isOwnFolder(path, uid)).toBe(false);
});

test('the folder of another user, and a link to one of ours, are not used', () => {
  expect(isOwnFolder(join(folder, 'new/compiled'), (uid ?? 0) + 1)).toBe(false);
  const link = join(folder, 'link');
  symlinkSync(join(folder, 'new/compiled'), link);
  expect(isOwnFolder(link, uid)).toBe(false);
});

test('without a writable place there is no cache', () => {
  expect(isOwnFolder('/proc/blockplan', uid)).toBe(false);
});
