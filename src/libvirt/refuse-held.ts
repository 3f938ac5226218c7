/** The last check before existing files are overwritten. */
import type { Effect } from '../commands/effect.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isFormer, replacedText } from '../model/former-file.ts';

/**
 * Refuses to overwrite files that have come into use since preflight.
 * @throws EffectFailed where one has
 */
export async function refuseHeld(io: HostIO, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const users = await io.usersAt(file);
    if (users.length > 0) throw unbegun(`${file} is ${users.join(', ')}`);
  }
}

/**
 * Refuses to write into a file that is not the one that was at its path before.
 * @throws EffectFailed where another one is there now
 */
export async function refuseReplaced(io: HostIO, effect: Effect): Promise<void> {
  const isWriting = effect.tool === 'virsh' || effect.tool === 'qemu-img';
  const former = isWriting ? effect.former : undefined;
  const found = former && (await io.stat(former.file));
  if (found && !isFormer(former, found)) throw unbegun(replacedText(former.file));
}

function unbegun(why: string): EffectFailed {
  return new EffectFailed(`${why}, so blockplan does not write to it`, { begun: false });
}
