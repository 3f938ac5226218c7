/** The effects that create, overwrite, remove and move files. */
import type {
  MakeFileEffect,
  MoveFileEffect,
  RemoveFileEffect,
  VirshEffect,
} from '../../commands/effect.ts';
import { fileAt, filesOfLayer } from '../../model/file-identity.ts';
import { type FormerFile, formerFile } from '../../model/former-file.ts';
import type { HostState, Layer } from '../../model/host-state.ts';

/** Creates an empty file before libvirt writes there: libvirt accepts it, and no file of another user is mistaken for it. */
export function makeFile(file: string, why: string): MakeFileEffect {
  return { tool: 'make-file', file, why };
}

export function removeFile(file: string, why: string): RemoveFileEffect {
  return { tool: 'remove-file', file, why };
}

/** The field of an effect that changes a file only if it is the one that was at its path in that host state. */
export function formerOf(
  state: HostState | undefined,
  file: string,
): { readonly former?: FormerFile } {
  const former = state && formerFile(state, file);
  return former ? { former } : {};
}

/**
 * Removes the file of a layer whose data is in another one. QEMU does not sync that one for a guest with the disk property
 * `cache='unsafe'`, and after a power loss the removed file would have been the only one with the data.
 * @param former the host state in which the file was observed, if it is not one of the run's own
 */
export function removeMerged(
  file: string,
  into: Layer,
  why: string,
  former?: HostState,
): RemoveFileEffect {
  return { ...removeFile(file, why), ...formerOf(former, file), dataIn: filesOfLayer(into) };
}

/**
 * The fields of an effect that overwrites existing files. Content counts as lost unless the run created the file or the file
 * takes no space on its storage. A block device always holds something.
 */
export function writesOver(
  state: HostState,
  files: readonly string[],
  block: boolean,
): Pick<VirshEffect, 'writesInto' | 'loses'> {
  const loses = files.filter((path) => {
    const found = fileAt(state, path);
    const empty = found?.size === 0 && !found.sizeUntold && !block;
    return !found?.made && !empty;
  });
  return { writesInto: files, ...(loses.length === 0 ? {} : { loses }) };
}

/** @param former the file, as it was observed */
export function moveFile(
  file: string,
  to: string,
  why: string,
  former: FormerFile | undefined,
): MoveFileEffect {
  return { tool: 'move-file', file, to, ...(former ? { former } : {}), why };
}
