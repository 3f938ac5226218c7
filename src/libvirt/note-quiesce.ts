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
  const result = freeze.conclude();
  if ('frozenMs' in result)
    onNotice?.(`The file systems were frozen for ${(result.frozenMs / 1000).toFixed(1)} s.`);
  else if (required)
    throw new EffectFailed(`it is not certain that the file systems were frozen: ${result.why}`);
  const { 'not-quiesced': _former, ...manifest } = await manifestIn(io, draft);
  const found =
    'frozenMs' in result ? { quiesced: true } : { quiesced: false, 'not-quiesced': result.why };
  await replaceManifest(io, draft, { ...manifest, ...found });
}
