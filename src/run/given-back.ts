/** What a run took from a domain with its definition, and what of it nobody is known to have given back. */
import { isUnbelievable, type Replay } from '../journal/replay.ts';
import type { Bundle } from '../model/world.ts';

export interface Owed {
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
export function owedBy(
  {
    kept,
    restored,
  }: { readonly kept: Bundle; readonly restored?: { readonly records: number } | undefined },
  replay: Replay | undefined,
): Owed {
  if (!replay || isUnbelievable(replay))
    return owed(kept, restored !== undefined, restored !== undefined);
  let defined = false;
  let marked = false;
  let command: unknown;
  for (const [at, record] of replay.records.entries()) {
    if (at === restored?.records) defined = marked = true;
    if (record.type === 'intent')
      command = record.effect.tool === 'virsh' ? record.effect.verb : undefined;
    if (record.type === 'intent' && command === 'undefine') defined = marked = false;
    const done = record.type === 'outcome' && record.error === undefined;
    if (done && command === 'define') defined = true;
    if (done && command === 'autostart') marked = true;
  }
  const rescued = restored !== undefined && restored.records >= replay.records.length;
  return owed(kept, defined || rescued, marked || rescued);
}

function owed({ autostart }: Bundle, defined: boolean, marked: boolean): Owed {
  return { definition: !defined, autostart: autostart && !marked };
}
