/** The last check before existing files are overwritten. */
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/**
 * Refuses to overwrite files that have come into use since preflight.
 * @throws EffectFailed where one has
 */
export async function refuseHeld(io: HostIO, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const users = await io.usersAt(file);
    if (users.length > 0)
      throw new EffectFailed(`${file} is ${users.join(', ')}, so blockplan does not write to it`);
  }
}
