/** What is derived from an effect: which files it writes into, and whose content it loses. */
import { describe, expect, test } from 'vitest';
import {
  argvOf,
  type CommandEffect,
  commandDefinition,
  contentLostBy,
  type Effect,
  filesWrittenInto,
  isCommand,
  layersWritten,
} from '../../../src/commands/effect.ts';
import { virshEffect } from '../../effects.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';
import { commit, convert, copy, create, DEST, DOMAIN, host, OLD, pull, VDA } from './answering.ts';

const remove: Effect = { tool: 'remove-file', file: OLD, why: 'test' };
const into = virshEffect(['blockcopy', ...VDA, '--dest', OLD], {
  writesInto: [OLD],
  loses: [OLD],
});

describe('the existing files that an effect writes into', () => {
  test.each<[string, Effect, readonly string[]]>([
    ['a conversion into an existing file', convert('-n', BASE, OLD), [OLD]],
    ['a conversion into a new file', convert(BASE, DEST), []],
    ['a new image', create(DEST), []],
    ['a copy into an existing file', into, [OLD]],
    ['a copy into a new file', copy('--dest', DEST), []],
    ['a removal', remove, []],
  ])('%s', (_what, effect, files) => {
    expect(filesWrittenInto(effect)).toEqual(files);
  });
});

describe('the layers that an effect writes into', () => {
  test.each<[string, Effect, readonly string[]]>([
    ['a commit of the active layer', commit('--active', '--shallow'), [SNAP2, SNAP1]],
    ['a pull', pull(), [SNAP2]],
    ['a copy', copy('--dest', DEST), []],
    ['a conversion', convert(BASE, DEST), []],
    ['a removal', remove, []],
  ])('%s', (_what, effect, files) => {
    expect(layersWritten(effect, host().state)).toEqual(files);
  });
});

test('an effect loses the content that it names', () => {
  expect(contentLostBy(into)).toEqual([OLD]);
  expect(contentLostBy(copy('--dest', DEST))).toEqual([]);
  expect(contentLostBy(remove)).toEqual([]);
});

test('only virsh and qemu-img are commands, and their words are known', () => {
  expect(isCommand(remove)).toBe(false);
  expect(isCommand(create(DEST))).toBe(true);
  expect(argvOf(virshEffect(['resume', ...DOMAIN]))).toEqual(['resume', ...DOMAIN]);
  const unknown = { tool: 'virsh', verb: 'shutdown', args: {}, why: 'test' } as unknown;
  expect(() => commandDefinition(unknown as CommandEffect)).toThrow('no step uses virsh shutdown');
});
