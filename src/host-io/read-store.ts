/** Reads the folder of a backup store. Only reads, and follows no link in it: it may have been copied from anywhere. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, opendir } from 'node:fs/promises';
import {
  type FileText,
  PERMISSION_DENIED,
  STORE_NAMES,
  type StoredHeader,
  type StoreFile,
  type StoreFolder,
  type StoreSubfolder,
} from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { absentAsNull } from './files.ts';
import { type Qcow2Header, qcow2HeaderOf } from './qcow2-header.ts';

/** A manifest of a guest with many disks has some 10 KiB. */
const MOST_BYTES = 64 * 1024;

/** How much is read of a store, so that a hostile one cannot exhaust the memory. */
export interface ReadLimits {
  /** Files and folders, at all depths. */
  readonly entries: number;
  /** Bytes of all manifests together. */
  readonly bytes: number;
}

/** Enough for an hourly backup of some years. */
const LIMITS: ReadLimits = { entries: 300_000, bytes: 64 * 1024 * 1024 };

/** What is left of the limits. */
interface Budget {
  entries: number;
  bytes: number;
}

/** Implements `HostIO.readStore`. */
export async function readStore(path: string, limits = LIMITS): Promise<StoreFolder | null> {
  await using folder = await absentAsNull(open(path, constants.O_RDONLY | constants.O_DIRECTORY));
  if (!folder) return null;
  const left = { ...limits };
  const { folders, files, others } = await entriesOf(folder, left);
  const { mark, locks } = STORE_NAMES;
  const read: StoreSubfolder[] = [];
  for (const name of folders.filter((each) => each !== locks))
    read.push(await readSubfolder(folder, name, left));
  const holders = folders.includes(locks) ? await readSubfolder(folder, locks, left) : undefined;
  return {
    folders: read,
    ...(files.includes(mark) ? { mark: await textIn(folder, mark, left) } : {}),
    holders: holders?.files.map(({ name }) => name) ?? [],
    strays: [...files.filter((name) => name !== mark), ...others].sort(),
  };
}

/** A path to a name in exactly this folder, as long as it is open (proc_pid_fd(5)). */
function placeIn(folder: FileHandle, name: string): string {
  return `/proc/self/fd/${folder.fd}/${name}`;
}

interface Entries {
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** Links, devices, sockets and pipes. */
  readonly others: readonly string[];
}

/** @throws EffectFailed where there are too many */
async function entriesOf(folder: FileHandle, left: Budget): Promise<Entries> {
  const folders: string[] = [];
  const files: string[] = [];
  const others: string[] = [];
  for await (const entry of await opendir(placeIn(folder, '.'))) {
    if (--left.entries < 0) throw new EffectFailed('it has too many entries');
    (entry.isDirectory() ? folders : entry.isFile() ? files : others).push(entry.name);
  }
  return { folders: folders.sort(), files: files.sort(), others: others.sort() };
}

async function readSubfolder(
  store: FileHandle,
  name: string,
  left: Budget,
): Promise<StoreSubfolder> {
  const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
  try {
    await using folder = await open(placeIn(store, name), flags);
    const { folders, files, others } = await entriesOf(folder, left);
    const { manifest, verification } = STORE_NAMES;
    const texts: readonly string[] = [manifest, verification];
    const read: StoreFile[] = [];
    for (const file of files.filter((each) => !texts.includes(each))) {
      const found = await readFile(folder, file);
      if (found) read.push(found);
    }
    return {
      name,
      ...(files.includes(manifest) ? { manifest: await textIn(folder, manifest, left) } : {}),
      ...(files.includes(verification)
        ? { verification: await textIn(folder, verification, left) }
        : {}),
      files: read,
      strays: [...folders.map((each) => `${each}/`), ...others].sort(),
    };
  } catch (error) {
    return { name, files: [], strays: [], unread: reasonOf(error) };
  }
}

/** Size and header of a file; undefined where it has been removed meanwhile. */
async function readFile(folder: FileHandle, name: string): Promise<StoreFile | undefined> {
  const found = await absentAsNull(lstat(placeIn(folder, name)));
  if (!found) return undefined;
  const file = { name, size: found.blocks * 512, length: found.size };
  try {
    const handle = await openFile(folder, name);
    try {
      const header = await qcow2HeaderOf(handle);
      return header ? { ...file, header: storedHeader(header) } : file;
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { ...file, unread: reasonOf(error) };
  }
}

function storedHeader({ virtualSize, backing, hasDataFile }: Qcow2Header): StoredHeader {
  return {
    virtualSize,
    ...(typeof backing === 'string' ? { backing } : {}),
    ...(hasDataFile ? { hasDataFile } : {}),
  };
}

async function textIn(folder: FileHandle, name: string, left: Budget): Promise<FileText> {
  try {
    const handle = await openFile(folder, name);
    try {
      const most = Math.min(MOST_BYTES, left.bytes);
      const buffer = Buffer.alloc(most + 1);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      if (bytesRead > most) return { unread: 'it is too large' };
      left.bytes -= bytesRead;
      return { text: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    return { unread: reasonOf(error) };
  }
}

/** Opens a regular file. A link is refused, and a pipe, which could replace it meanwhile, is not waited for. */
async function openFile(folder: FileHandle, name: string): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(placeIn(folder, name), flags);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new EffectFailed('it is not a regular file');
}

/** @throws the error if it is a bug, not the host's */
function reasonOf(error: unknown): string {
  if (error instanceof EffectFailed) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') throw error;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: PERMISSION_DENIED,
    EPERM: PERMISSION_DENIED,
    ELOOP: 'it is a symbolic link',
    ENOTDIR: 'it is not a folder',
    ENOENT: 'it does not exist',
  };
  return reasons[code] ?? code;
}
