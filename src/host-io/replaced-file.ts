/** Replaces one file by another: the only operation that overwrites a name. */
import { constants, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { EffectFailed } from '../model/effect-failed.ts';
import { changeNames, type HeldName, hasStamp } from './held-name.ts';
import type { FileStamp } from './host-io.ts';

/** Implements `HostIO.replaceFile`. */
export function renameOver(
  path: string,
  by: string,
  stamps: { readonly replaced: FileStamp; readonly by: FileStamp },
): Promise<void> {
  return changeNames(`${path} cannot be replaced by ${by}`, [path, by], async ([old, next]) => {
    if (!(await isReplaced(old, next, stamps.by))) {
      requireFile(old, stamps.replaced);
      requireFile(next, stamps.by);
      await syncFile(next, stamps.by);
      // Nothing can come between these checks and the change, as far as this process is concerned.
      requireFile(old, stamps.replaced);
      requireFile(next, stamps.by);
      renameSync(next.place, old.place);
    }
    await old.folder.sync();
    await next.folder.sync();
  });
}

/** Whether an interrupted call has already replaced the file. */
async function isReplaced(old: HeldName, next: HeldName, stamp: FileStamp): Promise<boolean> {
  if (!hasStamp(await old.look(), stamp)) return false;
  // rename(2) does nothing where both are names of one file.
  if (hasStamp(await next.look(), stamp))
    throw new EffectFailed(`${old.path} and ${next.path} are the same file`);
  return true;
}

/** @throws EffectFailed where the name leads to something else than the file with that stamp */
function requireFile(name: HeldName, stamp: FileStamp): void {
  const found = name.lookAtOnce();
  if (!found) throw new EffectFailed(`${name.path} does not exist`);
  if (!found.isFile())
    throw new EffectFailed(`${name.path} is not a regular file, so it is left alone`);
  if (!hasStamp(found, stamp))
    throw new EffectFailed(`${name.path} was replaced by another file, so it is left alone`);
}

/** After a power loss the name must not lead to a file without its content. */
async function syncFile(name: HeldName, stamp: FileStamp): Promise<void> {
  const file = await open(name.place, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (!hasStamp(await file.stat({ bigint: true }), stamp))
      throw new EffectFailed(`${name.path} was replaced by another file, so it is left alone`);
    await file.sync();
  } finally {
    await file.close();
  }
}
