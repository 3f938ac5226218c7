/** Follows the backing files of a qcow2 image from header to header, without a program (QEMU, docs/interop/qcow2.txt). */
import { stat } from 'node:fs/promises';
import { backingPath, type ChainImage, MAX_CHAIN_DEPTH } from '../model/headers.ts';
import type { Layer } from '../model/host-state.ts';
import { type Qcow2Header, readQcow2Header } from './qcow2-header.ts';

/** Implements `HostIO.readBackingChain`. */
export async function readBackingChain(top: Layer): Promise<readonly ChainImage[] | undefined> {
  const images: ChainImage[] = [];
  let { file, format }: Pick<Layer, 'file' | 'format'> = top;
  while (file.startsWith('/') && images.length < MAX_CHAIN_DEPTH) {
    // What a guest has written into a raw image is no header.
    const header: Qcow2Header | null = format === 'qcow2' ? await headerOf(file) : null;
    const name = format === 'raw' ? null : header?.backing;
    if (name === undefined) return undefined;
    if (name === null) return [...images, { file, format, name }];
    const backingFormat = header?.backingFormat;
    // A name with a scheme is a URL or QEMU's JSON; without a format, QEMU would guess one.
    if (backingFormat === undefined || /^[^/]*:/.test(name)) return undefined;
    images.push({ file, format, name, backingFormat });
    [file, format] = [backingPath(file, name), backingFormat];
  }
  return undefined;
}

/** Null where there is no such image, or this user cannot read it. */
async function headerOf(file: string): Promise<Qcow2Header | null> {
  try {
    const found = await stat(file);
    // Opening anything else could wait for another process.
    return found.isFile() || found.isBlockDevice() ? await readQcow2Header(file) : null;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return null;
  }
}
