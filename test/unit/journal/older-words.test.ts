/** The words of a command, as in journals of format 1, are parsed back into its verb and its arguments. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Option, Options, Values, Word } from '../../../src/commands/define.ts';
import {
  argvOf,
  type CommandEffect,
  type Effect,
  isCommand,
} from '../../../src/commands/effect.ts';
import { type AnyCommand, COMMANDS, type Program } from '../../../src/commands/registry.ts';
import { effectFromWords } from '../../../src/journal/older.ts';
import { PLANS, withoutOff } from './of-form-1.ts';

/** The effect that an effect's words are parsed into. */
function readBack(effect: CommandEffect): Effect | undefined {
  const { tool, verb: _verb, args: _args, ...terms } = effect;
  return effectFromWords(tool, argvOf(effect), terms);
}

describe('the words of a command are parsed back into it', () => {
  test.each(PLANS)('%s', (title, effects) => {
    const commands = effects.filter(isCommand);
    // These steps run no command.
    expect(commands.length > 0).toBe(!/^backup-(verify|prune): /.test(title));
    for (const effect of commands) {
      const back = readBack(effect);
      expect(back).toEqual(withoutOff(effect));
      expect(back && isCommand(back) && argvOf(back)).toEqual(argvOf(effect));
    }
  });

  /** Values as plans and hosts may give them; a path is no option, and no name has a NUL. */
  const text = fc.string().map((each) => each.replaceAll('\0', ''));
  const path = text.map((each) => `/${each}`);
  const VALUES: { readonly [K in keyof Values]: fc.Arbitrary<Values[K]> } = {
    flag: fc.constant(true),
    text: fc.oneof(text, fc.constantFrom('--domain', '-p', 'vda[2]')),
    number: fc.integer(),
    document: fc.record({ file: fc.constant('x.xml'), content: text }),
    disks: fc.array(
      fc.oneof(
        fc.record({
          disk: fc.constantFrom('vda', 'sd,a', 'x,,'),
          snapshot: fc.constant('external' as const),
          driver: fc.constantFrom('qcow2', 'qed'),
          file: path,
        }),
        fc.record({ disk: fc.constantFrom('vdb', ',b'), snapshot: fc.constant('no' as const) }),
      ),
      { minLength: 1 },
    ),
    memory: fc.record({ file: path }),
    operand: path,
  };
  const argsFor = (options: Options) => {
    const all: readonly (readonly [string, Option])[] = Object.entries(options);
    return fc.record(Object.fromEntries(all.map(([name, { kind }]) => [name, VALUES[kind]])), {
      requiredKeys: all.filter(([, { required }]) => required).map(([name]) => name),
    });
  };
  const commands = (['virsh', 'qemu-img'] as const).flatMap((tool) => {
    const all: readonly AnyCommand[] = COMMANDS[tool];
    return all.map((command) => [tool, command.verb, command] as const);
  });

  test.each(commands)('%s %s, with any arguments', (tool, verb, { options }) => {
    fc.assert(
      fc.property(argsFor(options), (args) => {
        const effect = { tool, verb, args, why: 'test' } as CommandEffect;
        expect(readBack(effect)).toEqual(effect);
      }),
    );
  });

  test.each<readonly [string, Program, readonly Word[]]>([
    ['a verb that no step uses', 'virsh', ['destroy', '--domain', 'd']],
    ['a verb of the other program', 'virsh', ['convert', '/a', '/b']],
    ['an option that no step uses', 'virsh', ['blockcopy', '--wait']],
    ['a word without an option', 'virsh', ['resume', 'd']],
    ['more files than the command takes', 'qemu-img', ['create', '/a', '/b']],
    ['no words', 'virsh', []],
  ])('except %s', (_title, tool, words) => {
    expect(effectFromWords(tool, words, { why: '' })).toBeUndefined();
  });
});
