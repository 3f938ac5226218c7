/** The last thing done for a stranded domain: its definition must not be lost, and must name the live chain. */
import { setDiskSource } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/driver.ts';
import type { World } from '../model/world.ts';
import { define, restoreAttachments } from '../steps/definition.ts';
import { observe, type Stage } from './phase.ts';

/**
 * Defines the domain again from what the journal keeps, when a run that made it transient cannot go on or back. Each
 * disk is put on the file that the guest was last seen to write to, so that its next start finds every write.
 */
export async function salvage(stage: Stage, before: World): Promise<void> {
  const now = await observe(stage);
  if (now.domain.persistent || !stage.kept) return;
  const lastSeen = now.domain.state === 'gone' ? (stage.lastUp ?? before) : now;
  let xml = stage.kept.definition;
  for (const { target, chain, device, readonly } of lastSeen.domain.disks) {
    const top = chain[0];
    if (top && device === 'disk' && !readonly) xml = setDiskSource(xml, target, top);
  }
  const effects = [
    define(xml, 'keep the definition from being lost'),
    ...restoreAttachments(stage.kept, now),
  ];
  for (const effect of effects) {
    if (effect.tool !== 'virsh') continue;
    try {
      await stage.driver.perform(effect, { folder: stage.journal.folder, onProgress: () => {} });
    } catch (error) {
      if (!(error instanceof EffectFailed)) throw error;
      stage.tell({ event: 'notice', message: error.message });
    }
  }
}
