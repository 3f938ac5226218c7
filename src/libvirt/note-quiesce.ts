/** Notes in the manifest of a backup whether the file systems of its guest were frozen when it began. */
import type { NoteQuiesceEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { manifestIn, replaceManifest } from './draft-manifest.ts';
import type { GuestFreeze } from './guest-freeze.ts';

/** @throws EffectFailed where they may not have been, and the plan requires it */
export async function noteQuiesce(
  io: HostIO,
  freeze: GuestFreeze,
  { draft, required }: NoteQuiesceEffect,
  { onNotice }: PerformContext,
): Promise<void> {
  const why = freeze.conclude();
  const ms = freeze.durationMs;
  if (ms !== undefined) onNotice?.(`The file systems were frozen for ${(ms / 1000).toFixed(1)} s.`);
  if (required && why !== undefined)
    throw new EffectFailed(`it is not certain that the file systems were frozen: ${why}`);
  const { 'not-quiesced': _former, ...manifest } = await manifestIn(io, draft);
  const found = why === undefined ? { quiesced: true } : { quiesced: false, 'not-quiesced': why };
  await replaceManifest(io, draft, { ...manifest, ...found });
}
