/** The effects of a phase that has begun, which another version of blockplan may have compiled. */
import { isDeepStrictEqual } from 'node:util';
import type { Effect, RemoveFileEffect, VirshEffect } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { PhaseStart } from './run-state.ts';

/** The forward effects, in order. */
export function effectsOf(
  { phase }: PhaseNode,
  { before, start, effects }: PhaseStart,
): readonly Effect[] {
  return effects ?? phase.effects(before, start);
}

/** The effects as the journal stores them; none if the step rejects the host state, which preflight reports. */
export function recordedEffects(node: PhaseNode, phaseStart: PhaseStart): readonly Effect[] {
  try {
    return effectsOf(node, phaseStart);
  } catch {
    return [];
  }
}

/** The effects in the journal, if their commands differ from those that this version compiles. */
export function otherEffects(
  node: PhaseNode,
  phaseStart: PhaseStart,
  recorded: readonly Effect[] = [],
): Pick<PhaseStart, 'effects'> {
  const same = recorded.length === 0 || isSameCommands(recorded, recordedEffects(node, phaseStart));
  return same ? {} : { effects: recorded };
}

/**
 * Whether two lists of effects are equal except for their texts, the amounts that only progress needs, and what this version
 * decides: what must still be so when a command is sent, what the end of a job must prove, and what is synced before a removal.
 * Effects from a journal have no fields that are `undefined`.
 */
export function isSameCommands(some: readonly Effect[], others: readonly Effect[]): boolean {
  return isDeepStrictEqual(some.map(silent), others.map(silent));
}

/** The fields that do not count. */
type Quiet = Pick<VirshEffect, 'doubt' | 'completes' | 'over'> &
  Pick<RemoveFileEffect, 'dataIn'> & { readonly bytes?: number };

function silent(effect: Effect): unknown {
  const {
    why: _why,
    doubt: _doubt,
    bytes: _bytes,
    over: _over,
    completes: _completes,
    dataIn: _dataIn,
    ...rest
  } = effect as Effect & Quiet;
  return JSON.parse(JSON.stringify(rest));
}
