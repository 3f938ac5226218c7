/** Compares an image with the digest of a backup. */
import type { VerifyImageEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/** @throws EffectFailed where the image has another digest, or cannot be read; the signal's reason if it aborts */
export async function verifyImage(
  io: HostIO,
  { file, root, otherwise }: VerifyImageEffect,
  { signal, onProgress }: Pick<PerformContext, 'signal' | 'onProgress'>,
): Promise<void> {
  const options = { ...(signal ? { signal } : {}), onProgress };
  const found = await io.digestImage(file, undefined, options);
  if (found.root !== root) throw new EffectFailed(`${file} differs from the backup: ${otherwise}`);
}
