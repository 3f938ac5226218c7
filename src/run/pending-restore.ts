/** What a run took from a domain with its definition, and what of it has not been restored, as far as is known. */
import { commandsOf, isUntrusted, type LoggedCommand, type StoredLog } from '../journal/run-log.ts';
import type { Bundle } from '../model/host-state.ts';

export interface PendingRestore {
  /** The run may hold the only copy of the definition. */
  readonly definition: boolean;
  /** The domain was marked for autostart and, as far as is known, has not been marked again. */
  readonly autostart: boolean;
}

/**
 * What must be restored since the domain was last made transient: the run itself or a rescue restores it. A later removal
 * by another user was intentional. `define` does not restore the autostart mark: undefine dropped it, and only
 * `autostart` sets it again.
 */
export function pendingRestoreOf(
  {
    kept,
    restored,
  }: { readonly kept: Bundle; readonly restored?: { readonly records: number } | undefined },
  log: StoredLog | undefined,
): PendingRestore {
  if (!log || isUntrusted(log)) return owed(kept, restored !== undefined, restored !== undefined);
  const commands = commandsOf(log);
  const taken = commands.findLastIndex((command) => isVirsh(command, 'undefine'));
  const since = commands.slice(taken + 1);
  const isBack = (verb: string) =>
    since.some(
      (command) => isVirsh(command, verb) && command.answer && command.answer.error === undefined,
    );
  const rescued = restored !== undefined && restored.records > (commands[taken]?.seq ?? -1);
  return owed(kept, rescued || isBack('define'), rescued || isBack('autostart'));
}

function isVirsh({ effect }: LoggedCommand, verb: string): boolean {
  return effect.tool === 'virsh' && effect.verb === verb;
}

function owed({ autostart }: Bundle, defined: boolean, marked: boolean): PendingRestore {
  return { definition: !defined, autostart: autostart && !marked };
}
