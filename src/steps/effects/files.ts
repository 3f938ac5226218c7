/** The effects by which files are made, written over, removed and moved. */
import type {
  MakeFileEffect,
  MoveFileEffect,
  RemoveFileEffect,
  VirshEffect,
} from '../../commands/effect.ts';
import { fileAt } from '../../model/file-identity.ts';
import type { HostState } from '../../model/host-state.ts';

/** Takes a file's place before libvirt writes there: libvirt takes an empty file, and a foreign one is never taken for ours. */
export function makeFile(file: string, why: string): MakeFileEffect {
  return { tool: 'make-file', file, why };
}

export function removeFile(file: string, why: string): RemoveFileEffect {
  return { tool: 'remove-file', file, why };
}

/**
 * What an effect says of existing files that it writes over. Lost is the content that somebody could miss: not what the run
 * has made, and not of a file that takes no room on its storage. A block device always holds something.
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

export function moveFile(file: string, to: string, why: string): MoveFileEffect {
  return { tool: 'move-file', file, to, why };
}
