import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AMOUNT, atLeast, atMost, exactly, readAmount } from '../../../src/facts/amounts.ts';

const KIB = 1024;
const MIB = KIB * KIB;
const GIB = KIB * MIB;

/** Any amount; half of them are near a change of unit or step. */
const bytes = fc.oneof(
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc
    .tuple(
      fc.constantFrom(1, 9.9, 10, 99, 100, 990, 1000, 1023, 1024),
      fc.integer({ min: 0, max: 4 }),
    )
    .chain(([value, power]) =>
      fc
        .integer({ min: -2, max: 2 })
        .map((off) => Math.max(0, Math.round(value * KIB ** power) + off)),
    ),
);

describe('amounts', () => {
  test.each([
    [0, '0 B', '0 B'],
    [1, '1 MiB', '0 B'],
    [MIB, '1 MiB', '1 MiB'],
    [MIB + 1, '2 MiB', '1 MiB'],
    [9.5 * MIB, '10 MiB', '9 MiB'],
    [123.4 * MIB, '130 MiB', '120 MiB'],
    [1001 * MIB, '1 GiB', '1000 MiB'],
    [3.21 * GIB, '3.3 GiB', '3.2 GiB'],
    [42.1 * GIB, '43 GiB', '42 GiB'],
    [2 ** 53 - 1, '8 PiB', '7.9 PiB'],
  ])('%d bytes round up to %s and down to %s', (amount, most, least) => {
    expect([atLeast(amount), atMost(amount)]).toEqual([most, least]);
  });

  test('round to the safe side by at most one step, and stay the same when rounded again', () => {
    fc.assert(
      fc.property(bytes, (amount) => {
        const [up, down] = [atLeast(amount), atMost(amount)];
        expect(readAmount(up)).toBeGreaterThanOrEqual(amount);
        expect(readAmount(down)).toBeLessThanOrEqual(amount);
        // Just above a power of ten, a step of two digits is a tenth of the amount.
        expect(readAmount(up) - amount).toBeLessThanOrEqual(Math.max(MIB, amount * 0.1 + 1));
        expect(amount - readAmount(down)).toBeLessThanOrEqual(Math.max(MIB, amount * 0.1 + 1));
        expect([atLeast(readAmount(up)), atMost(readAmount(up))]).toEqual([up, up]);
        expect([atLeast(readAmount(down)), atMost(readAmount(down))]).toEqual([down, down]);
        for (const text of [up, down, exactly(amount)]) expect(text).toMatch(new RegExp(AMOUNT));
      }),
      { numRuns: 2000 },
    );
  });

  test('keep a capacity exact to the byte', () => {
    fc.assert(fc.property(bytes, (amount) => readAmount(exactly(amount)) === amount));
    expect([10 * GIB, 64 * MIB, 1536 * MIB, 1000, 0].map(exactly)).toEqual([
      '10 GiB',
      '64 MiB',
      '1536 MiB',
      '1000 B',
      '0 B',
    ]);
  });

  test.each([
    ['3.3 GiB', 3543348019],
    ['10MiB', 10 * MIB],
    ['40G', 40 * GIB],
    ['512M', 512 * MIB],
    ['1.5 TiB', 1536 * GIB],
    ['1.5T', 1536 * GIB],
    ['64 K', 64 * KIB],
    ['64k', 64 * KIB],
    ['2p', 2 * KIB * KIB * GIB],
    ['100 B', 100],
    ['100B', 100],
    ['0G', 0],
  ])('%s is read as %d bytes', (amount, expected) => {
    expect(amount).toMatch(new RegExp(AMOUNT));
    expect(readAmount(amount)).toBe(expected);
  });

  test('a number is a number of bytes', () => {
    expect(readAmount(7)).toBe(7);
  });

  test.each(
    [
      '',
      'G',
      '40',
      '-1G',
      '+1G',
      '1.5 B',
      '.5G',
      '5.G',
      '1e3G',
      '0x1G',
      '1,5G',
      '1_000G',
      '1  G',
    ].concat(
      [
        '40 GB',
        '40GB',
        '40 gib',
        '40 GIB',
        '40 Gi',
        '40 bytes',
        '40 E',
        ' 40G',
        '40G ',
        '4 0G',
        '40G40G',
      ],
      ['10 %', 'unlimited', '١G', 'NaNG', '40G\n', '40\u00a0G'],
    ),
  )('%j is no amount', (text) => {
    expect(text).not.toMatch(new RegExp(AMOUNT));
  });
});
