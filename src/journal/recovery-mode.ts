/**
 * The direction of a run, and so how it can be resumed: derived from its journal alone, for every part that reports it or
 * acts on it.
 */
import { blockplanCommand, blockplanOn, type Command } from '../command.ts';
import type { Direction } from '../events.ts';
import type { JournalEntry } from './journal.ts';

/**
 * How a run that is not over is continued: `resume` goes forward to the end of its plan, `rollback` back to its
 * beginning.
 */
export type RecoveryMode = 'resume' | 'rollback';

/** The direction of a run after one more record of its journal; a run begins with `do`. */
export function nextDirection(direction: Direction, entry: JournalEntry): Direction {
  switch (entry.type) {
    case 'phase-started':
      // A phase that is undone in order to repeat it does not change the direction.
      return entry.direction === 'undo' && !entry.anew ? 'undo' : direction;
    case 'phase-finished':
      return entry.direction === 'do' && entry.result === 'FAILED' && !entry.stays
        ? 'undo'
        : direction;
    default:
      return direction;
  }
}

/** The modes that are possible in that direction: a rollback that has begun can only be finished. */
export function recoveryModesFrom(direction: Direction): readonly RecoveryMode[] {
  return direction === 'do' ? ['resume', 'rollback'] : ['rollback'];
}

/** The commands that end a run that is not over, one for each possible mode. */
export function recoveryCommands(run: string, ways: readonly RecoveryMode[]): Command[] {
  return ways.map((way) => blockplanCommand(way, run));
}

/** What can end a run that is not over, as a clause; `recoveryCommands` does it. */
export function recoveryText(ways: readonly RecoveryMode[]): string {
  const [resume, rollback] = [ways.includes('resume'), ways.includes('rollback')];
  if (resume) return rollback ? 'resume the run or roll it back' : 'resume the run';
  return rollback
    ? 'roll the run back'
    : 'close the run once the guest is in order (its journal is damaged, so the run can be neither resumed nor rolled back)';
}

/**
 * The hint for a journal that cannot be used.
 * @param of the name of the run's domain and its libvirt; undefined if the journal does not show them
 */
export function unusableJournalHint(
  run: string,
  of: { readonly domain: string; readonly uri: string | undefined } | undefined,
): string {
  const diagnose =
    of === undefined ? 'blockplan doctor DOMAIN' : blockplanOn(of.uri, 'doctor', of.domain);
  return `to restore a lost definition, run ${blockplanCommand('rescue', run)}; to diagnose the guest, run ${diagnose}; when everything is in order, run ${blockplanCommand('forget', run)} to close the run`;
}
