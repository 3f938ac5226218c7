/** The last thing done for a stranded domain: its definition must not be lost, and must name the live chain. */
import { join } from 'node:path';
import { setDiskSource } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/driver.ts';
import type { World } from '../model/world.ts';
import { shellQuote } from '../shell-quote.ts';
import { DEFINITION_FILE, define, restoreAttachments } from '../steps/definition.ts';
import { act, observe, type Stage } from './phase.ts';

/**
 * Defines the domain again from what the journal keeps, when a run that made it transient cannot go on or back. Each
 * disk is put on the file that the guest was last seen to write to, so that its next start finds every write.
 * @returns the commands to type where libvirt does not take the definition; none where it does, or is not needed
 */
export async function salvage(stage: Stage, before: World): Promise<readonly string[]> {
  const now = await observe(stage);
  if (now.domain.persistent || !stage.kept) return [];
  const lastSeen = now.domain.state === 'gone' ? (stage.lastUp ?? before) : now;
  const xml = lastSeen.domain.disks
    .filter((disk) => disk.device === 'disk' && !disk.readonly && disk.chain.length > 0)
    .reduce(
      (text, { target, chain }) => setDiskSource(text, target, chain[0]!),
      stage.kept.definition,
    );
  try {
    for (const effect of [
      define(xml, 'keep the definition from being lost'),
      ...restoreAttachments(stage.kept, now),
    ]) {
      await act(stage, { step: 'run', phase: 'salvage' }, 'undo', effect);
    }
    return [];
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    stage.tell({ event: 'notice', message: error.message });
    // `define` has written the file into the run's folder, fsynced, before it gave the command.
    const autostart = stage.kept.autostart ? [`virsh autostart ${now.domain.name}`] : [];
    return [
      shellQuote(['virsh', 'define', join(stage.journal.folder, DEFINITION_FILE)]),
      ...autostart,
    ];
  }
}
