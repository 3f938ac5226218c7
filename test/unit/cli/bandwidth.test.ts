import { describe, expect, test } from 'vitest';
import { bandwidthOf } from '../../../src/cli/bandwidth.ts';
import { BlockplanError } from '../../../src/errors.ts';

const MIB = 1024 ** 2;

describe('a bandwidth in bytes per second', () => {
  test.each([
    ['0', 0],
    ['50', 50 * MIB],
    ['50M', 50 * MIB],
    ['50m', 50 * MIB],
    ['50MiB', 50 * MIB],
    ['50mib', 50 * MIB],
    ['50MB', 50_000_000],
    ['800K', 800 * 1024],
    ['800KiB', 800 * 1024],
    ['1KB', 1000],
    ['2G', 2 * 1024 * MIB],
    ['1TiB', 1024 ** 4],
    ['4096B', 4096],
    ['0B', 0],
    ['007', 7 * MIB],
  ])('%s', (word, bytes) => {
    expect(bandwidthOf(word)).toBe(bytes);
  });

  test.each([
    ...['', 'M', '-1', '1.5M', '1e3', '0x10', ' 50M', '50 M', '50M/s', '50Mi', '50P', '50iB', '٥'],
    ...['9007199254740993B', '99999999999999', '999999999999999999999', '50M\n', '1KBB'],
  ])('%j is refused', (word) => {
    expect(() => bandwidthOf(word)).toThrow(BlockplanError);
    expect(() => bandwidthOf(word)).toThrow(`"${word}" is not a bandwidth`);
  });
});
