/** Compares an image with the digest of a backup. */
import { setTimeout as delay } from 'node:timers/promises';
import type { VerifyImageEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { FileStat, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isFormer } from '../model/former-file.ts';

/** How long a process that has the image open for writing may take to close it. */
const CLOSE_LIMIT_MS = 5000;

/**
 * Nothing may change the image meanwhile: a guest that is started on it would write behind what was compared. Whoever only
 * reads it, such as a backup of the host or `updatedb`, changes nothing.
 * @param limitMs how long a writer may take to close it
 * @returns the image as it was compared
 * @throws EffectFailed where the image has another digest, is in use, or cannot be read; the signal's reason if it aborts
 */
export async function verifyImage(
  io: HostIO,
  { file, root, otherwise }: VerifyImageEffect,
  { signal, onProgress }: Pick<PerformContext, 'signal' | 'onProgress'>,
  limitMs = CLOSE_LIMIT_MS,
): Promise<FileStat> {
  const options = { ...(signal ? { signal } : {}), onProgress };
  const before = await io.stat(file);
  const found = await io.digestImage(file, undefined, options);
  if (found.root !== root) throw new EffectFailed(`${file} differs from the backup: ${otherwise}`);
  const deadline = performance.now() + limitMs;
  let users = await io.usersAt(file, 'writers');
  while (users.length > 0 && performance.now() < deadline) {
    await delay(100, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    users = await io.usersAt(file, 'writers');
  }
  if (users.length > 0)
    throw new EffectFailed(`${file} is ${users.join(', ')}, so it may differ from the backup`);
  const after = await io.stat(file);
  if (!before || !after || !isFormer(before, after) || before.changed !== after.changed)
    throw new EffectFailed(`${file} was changed while it was compared with the backup`);
  return after;
}
