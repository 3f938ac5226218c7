/** What to type for a run that no process works on any more. */
import { blockplanCommand } from '../command.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import { recoveryModesOf, type StoredLog } from '../journal/run-log.ts';

/** @param log its journal; undefined if it cannot be read */
export function inspectionHint(run: string, log: StoredLog | undefined): string {
  const recovery = log ? recoveryCommands(run, recoveryModesOf(log)) : [];
  const finish = recovery.length === 0 ? '' : `, then finish it: ${recovery.join(', or ')}`;
  return `inspect it: ${blockplanCommand('show', run)}${finish}`;
}
