/** The words of a command line: the form and order of each kind of option, and that virsh has all of them. */
import { describe, expect, test } from 'vitest';
import {
  type DiskSpec,
  defineCommand,
  NO_JOB,
  type Options,
  optional,
  pickOptions,
  required,
  wordsOf,
} from '../../../src/commands/define.ts';
import { argvOf, commandDefinition, type Effect, isCommand } from '../../../src/commands/effect.ts';
import { commandText, shownWords } from '../../../src/commands/effect-text.ts';
import { COMMANDS, commandNamed } from '../../../src/commands/registry.ts';
import { virshEffect } from '../../effects.ts';
import { VIRSH_OPTIONS } from '../../virsh-options.ts';

/** A command with an option of every kind. */
const every = defineCommand({
  verb: 'every',
  options: {
    flag: optional('flag'),
    short: optional('flag', '-s'),
    text: optional('text'),
    number: optional('number', '-n'),
    document: optional('document'),
    disks: optional('disks'),
    memory: optional('memory'),
    operand: required('operand'),
  },
  apply: (host) => host,
  ...NO_JOB,
  unanswered: () => 'look',
});
type Args = Parameters<typeof every.apply>[1];

/** The words for these arguments. */
function words(args: Omit<Args, 'operand'>) {
  const all = wordsOf(every, { ...args, operand: '/file' });
  expect(all[0]).toBe('every');
  expect(all.at(-1)).toBe('/file');
  return all.slice(1, -1);
}

const overlay = (disk: string, file: string): DiskSpec => ({
  ...({ disk, snapshot: 'external', driver: 'qcow2', file } as const),
});

describe('an option becomes words', () => {
  const document = { file: 'define.xml', content: '<domain/>' };

  test.each<readonly [string, Omit<Args, 'operand'>, readonly unknown[]]>([
    ['a flag that is set', { flag: true }, ['--flag']],
    ['a flag that is not set', { flag: false }, []],
    ['a flag with its own spelling', { short: true }, ['-s']],
    ['a text', { text: 'a b' }, ['--text', 'a b']],
    ['a text that looks like an option', { text: '--flag' }, ['--text', '--flag']],
    ['an empty text', { text: '' }, ['--text', '']],
    ['a number', { number: 65536 }, ['-n', '65536']],
    ['zero', { number: 0 }, ['-n', '0']],
    ['a number below zero', { number: -2 }, ['-n', '-2']],
    ['a file of the run', { document }, ['--document', document]],
    [
      'disks',
      { disks: [overlay('vda', '/a'), { disk: 'vdb', snapshot: 'no' }] },
      [
        ...['--disks', 'vda,snapshot=external,driver=qcow2,file=/a'],
        ...['--disks', 'vdb,snapshot=no'],
      ],
    ],
    ['no disks', { disks: [] }, []],
    [
      'a file for the memory',
      { memory: { file: '/m' } },
      ['--memory', 'file=/m,snapshot=external'],
    ],
    ['nothing', {}, []],
  ])('%s', (_title, args, expected) => {
    expect(words(args)).toEqual(expected);
  });

  test.each<readonly [string, Omit<Args, 'operand'>, string]>([
    [
      'the file of an overlay',
      { disks: [overlay('vda', '/a,b,,c')] },
      'vda,snapshot=external,driver=qcow2,file=/a,,b,,,,c',
    ],
    [
      'the name of a disk with an overlay',
      { disks: [overlay('vd,a', '/a')] },
      'vd,,a,snapshot=external,driver=qcow2,file=/a',
    ],
    [
      'the name of a disk without',
      { disks: [{ disk: 'vd,b', snapshot: 'no' }] },
      'vd,,b,snapshot=no',
    ],
    ['the file of the memory', { memory: { file: '/m,n' } }, 'file=/m,,n,snapshot=external'],
  ])('a comma is doubled in %s, as virsh requires', (_title, args, expected) => {
    expect(words(args)[1]).toBe(expected);
  });

  test('a comma without a special meaning does not change', () => {
    expect(words({ text: 'a,b' })).toEqual(['--text', 'a,b']);
    expect(wordsOf(every, { operand: '/a,b' })).toEqual(['every', '/a,b']);
  });
});

test('the words follow the order of the options, not that of the arguments', () => {
  const args = { operand: '/file', number: 1, text: 't', short: true, flag: true };
  const backwards = Object.fromEntries(Object.entries(args).reverse());
  const ordered = ['every', '--flag', '-s', '--text', 't', '-n', '1', '/file'];
  expect(wordsOf(every, args)).toEqual(ordered);
  expect(wordsOf(every, backwards)).toEqual(ordered);
});

test('an argument that is not set, or is not an option, adds no word', () => {
  expect(wordsOf(every, { operand: '/file', text: undefined, other: 'x' })).toEqual([
    'every',
    '/file',
  ]);
});

describe('the parameters of a step that are options', () => {
  test('are included if they are set, even to zero or an empty text', () => {
    const params = { flag: true, number: 0, text: '', timeout: 5, toString: 'x' };
    expect(pickOptions(every, params)).toEqual({ flag: true, number: 0, text: '' });
  });

  test('are left out if they are not set or false', () => {
    expect(Object.keys(pickOptions(every, { flag: true, short: false, text: undefined }))).toEqual([
      'flag',
    ]);
  });
});

describe('an effect', () => {
  const file = { file: 'define.xml', content: '<domain/>' };
  const define = virshEffect(['define', '--file', file]);

  test('that is a command has words, and shows its file by its name in the folder of the run', () => {
    expect(argvOf(define)).toEqual(['define', '--file', file]);
    expect(shownWords(define)).toEqual(['define', '--file', 'RUN/define.xml']);
    expect(commandText(define)).toBe('virsh define --file RUN/define.xml');
  });

  test('is a command if a program performs it', () => {
    const kept: Effect = { tool: 'keep-definition', why: 'keep it' };
    expect([define, kept].map(isCommand)).toEqual([true, false]);
  });

  test('with a verb that no step uses is a bug', () => {
    const other = { ...define, verb: 'destroy' } as unknown as typeof define;
    expect(() => commandDefinition(other)).toThrow('no step uses virsh destroy');
  });
});

describe('the registry', () => {
  test('has every command of each program once, and finds it by its verb', () => {
    for (const program of ['virsh', 'qemu-img'] as const) {
      const verbs = COMMANDS[program].map(({ verb }) => verb);
      expect(new Set(verbs).size).toBe(verbs.length);
      for (const each of COMMANDS[program]) expect(commandNamed(program, each.verb)).toBe(each);
    }
    expect(commandNamed('virsh', 'convert')).toBeUndefined();
    expect(commandNamed('virsh', 'toString')).toBeUndefined();
  });

  test.each(COMMANDS.virsh.map((command) => [command.verb, command.options as Options] as const))(
    'every option of %s exists in virsh, with a value if virsh requires one',
    (verb, options) => {
      const known = VIRSH_OPTIONS[verb] ?? {};
      const takesValue = Object.entries(options).map(([name, { kind }]) => [name, kind !== 'flag']);
      expect(takesValue).toEqual(takesValue.map(([name]) => [name, known[String(name)]]));
      // A virsh option is always written with its name, because virsh assigns words without a name by their order.
      for (const { as, kind } of Object.values(options))
        expect([as, kind === 'operand']).toEqual([undefined, false]);
    },
  );

  test.each(COMMANDS['qemu-img'].map(({ verb, options }) => [verb, options as Options] as const))(
    'qemu-img %s has one-letter options, if there are any, and files at the end',
    (_verb, options) => {
      const all = Object.values(options);
      const operands = all.filter(({ kind }) => kind === 'operand');
      expect(operands.length).toBeGreaterThan(0);
      expect(all.slice(-operands.length)).toEqual(operands);
      const letters = all.filter(({ kind }) => kind !== 'operand').map(({ as }) => as);
      for (const letter of letters) expect(letter ?? '--remove').toMatch(/^(-[a-zA-Z]|--remove)$/);
      expect(new Set(letters).size).toBe(letters.length);
    },
  );
});
