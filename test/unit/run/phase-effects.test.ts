/** When the commands in a journal count as those of this version. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { isSameCommands } from '../../../src/run/phase-effects.ts';

const convert = (change: object = {}): Effect[] => [
  {
    tool: 'qemu-img',
    verb: 'convert',
    args: {
      ...{ source: '/a', dest: '/b', 'target-format': 'raw' },
      ...{ progress: true, 'out-of-order': true, coroutines: 8 },
    },
    bytes: 1,
    why: 'copy the image',
    ...change,
  } as Effect,
];

test('texts and amounts for progress are no part of a command, options are', () => {
  expect(isSameCommands(convert(), convert({ bytes: 2, why: 'other words' }))).toBe(true);
  expect(isSameCommands(convert(), convert({ args: { source: '/c' } }))).toBe(false);
});

test('what is proven or synced besides is no part of a command: an earlier version did not', () => {
  const remove = (more: object) => [
    { tool: 'remove-file', file: '/a', why: 'w', ...more } as Effect,
  ];
  expect(isSameCommands(remove({}), remove({ dataIn: ['/b'] }))).toBe(true);
  expect(isSameCommands(remove({}), remove({ made: true }))).toBe(false);
  const args = { domain: 'd', path: 'vda', abort: true };
  const end = (more: object) => [
    { tool: 'virsh', verb: 'blockjob', args, why: 'w', ...more } as Effect,
  ];
  expect(isSameCommands(end({}), end({ completes: '/b' }))).toBe(true);
});
