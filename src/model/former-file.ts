/** Which file was at a path earlier. Unlike its identity, this stays the same when the host boots again. */
import { fileAt } from './file-identity.ts';
import type { HostState, ImageFile } from './host-state.ts';

/** A regular file that was at a path. Inodes are reused, so the birth time counts too. */
export interface FormerFile {
  readonly file: string;
  readonly ino: string;
  /** In nanoseconds since the epoch; absent where unknown, as in the journals of older versions. */
  readonly born?: string;
}

/** The file at a path, to recognize it later; undefined for a device, or where it was not observed. */
export function formerFile(
  state: Pick<HostState, 'files' | 'names'>,
  file: string,
): FormerFile | undefined {
  const found = fileAt(state, file);
  const ino = inodeOf(found);
  if (!found || ino === undefined) return undefined;
  return { file, ino, ...(found.born === undefined ? {} : { born: found.born }) };
}

/** An identity is `device:inode`, and the number of the device may change at a boot. */
function inodeOf(found: ImageFile | null | undefined): string | undefined {
  return found?.identity === undefined ? undefined : /^\d+:(\d+)$/.exec(found.identity)?.[1];
}

/**
 * Whether a file is the former one, as far as both are known.
 * @param found `inoVaries` where its file system may number it again: then its birth time alone counts
 */
export function isFormer(
  former: Pick<FormerFile, 'ino' | 'born'>,
  found: { readonly ino: string; readonly born?: string; readonly inoVaries?: true },
): boolean {
  const isKnown = [former.born, found.born].every((born) => born !== undefined && born !== '0');
  const isSameInode = found.inoVaries || former.ino === found.ino;
  return isSameInode && (!isKnown || former.born === found.born);
}

/** Says that another file is at the path now. */
export function replacedText(file: string): string {
  return `${file} is not the file that was there when the step began: it was replaced by another one`;
}
