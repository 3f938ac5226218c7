/** Measures what stat does not show of an image: its virtual size, and compressed data (QEMU, docs/interop/qcow2.txt). */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Layer } from '../model/host-state.ts';
import { deviceLength } from './destination.ts';
import { absentAsNull } from './files.ts';
import type { ImageMeasure } from './host-io.ts';
import { bytesAt, isQcow2 } from './qcow2-header.ts';

/** Bits 9 to 55 of an L1 entry: the offset of an L2 table. */
const OFFSET = 0x00fffffffffffe00n;
/** Bit 62 of an L2 entry, in its first byte: the cluster is compressed. */
const COMPRESSED = 0x40;
/** Incompatible feature bit 4: "Extended L2 Entries", of 16 bytes each. */
const EXTENDED_BIT = 0x10;
/** QEMU opens no image with a larger L1 table (QEMU, block/qcow2.h, QCOW_MAX_L1_SIZE). */
const LARGEST_L1_BYTES = 32 * 1024 * 1024;
/**
 * Only a program that writes an image as a whole compresses it, so compressed data begins near its beginning: where these
 * tables, of 32 GiB with the default cluster size, have none, no more are read.
 */
const SAMPLE_BYTES = 4 * 1024 * 1024;
/** Tables of 2 TiB with the default cluster size. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Implements `HostIO.measureImage`. What is missing, or is no file or block device, has no measures. */
export async function measureImage({ file, format }: Layer): Promise<ImageMeasure> {
  const found = await absentAsNull(stat(file));
  if (!found?.isFile() && !found?.isBlockDevice()) return {};
  const length = found.isFile() ? found.size : await deviceLength(found.rdev);
  const device = found.isFile() ? {} : { length };
  if (format === 'raw') return { ...device, virtualSize: length };
  return format === 'qcow2' ? { ...device, ...(await measureQcow2(file, length)) } : device;
}

async function measureQcow2(file: string, length: number): Promise<ImageMeasure> {
  const handle = await open(file, 'r');
  try {
    const header = await bytesAt(handle, 0, 104);
    if (!isQcow2(header)) return {};
    const virtualSize = Number(header.readBigUInt64BE(24));
    return { virtualSize, ...(await compressedIn(handle, header, length)) };
  } finally {
    await handle.close();
  }
}

async function compressedIn(
  handle: FileHandle,
  header: Buffer,
  length: number,
): Promise<Pick<ImageMeasure, 'compressed'>> {
  const bits = header.readUInt32BE(20);
  if (bits < 9 || bits > 21) return {};
  const cluster = 2 ** bits;
  const step = entrySize(header);
  let [count, read] = [0, 0];
  for (const table of await tablesOf(handle, header, Math.ceil(length / cluster))) {
    if (read >= SAMPLE_BYTES && count === 0) break;
    if (read >= MOST_BYTES) return { compressed: 'unknown' };
    count += countIn(await bytesAt(handle, table, cluster), step);
    read += cluster;
  }
  return count === 0 ? {} : { compressed: count * cluster };
}

function entrySize(header: Buffer): 8 | 16 {
  const isExtended =
    header.length >= 80 &&
    header.readUInt32BE(4) === 3 &&
    (header.readUInt32BE(76) & EXTENDED_BIT) !== 0;
  return isExtended ? 16 : 8;
}

/** The offsets of the L2 tables, each once. A file holds no more than fit into it, whatever its header says. */
async function tablesOf(handle: FileHandle, header: Buffer, most: number): Promise<Set<number>> {
  const length = header.readUInt32BE(36) * 8;
  const at = Number(header.readBigUInt64BE(40));
  if (length > LARGEST_L1_BYTES || at > Number.MAX_SAFE_INTEGER) return new Set();
  const table = await bytesAt(handle, at, length);
  const tables = new Set<number>();
  for (let entry = 0; entry + 8 <= table.length && tables.size < most; entry += 8) {
    const offset = Number(table.readBigUInt64BE(entry) & OFFSET);
    if (offset !== 0 && offset <= Number.MAX_SAFE_INTEGER) tables.add(offset);
  }
  return tables;
}

function countIn(table: Buffer, step: number): number {
  let count = 0;
  for (let entry = 0; entry < table.length; entry += step)
    if (((table[entry] ?? 0) & COMPRESSED) !== 0) count += 1;
  return count;
}
