/** Inspects a path that a step writes to: its kind, size, image header and users. Only reads. */
import { constants, type Stats } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import type { Destination, FileUsers, HeaderSummary } from '../model/destination.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { deviceUsers, swapFiles } from './device-users.ts';
import { absentAsNull, inspectFile, isFileAt, isForbidden } from './files.ts';
import { openers } from './openers.ts';

/** The size in `/sys` is in sectors of 512 bytes, whatever the device's own size is (Linux, ABI/stable/sysfs-block). */
const SECTOR = 512;

/** Long enough for the fields of {@link headerOf}. */
const HEADER_BYTES = 64;

/** Implements `HostIO.inspectDestination`. */
export async function inspectDestination(path: string): Promise<Destination | undefined> {
  const found = await absentAsNull(stat(path));
  if (!found) return undefined;
  if (!found.isFile() && !found.isBlockDevice())
    return {
      kind: found.isDirectory() ? 'folder' : 'other',
      ...{ length: 0, header: null, heldBy: [] },
    };
  const header = await firstBytes(path);
  if (header === undefined) return undefined;
  const block = found.isBlockDevice();
  return {
    kind: block ? 'block device' : 'file',
    length: block ? await deviceLength(numberOf(found.rdev)) : found.size,
    header: headerOf(header),
    heldBy: [...(await usersAt(path)), ...otherNames(found)],
  };
}

/** Data written under one name of a file appears under all of them. */
function otherNames(found: Stats): string[] {
  return found.isFile() && found.nlink > 1 ? [`a file with ${found.nlink} hard links`] : [];
}

/** Implements `HostIO.usersAt`. */
export async function usersAt(path: string, which: FileUsers = 'all'): Promise<string[]> {
  const found = await absentAsNull(stat(path));
  if (!found) return [];
  const open = await openIn(path, which);
  if (!found.isBlockDevice()) {
    return [...((await isSwapFile(path)) ? ['used as swap'] : []), ...open];
  }
  const users = await deviceUsers(numberOf(found.rdev));
  const known = [...users, ...open];
  return known.length === 0 && (await isClaimed(path))
    ? ['claimed by the kernel or by another process']
    : known;
}

async function openIn(path: string, which: FileUsers): Promise<string[]> {
  try {
    return (await openers(path, path, which)).map((who) => `open in ${who}`);
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    return ['perhaps open in a process of another user, which only root can see'];
  }
}

/** `8:1` for a device's number as stat(2) gives it (Linux, `gnu_dev_major` and `gnu_dev_minor`). */
function numberOf(rdev: number): string {
  const n = BigInt(rdev);
  const major = ((n >> 8n) & 0xfffn) | ((n >> 32n) & ~0xfffn);
  const minor = (n & 0xffn) | ((n >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}

async function deviceLength(number: string): Promise<number> {
  return Number(await readFile(`/sys/dev/block/${number}/size`, 'utf8')) * SECTOR;
}

/** The first bytes; undefined where this user cannot read them. A device without a medium has none. */
async function firstBytes(path: string): Promise<Buffer | undefined> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

/**
 * The virtual size that a header names: qcow2 at byte 24, big-endian (QEMU, docs/interop/qcow2.txt), QED at byte 48,
 * little-endian (QEMU, docs/interop/qed_spec.txt).
 */
function headerOf(bytes: Buffer): HeaderSummary | null {
  if (bytes.length >= 32 && bytes.toString('latin1', 0, 4) === 'QFI\xfb')
    return { format: 'qcow2', virtualSize: Number(bytes.readBigUInt64BE(24)) };
  if (bytes.length >= 56 && bytes.toString('latin1', 0, 4) === 'QED\0')
    return { format: 'qed', virtualSize: Number(bytes.readBigUInt64LE(48)) };
  return null;
}

/** Opening a block device with O_EXCL fails while a mount, a swap area or another device uses it (open(2)). */
async function isClaimed(path: string): Promise<boolean> {
  try {
    await (await open(path, constants.O_RDONLY | constants.O_EXCL)).close();
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBUSY') return true;
    throw error;
  }
}

async function isSwapFile(path: string): Promise<boolean> {
  const identity = (await inspectFile(path))?.identity;
  if (identity === undefined) return false;
  for (const file of await swapFiles()) if (await isFileAt(file, identity)) return true;
  return false;
}
