/** Follows the backing files of a qcow2 image from header to header, without a program (QEMU, docs/interop/qcow2.txt). */
import { open, stat } from 'node:fs/promises';
import { backingPath, type ChainImage } from '../model/backing-path.ts';
import type { Layer } from '../model/host-state.ts';
import { type Qcow2Header, readQcow2Header } from './qcow2-header.ts';

/** Implements `HostIO.readBackingChain`. */
export async function readBackingChain(top: Layer): Promise<readonly ChainImage[] | undefined> {
  const images: ChainImage[] = [];
  const seen = new Set<string>();
  let { file, format }: Pick<Layer, 'file' | 'format'> = top;
  while (file.startsWith('/') && !seen.has(file)) {
    seen.add(file);
    // What a guest has written into a raw image is no header.
    if (format === 'raw')
      return (await readable(file, isOpened))
        ? [...images, { file, format, name: null }]
        : undefined;
    const header = format === 'qcow2' ? await readable(file, readQcow2Header) : null;
    const next = nextOf(header);
    if (next === undefined) return undefined;
    images.push({ file, format, ...next });
    if (next.name === null) return images;
    // A URL or QEMU's JSON is no path, and ends the loop.
    [file, format] = [backingPath(file, next.name), next.backingFormat];
  }
  return undefined;
}

type Next = { readonly name: null } | { readonly name: string; readonly backingFormat: string };

/** What is below an image; undefined where its header does not make that certain. */
function nextOf(header: Qcow2Header | null): Next | undefined {
  if (!header?.isUsual || header.backing === undefined) return undefined;
  const { backing: name, backingFormat } = header;
  if (name === null) return { name };
  // Without a format, QEMU would guess one.
  return backingFormat === undefined ? undefined : { name, backingFormat };
}

async function isOpened(file: string): Promise<true> {
  await (await open(file, 'r')).close();
  return true;
}

/** Null where there is no such image, or this user cannot read it. */
async function readable<T>(file: string, read: (file: string) => Promise<T>): Promise<T | null> {
  try {
    const found = await stat(file);
    // Opening anything else could wait for another process.
    return found.isFile() || found.isBlockDevice() ? await read(file) : null;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return null;
  }
}
