/** A case as a word that can be typed again: its faults and their points, in order. */
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import { FAULTS, type Fault } from './faults.ts';
import type { Injection, Restart } from './tally.ts';

/** The case without faults. */
const NOTHING = 'nothing';

/** `mirror:pivot@3:crash-after,undo:mirror:pivot@1:killed-before+resume`, or `nothing` without faults */
export function seedOf(injections: readonly Injection[]): string {
  if (injections.length === 0) return NOTHING;
  return injections
    .map(
      ({ state, at, fault, again }) =>
        `${state}@${at}:${fault}${again === undefined ? '' : `+${again}`}`,
    )
    .join(',');
}

const PART = /^(?<state>.+)@(?<at>\d+):(?<fault>[a-z-]+)(?:\+(?<again>resume|rollback))?$/;

/** @throws BlockplanError `input-refused` for a word that is not a seed */
export function readSeed(seed: string): Injection[] {
  if (seed === NOTHING) return [];
  return seed.split(',').map((part) => {
    const { state, at, fault, again } = PART.exec(part)?.groups ?? {};
    if (state === undefined || fault === undefined || !(fault in FAULTS)) throw unreadable(part);
    return {
      state,
      at: Number(at),
      fault: fault as Fault,
      ...(again === undefined ? {} : { again: again as Restart }),
    };
  });
}

function unreadable(part: string): BlockplanError {
  return new BlockplanError('input-refused', [
    {
      code: codes.invalidSeed,
      severity: 'error',
      message: `"${part}" is not a seed of a proof`,
      hint: 'pass --replay a seed that blockplan prove printed',
    },
  ]);
}
