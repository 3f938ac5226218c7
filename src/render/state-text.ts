/** Phases and the machine's states as people read them: `mirror/pivot`, `undo mirror/pivot`, `rolled back`. */
import type { Direction, PhaseRef } from '../events.ts';
import { isFinalState, OUTCOMES } from '../outcomes.ts';

export function phaseText({ step, phase }: PhaseRef, direction: Direction = 'do'): string {
  return `${direction === 'undo' ? 'undo ' : ''}${step}/${phase}`;
}

/** @param name as in JSON and in seeds: `mirror:pivot`, `undo:mirror:pivot`, `rolled-back`; another word is returned as it is */
export function stateText(name: string): string {
  if (isFinalState(name)) return OUTCOMES[name].word;
  const [phase, step, undo] = name.split(':').reverse();
  return phase === undefined || step === undefined
    ? name
    : phaseText({ step, phase }, undo === undefined ? 'do' : 'undo');
}
