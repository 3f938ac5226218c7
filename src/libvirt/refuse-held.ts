/** The last check before something is written into existing files. */
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/**
 * Refuses to write into files that somebody has come to use since preflight.
 * @throws EffectFailed where anybody has
 */
export async function refuseHeld(io: HostIO, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const users = await io.usersAt(file);
    if (users.length > 0)
      throw new EffectFailed(`${file} is ${users.join(', ')}: nothing is written into it`);
  }
}
