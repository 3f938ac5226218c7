/** The effects of a phase that has begun, which another version of blockplan may have compiled. */
import { argvOf, type Effect, isCommand } from '../commands/effect.ts';
import { commandText } from '../commands/effect-text.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { Begun } from './course.ts';

/** The effects of the way forward, in order. */
export function effectsOf(
  { phase }: PhaseNode,
  { before, start, effects }: Begun,
): readonly Effect[] {
  return effects ?? phase.effects(before, start);
}

/** What the journal holds of them; none where the World does not suit the step, of which preflight tells. */
export function recordedEffects(node: PhaseNode, begun: Begun): readonly Effect[] {
  try {
    return effectsOf(node, begun);
  } catch {
    return [];
  }
}

/** The effects in the journal where they are other commands than this version compiles. */
export function otherEffects(
  node: PhaseNode,
  begun: Begun,
  recorded: readonly Effect[] = [],
): Pick<Begun, 'effects'> {
  const same = recorded.length === 0 || isSameCommands(recorded, recordedEffects(node, begun));
  return same ? {} : { effects: recorded };
}

/** Whether two lists of effects are the same commands, for whatever reasons they are given. */
export function isSameCommands(some: readonly Effect[], others: readonly Effect[]): boolean {
  const words = (effects: readonly Effect[]) => JSON.stringify(effects.map(wordsOf));
  return words(some) === words(others);
}

function wordsOf(effect: Effect): unknown {
  return isCommand(effect) ? [effect.tool, argvOf(effect)] : commandText(effect);
}
