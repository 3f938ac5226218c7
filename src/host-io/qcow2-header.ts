/** Reads the size and the names of other files in the header of a qcow2 image (QEMU, docs/interop/qcow2.txt). */
import { type FileHandle, open } from 'node:fs/promises';

export interface Qcow2Header {
  /** The size of the disk in bytes. */
  readonly virtualSize: number;
  /** The backing file, as the header spells it; null for none, absent where QEMU would not read that name either. */
  readonly backing?: string | null;
  /** The backing file's format, as the header names it; absent where it does not. */
  readonly backingFormat?: string;
  /** Whether the guest's data is in a separate file. */
  readonly hasDataFile: boolean;
  /** The name of that file, as the header spells it; absent where there is none, or the header does not name it. */
  readonly dataFile?: string;
}

const MAGIC = 0x514649fb;
/** Incompatible feature bit 2: "External data file bit". */
const DATA_FILE_BIT = 0x4;
/** The header extensions "Backing file format name string" and "External data file name string". */
const BACKING_FORMAT = 0xe2792aca;
const DATA_FILE_NAME = 0x44415441;
const LONGEST_BACKING_NAME = 1023;
/** The header, its extensions and the backing file's name are in the first cluster, which has 2 MiB at most. */
const LARGEST_CLUSTER = 2 * 1024 * 1024;

/** The header of the image at that path; null where it is not a qcow2 image. */
export async function readQcow2Header(file: string): Promise<Qcow2Header | null> {
  const handle = await open(file, 'r');
  try {
    return await qcow2HeaderOf(handle);
  } finally {
    await handle.close();
  }
}

/** The header of an open image; null where it is not a qcow2 image. */
export async function qcow2HeaderOf(handle: FileHandle): Promise<Qcow2Header | null> {
  const header = await bytesAt(handle, 0, 104);
  if (header.length < 72 || header.readUInt32BE(0) !== MAGIC) return null;
  const version = header.readUInt32BE(4);
  if (version !== 2 && version !== 3) return null;
  const backing = await backingName(handle, header);
  const hasDataFile =
    version === 3 && header.length >= 104 && (header.readUInt32BE(76) & DATA_FILE_BIT) !== 0;
  const extensions = version === 2 ? 72 : header.readUInt32BE(100);
  const textOf = (type: number) => extensionText(handle, extensions, type);
  const dataFile = hasDataFile ? await textOf(DATA_FILE_NAME) : undefined;
  const format = typeof backing === 'string' ? await textOf(BACKING_FORMAT) : undefined;
  return {
    virtualSize: Number(header.readBigUInt64BE(24)),
    ...(backing === undefined ? {} : { backing }),
    ...(format === undefined ? {} : { backingFormat: format }),
    hasDataFile,
    ...(dataFile === undefined ? {} : { dataFile }),
  };
}

async function backingName(handle: FileHandle, header: Buffer): Promise<string | null | undefined> {
  const [at, length] = [Number(header.readBigUInt64BE(8)), header.readUInt32BE(16)];
  if (at === 0) return null;
  if (length === 0 || length > LONGEST_BACKING_NAME) return undefined;
  const name = await bytesAt(handle, at, length);
  return name.length === length ? name.toString() : undefined;
}

/** Header extensions: a type and a length of 4 bytes each, then the data, padded to 8 bytes; type 0 is the end. */
async function extensionText(
  handle: FileHandle,
  begin: number,
  type: number,
): Promise<string | undefined> {
  for (let at = begin; at < LARGEST_CLUSTER; ) {
    const extension = await bytesAt(handle, at, 8);
    if (extension.length < 8 || extension.readUInt32BE(0) === 0) return undefined;
    const length = extension.readUInt32BE(4);
    if (length > LARGEST_CLUSTER) return undefined;
    if (extension.readUInt32BE(0) === type) {
      const name = await bytesAt(handle, at + 8, length);
      return name.length === length && length > 0 ? name.toString() : undefined;
    }
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return undefined;
}

async function bytesAt(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}
