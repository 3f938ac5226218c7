/** What a run took from a domain with its definition, and what of it nobody is known to have given back. */
import { commandsOf, isUntrusted, type LoggedCommand, type StoredLog } from '../journal/run-log.ts';
import type { Bundle } from '../model/host-state.ts';

export interface PendingRestore {
  /** The definition may be with the run alone. */
  readonly definition: boolean;
  /** The domain was marked for autostart, and nothing is known to have marked it again. */
  readonly autostart: boolean;
}

/**
 * What is owed since the domain was made transient for the last time: the run itself gives it back, or a rescue does. Who
 * has taken it away afterwards did so on purpose. `define` gives no autostart mark back: undefine dropped it, and only
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
