/**
 * The files besides an image's own that hold its data: the data file of a qcow2, the extents of a vmdk. QEMU opens and
 * writes them with the image, and no domain's XML names them (libvirt before 10.10), so the image's own bytes are read.
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

/** Implements `HostIO.readDataFiles`. What is in a raw image is the guest's. */
export async function readDataFiles({ file, format }: Layer): Promise<DataFiles> {
  if (!file.startsWith('/')) return NONE;
  if (format === 'qcow2') return readable(file, dataFileOfQcow2);
  return format === 'vmdk' ? readable(file, extentsOfVmdk) : NONE;
}

async function dataFileOfQcow2(file: string): Promise<DataFiles> {
  const header = await readQcow2Header(file);
  if (!header?.hasDataFile) return NONE;
  // Without a name in the header whoever opens the image has to give it.
  return header.dataFile === undefined ? UNREAD : named(file, [header.dataFile]);
}

/** A descriptor is a small text file; more of it than this QEMU does not read (QEMU, block/vmdk.c, vmdk_read_desc). */
const DESCRIPTOR_BYTES = 1024 * 1024;

/** `RW 4192256 SPARSE "disk-s001.vmdk"` (QEMU, block/vmdk.c, vmdk_parse_extents). */
const EXTENT = /^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(?!ZERO\b)\S+\s+"([^"\r\n]+)"/gm;

/** An image with a descriptor of its own as a text names its extents in it; any other vmdk is one file. */
async function extentsOfVmdk(file: string): Promise<DataFiles> {
  const text = await beginning(file);
  if (!text.trimStart().startsWith('# Disk DescriptorFile')) return NONE;
  const names = [...text.matchAll(EXTENT)].flatMap(([, name]) => name ?? []);
  return named(file, [...new Set(names)]);
}

/** A relative name counts from the image's own folder, as QEMU was given its path. */
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
    // Most files are no descriptors: their first bytes tell.
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

/** What is not there, or is neither a file nor a block device, has no data files; what cannot be read may have any. */
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
