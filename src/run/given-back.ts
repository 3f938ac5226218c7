/** Whether a definition that a run has kept is with that run alone. */
import type { FoundBundle } from '../journal/bundle.ts';
import { isUnbelievable, type Replay } from '../journal/replay.ts';
import type { Effect } from '../model/effect.ts';

/**
 * Whether the definition was given back since the domain was made transient for the last time: by the run itself, or by a
 * rescue. Who has taken it away afterwards did so on purpose.
 */
export function isGivenBack({ restored }: FoundBundle, replay: Replay | undefined): boolean {
  if (!replay || isUnbelievable(replay)) return restored !== undefined;
  let given = false;
  let meant: Effect | undefined;
  for (const [at, record] of replay.records.entries()) {
    if (at === restored?.records) given = true;
    if (record.type === 'intent') meant = record.effect;
    const command = meant?.tool === 'virsh' ? meant.argv[0] : undefined;
    if (record.type === 'intent' && command === 'undefine') given = false;
    if (record.type === 'outcome' && command === 'define' && record.error === undefined)
      given = true;
  }
  return given || (restored !== undefined && restored.records >= replay.records.length);
}
