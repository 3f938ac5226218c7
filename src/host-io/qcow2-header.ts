/** Reads the size and the names of other files in the header of a qcow2 image (QEMU, docs/interop/qcow2.txt, block/qcow2.c). */
import { type FileHandle, open } from 'node:fs/promises';

export interface Qcow2Header {
  /** The size of the disk in bytes. */
  readonly virtualSize: number;
  /** The backing file, as the header spells it; null for none, absent where QEMU refuses that name. */
  readonly backing?: string | null;
  /** The backing file's format, as the header names it; absent where it does not. */
  readonly backingFormat?: string;
  /** Whether the guest's data is in a separate file. */
  readonly hasDataFile: boolean;
  /** The name of that file, as the header spells it; absent where there is none, or the header does not name it. */
  readonly dataFile?: string;
  /** Whether all of the header is as every release of QEMU writes it, so that each release reads the same from it. */
  readonly isUsual: boolean;
}

const MAGIC = 0x514649fb;
/** The lengths of the header's fields in version 2, and at least in version 3. */
const LENGTHS: Readonly<Record<number, number>> = { 2: 72, 3: 104 };
/** Incompatible features: dirty, corrupt, data file, compression type, extended L2 entries. */
const KNOWN_FEATURES = 0x1fn;
const DATA_FILE_BIT = 0x4n;
/** The header extensions "Backing file format name string" and "External data file name string". */
const BACKING_FORMAT = 0xe2792aca;
const DATA_FILE_NAME = 0x44415441;
const LONGEST_FORMAT = 15;
const LONGEST_BACKING_NAME = 1023;

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
  const fields = await beginning(handle, 104);
  if (fields.length < 72 || fields.readUInt32BE(0) !== MAGIC) return null;
  const version = fields.readUInt32BE(4);
  const clusterBits = fields.readUInt32BE(20);
  const least = LENGTHS[version];
  if (least === undefined || fields.length < least || clusterBits < 9 || clusterBits > 21)
    return null;
  // The extensions and the backing file's name are in the first cluster too. One read shows one state of them.
  const cluster = await beginning(handle, 2 ** clusterBits);
  const length = version === 2 ? least : fields.readUInt32BE(100);
  const features = version === 2 ? 0n : fields.readBigUInt64BE(72);
  const name = backingName(cluster, 2 ** clusterBits);
  const extensions = extensionsIn(cluster, length, nameOffset(cluster) || cluster.length);
  const [format, dataFile] = [BACKING_FORMAT, DATA_FILE_NAME].map((type) => extensions?.get(type));
  const hasDataFile = (features & DATA_FILE_BIT) !== 0n;
  return {
    virtualSize: Number(fields.readBigUInt64BE(24)),
    ...(name === undefined ? {} : { backing: name }),
    ...(format && name ? { backingFormat: format } : {}),
    hasDataFile,
    ...(hasDataFile && dataFile ? { dataFile } : {}),
    isUsual:
      length >= least &&
      length <= cluster.length &&
      (features & ~KNOWN_FEATURES) === 0n &&
      fields.readUInt32BE(32) <= 2 &&
      extensions !== undefined &&
      (format?.length ?? 0) <= LONGEST_FORMAT,
  };
}

function nameOffset(cluster: Buffer): number {
  return Number(cluster.readBigUInt64BE(8));
}

function backingName(cluster: Buffer, clusterSize: number): string | null | undefined {
  const [at, length] = [nameOffset(cluster), cluster.readUInt32BE(16)];
  if (at === 0) return null;
  if (at + length > clusterSize || length > LONGEST_BACKING_NAME) return undefined;
  const name = cluster.subarray(at, at + length);
  return name.length === length ? textOf(name) || null : undefined;
}

/** In QEMU a text ends at the first NUL. */
function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/**
 * The texts of the header's extensions, by type: a type and a length of 4 bytes each, then the data, padded to 8 bytes; type 0
 * is the end. Undefined where one of them does not fit, or a type occurs twice.
 */
function extensionsIn(
  cluster: Buffer,
  begin: number,
  end: number,
): ReadonlyMap<number, string> | undefined {
  const found = new Map<number, string>();
  for (let at = begin; at + 8 <= Math.min(end, cluster.length); ) {
    const [type, length] = [cluster.readUInt32BE(at), cluster.readUInt32BE(at + 4)];
    if (type === 0) return found;
    if (at + 8 + length > Math.min(end, cluster.length) || found.has(type)) return undefined;
    found.set(type, textOf(cluster.subarray(at + 8, at + 8 + length)));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}

async function beginning(handle: FileHandle, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
  return buffer.subarray(0, bytesRead);
}
