/** Effects for tests, written and shown as the words of their command lines. */
import type { Options, Word } from '../src/commands/define.ts';
import {
  argvOf,
  type CommandEffect,
  commandDefinition,
  type Effect,
  isCommand,
  type QemuImgEffect,
  type QemuImgTerms,
  type VirshEffect,
  type VirshTerms,
} from '../src/commands/effect.ts';
import type { Program } from '../src/commands/registry.ts';
import { effectFromWords } from '../src/journal/older.ts';

/** A virsh command for a test, with a meaningless reason. */
export function virshEffect(words: readonly Word[], terms: Partial<VirshTerms> = {}): VirshEffect {
  return effectOfWords('virsh', words, { why: 'test', ...terms });
}

/** A qemu-img command for a test, with a meaningless reason. */
export function qemuImgEffect(
  words: readonly Word[],
  terms: Partial<QemuImgTerms> = {},
): QemuImgEffect {
  return effectOfWords('qemu-img', words, { bytes: 1, why: 'test', ...terms });
}

function effectOfWords<P extends Program>(
  tool: P,
  words: readonly Word[],
  terms: object,
): Extract<CommandEffect, { tool: P }> {
  const effect = effectFromWords(tool, words, terms);
  if (!effect || !isCommand(effect))
    throw new Error(`no step uses ${tool} ${JSON.stringify(words)}`);
  const options: Options = commandDefinition(effect).options;
  const missing = Object.entries(options)
    .filter(([name, { required }]) => required && !Object.hasOwn(effect.args, name))
    .map(([name]) => name);
  if (missing.length > 0) throw new Error(`${tool} ${effect.verb} needs ${missing.join(', ')}`);
  return effect as Extract<CommandEffect, { tool: P }>;
}

/** The words of an effect that is a command, the verb first; empty for any other. */
export function wordsIn(effect: Effect): readonly Word[] {
  return isCommand(effect) ? argvOf(effect) : [];
}

/** An effect with its command's words instead of verb and arguments. */
export function inWords(effect: Effect): object {
  if (!isCommand(effect)) return effect;
  const { verb: _verb, args: _args, ...terms } = effect;
  return { ...terms, argv: argvOf(effect) };
}

/** The contents of the files that an effect's command reads. */
export function contentsIn(effect: Effect): string[] {
  return wordsIn(effect).flatMap((word) => (typeof word === 'object' ? word.content : []));
}
