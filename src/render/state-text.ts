/** Phases and the machine's states as people read them: `mirror/pivot`, `undo mirror/pivot`, `rolled back`. */
import type { Direction, PhaseRef } from '../events.ts';
import { isFinalState, OUTCOMES, type PhaseResult } from '../outcomes.ts';

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

/** The reason that a run records for a phase that the user interrupted. */
const INTERRUPTION = 'interrupted';

/** How a phase of a past run ended, in a word. */
export function resultWord({ result, error }: EndedPhase): string {
  if (result === undefined) return 'not ended';
  return error === INTERRUPTION ? INTERRUPTION : result;
}

/** Why it failed, unless the word for its end says that already. */
export function whyEnded({ error }: EndedPhase): string | undefined {
  return error === INTERRUPTION ? undefined : error;
}

interface EndedPhase {
  /** Absent if blockplan ended first. */
  readonly result?: PhaseResult;
  readonly error?: string;
}

/** What a command answered that was not performed, as a clause. */
export function failureText(error: string): string {
  return error.startsWith(`${INTERRUPTION} by `) ? error : `failed: ${error}`;
}
