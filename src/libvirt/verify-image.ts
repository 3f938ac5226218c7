/** Compares an image with the digest of a backup. */
import type { VerifyImageEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/**
 * Nothing may use or change the image meanwhile: a guest that is started on it would write behind what was compared.
 * @throws EffectFailed where the image has another digest, is in use, or cannot be read; the signal's reason if it aborts
 */
export async function verifyImage(
  io: HostIO,
  { file, root, otherwise }: VerifyImageEffect,
  { signal, onProgress }: Pick<PerformContext, 'signal' | 'onProgress'>,
): Promise<void> {
  const options = { ...(signal ? { signal } : {}), onProgress };
  const before = await io.stat(file);
  const found = await io.digestImage(file, undefined, options);
  if (found.root !== root) throw new EffectFailed(`${file} differs from the backup: ${otherwise}`);
  const users = await io.usersAt(file);
  if (users.length > 0)
    throw new EffectFailed(`${file} is ${users.join(', ')}, so it may differ from the backup`);
  const after = await io.stat(file);
  if (!before || !after || before.ino !== after.ino || before.changed !== after.changed)
    throw new EffectFailed(`${file} was changed while it was compared with the backup`);
}
