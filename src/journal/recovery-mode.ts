/**
 * Which way a run goes, and so how it can be resumed: told by its journal alone, for all who report it or act on it.
 */
import { blockplanCommand, type Command } from '../command.ts';
import type { Direction } from '../events.ts';
import type { JournalEntry } from './journal.ts';

/** How a run that is not over is resumed: `resume` goes on to the end of its plan, `rollback` back to its beginning. */
export type RecoveryMode = 'resume' | 'rollback';

/** The direction of a run after one more record of its journal; a run begins with `do`. */
export function nextDirection(direction: Direction, entry: JournalEntry): Direction {
  switch (entry.type) {
    case 'phase-started':
      // A phase that is undone to be done again ends no run's way forward.
      return entry.direction === 'undo' && !entry.anew ? 'undo' : direction;
    case 'phase-finished':
      return entry.direction === 'do' && entry.result === 'FAILED' && !entry.stays
        ? 'undo'
        : direction;
    default:
      return direction;
  }
}

/** The ways that are open to a run with that direction: a rollback that has begun is only finished. */
export function recoveryModesFrom(direction: Direction): readonly RecoveryMode[] {
  return direction === 'do' ? ['resume', 'rollback'] : ['rollback'];
}

/** What to type to end a run that is not over, one command for each way that is open. */
export function recoveryCommands(run: string, ways: readonly RecoveryMode[]): Command[] {
  return ways.map((way) => blockplanCommand(way, run));
}

/** What helps where a journal does not. */
export const RESTORABLE =
  'a definition can be restored all the same: blockplan rescue; see also blockplan doctor';
