/** The compile cache where Node has none: what is compiled is used again, and never for another source. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheCode } from '../../../src/cli/code-cache.ts';
import { EXIT_CODES } from '../../../src/outcomes.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const require = createRequire(import.meta.url);
const { _extensions: loaders } = nodeModule as unknown as { _extensions: Record<string, unknown> };
const usual = loaders['.js'];

const root = scratchFolder('code-cache');
let folder: string;
let chunk: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'test-'));
  mkdirSync(join(folder, 'chunks'));
  chunk = join(folder, 'chunks', 'some-chunk-a-b_CD12.js');
  file = join(folder, 'cache', 'some-chunk');
});
afterEach(() => {
  loaders['.js'] = usual;
});

/** Loads the chunk as a new process does that ends with this exit code. */
function start(source: string, exitCode = 0): unknown {
  writeFileSync(chunk, source);
  loaders['.js'] = usual;
  delete require.cache[chunk];
  const before = process.listeners('exit');
  cacheCode(join(folder, 'cache'), join(folder, 'chunks'));
  try {
    return require(chunk);
  } finally {
    for (const listener of process.listeners('exit')) {
      if (before.includes(listener)) continue;
      listener.call(process, exitCode);
      process.off('exit', listener);
    }
  }
}

const content = () => readFileSync(file).toString('base64');

test('a module has what every module has', () => {
  const other = join(folder, 'chunks', 'other-12345678.js');
  writeFileSync(other, 'exports.value = 2');
  const source =
    'module.exports = { value: require("./other-12345678.js").value, __dirname, __filename }';
  const expected = { value: 2, __dirname: join(folder, 'chunks'), __filename: chunk };
  expect(start(source)).toEqual(expected);
  expect(start(source)).toEqual(expected);
});

test('what was compiled is kept for its user only, and used again', () => {
  expect(start('exports.value = 1')).toEqual({ value: 1 });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['some-chunk']);
  const kept = statSync(file).ino;
  expect(start('exports.value = 1')).toEqual({ value: 1 });
  expect(statSync(file).ino).toBe(kept);
});

test('another source of the same length is compiled anew, and replaces the former one', () => {
  start('exports.value = 1');
  const former = content();
  expect(start('exports.value = 2')).toEqual({ value: 2 });
  expect(content()).not.toBe(former);
  expect(start('exports.value = 2')).toEqual({ value: 2 });
});

test.each([
  ['a changed byte', (bytes: Buffer) => bytes.fill(bytes.readUInt8(200) ^ 1, 200, 201)],
  ['a missing end', (bytes: Buffer) => bytes.subarray(0, -1)],
  ['nothing in it', () => Buffer.alloc(0)],
])('a cache with %s is replaced', (_, damage) => {
  start('exports.value = 1');
  const whole = content();
  writeFileSync(file, damage(readFileSync(file)));
  expect(content()).not.toBe(whole);
  const damaged = content();
  expect(start('exports.value = 1')).toEqual({ value: 1 });
  expect(content()).not.toBe(damaged);
});

test('a refused command line leaves no cache, and any other end leaves one', () => {
  expect(start('exports.value = 1', EXIT_CODES['input-refused'])).toEqual({ value: 1 });
  expect(existsSync(file)).toBe(false);
  expect(start('exports.value = 1', EXIT_CODES['preflight-refused'])).toEqual({ value: 1 });
  expect(existsSync(file)).toBe(true);
});

test('a module of another folder is loaded as usual', () => {
  const other = join(folder, 'other-12345678.js');
  writeFileSync(other, 'exports.value = 3');
  writeFileSync(chunk, '');
  start(`exports.value = require(${JSON.stringify(other)}).value`);
  expect(readdirSync(join(folder, 'cache'))).toEqual(['some-chunk']);
});

test('a cache that cannot be written is no error', () => {
  writeFileSync(join(folder, 'cache'), '');
  expect(start('exports.value = 1')).toEqual({ value: 1 });
});
