/**
 * The additional files that hold an image's data: the data file of a qcow2, the extents of a vmdk. QEMU opens and writes
 * them with the image, but domain XML does not name them (libvirt before 10.10), so the image itself is read.
 */
import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Layer } from '../model/host-state.ts';
import { pathsNamed } from '../model/image-names.ts';
import { absentAsNull } from './files.ts';
import type { DataFiles } from './host-io.ts';
import { readQcow2Header } from './qcow2-header.ts';

const NONE: DataFiles = { files: [] };
const UNREAD: DataFiles = { files: [], unread: true };

/** Implements `HostIO.readDataFiles`. Nothing in a raw image is trusted: the guest wrote it. */
export async function readDataFiles({ file, format }: Layer): Promise<DataFiles> {
  if (!file.startsWith('/')) return NONE;
  if (format === 'qcow2') return readable(file, dataFileOfQcow2);
  return format === 'vmdk' ? readable(file, extentsOfVmdk) : NONE;
}

async function dataFileOfQcow2(file: string): Promise<DataFiles> {
  const header = await readQcow2Header(file);
  if (!header?.hasDataFile) return NONE;
  // Without a name in the header, a program that opens the image must specify the file.
  return header.dataFile === undefined ? UNREAD : named(file, [header.dataFile]);
}

/** A descriptor is a small text file; QEMU reads no more of it than this (QEMU, block/vmdk.c, vmdk_read_desc). */
const DESCRIPTOR_BYTES = 1024 * 1024;

/** `RW 4192256 SPARSE "disk-s001.vmdk"` (QEMU, block/vmdk.c, vmdk_parse_extents). */
const EXTENT = /^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(?!ZERO\b)\S+\s+"([^"\r\n]+)"/gm;

/** A vmdk that is a text descriptor names its extents there; any other vmdk is a single file. */
async function extentsOfVmdk(file: string): Promise<DataFiles> {
  const text = await beginning(file);
  if (!text.trimStart().startsWith('# Disk DescriptorFile')) return NONE;
  const names = [...text.matchAll(EXTENT)].flatMap(([, name]) => name ?? []);
  return named(file, [...new Set(names)]);
}

/** A relative name counts from the folder in the image's path, as in QEMU. */
function named(image: string, names: readonly string[]): DataFiles {
  const found = names.map((name) => pathsNamed(name, dirname(image)));
  return {
    files: found.flatMap((paths) => paths ?? []),
    ...(found.includes(undefined) ? { unread: true } : {}),
  };
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    // Most files are not descriptors, which their first bytes show.
    const first = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const start = first.buffer.toString('latin1', 0, first.bytesRead);
    if (!start.trimStart().startsWith('#')) return start;
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(DESCRIPTOR_BYTES),
      0,
      DESCRIPTOR_BYTES,
      0,
    );
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** What is missing, or is neither a file nor a block device, has no data files; what cannot be read may have some. */
async function readable(
  file: string,
  read: (file: string) => Promise<DataFiles>,
): Promise<DataFiles> {
  try {
    const found = await absentAsNull(stat(file));
    if (!found?.isFile() && !found?.isBlockDevice()) return NONE;
    return (await absentAsNull(read(file))) ?? NONE;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== 'string') throw error;
    return UNREAD;
  }
}
