import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockplanCommand, commandLine, virshCommand } from '../../src/command.ts';
import { printable } from '../../src/printable.ts';
import { HOSTILE_NAMES, typed } from '../typed.ts';

test.each(HOSTILE_NAMES)('a shell reads %j as one word', (name) => {
  expect(typed(commandLine('mkdir', '-p', `/e/${name}`))).toEqual([['mkdir', '-p', `/e/${name}`]]);
  const domain = name.startsWith('-') ? ['--domain', name] : [name];
  expect(typed(virshCommand('start', name))).toEqual([['virsh', 'start', ...domain]]);
  const word = name.startsWith('-') ? ['--', name] : [name];
  expect(typed(blockplanCommand('facts', name))).toEqual([['blockplan', 'facts', ...word]]);
});

test('any words come through, and none of them reaches the terminal as it is', () => {
  const word = fc.string({ unit: 'binary' }).filter((text) => !/[\0\u0001]|\p{Cs}/u.test(text));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const line = commandLine('virsh', ...words);
      expect(printable(line)).toBe(line);
      expect(typed(line)).toEqual([['virsh', ...words]]);
    }),
    { numRuns: 30, seed: 8 },
  );
});
