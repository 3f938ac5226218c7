/**
 * Everything that blockplan does with the files, processes and kernel tables of a host that libvirt runs on. The libvirt
 * room accesses a host only through this interface. Today it is the host that blockplan runs on (`local-host.ts`). An agent
 * on another host would serve the same operations, so each is one request and one response that fit into JSON. It would
 * number what lives longer in its own process: a held file, a store's lock, a running program, the signal that aborts it.
 * An operation rejects with an `EffectFailed` or a `BlockplanError` where its description says so. Otherwise a rejection is
 * the host's own error, with its `code`, such as `EACCES`.
 */
import type { ChainImage } from '../model/backing-path.ts';
import type { StoreFolder } from '../model/backup-store.ts';
import type { Destination, FileUsers } from '../model/destination.ts';
import type { Folder, HostState, ImageFile, Layer } from '../model/host-state.ts';
import type { ImageExtents } from '../model/image-extents.ts';
import type { FileSyncs } from './file-syncs.ts';
import type { ImageDigests } from './image-digest.ts';
import type { OverlaySearch } from './overlay-search.ts';
import type { ScratchFiles } from './scratch-files.ts';
import type { StoreLocks } from './store-lock.ts';

export interface HostIO extends FileQueries, FileChanges, ImageDigests, StoreLocks, Programs {
  /** The id of the host's boot (random(4)). */
  readonly boot: string;
  /** The user that files are inspected and made as; undefined where the system has no user ids. */
  readonly user: number | undefined;
  /** This user's folders for caches and settings: `XDG_CACHE_HOME` and `XDG_CONFIG_HOME`, or their defaults. */
  readonly caches: string;
  readonly settings: string;
}

/** Queries about files, images and devices. They change nothing. */
export interface FileQueries extends OverlaySearch {
  /**
   * The file at that path; null when it does not exist.
   * @throws BlockplanError pathUnreadable where this user has no access, so that it is unknown whether the file exists
   */
  inspectFile(path: string): Promise<ImageFile | null>;
  /** The files at the absolute paths among these, and the identity behind each; other places are ignored. */
  inspectFiles(paths: readonly string[]): Promise<Required<Pick<HostState, 'files' | 'names'>>>;
  /**
   * What a path leads to: the identity of its file or, where it does not exist yet, of the place where it would be.
   * @throws BlockplanError pathUnreadable where this user has no access
   */
  identify(path: string): Promise<string>;
  /** Kind, length, owner and stamp of the file at a path, following links; null when it does not exist. */
  stat(path: string): Promise<FileStat | null>;
  /**
   * The folder at that path, with its free space; null when it does not exist, or is no folder.
   * @param user the user that must reach files in it: the guest's QEMU
   * @throws BlockplanError pathUnreadable where this user has no access
   */
  inspectFolder(path: string, user?: FolderUser): Promise<Folder | null>;
  /**
   * What is at a path that a step writes to, and who uses it; undefined where nothing exists, or this user cannot read it.
   * @throws BlockplanError pathUnreadable where this user has no access to the path itself
   */
  inspectDestination(path: string): Promise<Destination | undefined>;
  /**
   * The users of the file or device at that path (processes, mounts, swap, other devices), as clauses that follow "it is".
   * Empty where it is unused or does not exist. All of them count by default.
   */
  usersAt(path: string, which?: FileUsers): Promise<string[]>;
  /** The other files that hold data of an image; none for formats other than qcow2 and vmdk. */
  readDataFiles(layer: Layer): Promise<DataFiles>;
  /**
   * An image and those below it, as the headers name them. Undefined where that takes qemu-img: a format that is neither qcow2
   * nor raw, or not named, a name that is no path, a loop, an unusual header, or an image that cannot be read.
   */
  readBackingChain(top: Layer): Promise<readonly ChainImage[] | undefined>;
  /**
   * Which parts of an image and of the files below it have data; undefined where that cannot be read within the limit.
   * No file is locked.
   * @param chain the image and all files below it, topmost first, each with its format
   */
  readExtents(chain: readonly Layer[], limitMs: number): Promise<ImageExtents | undefined>;
  /**
   * The content of a backup store's folder: its manifests, the headers and sizes of its images, and everything else by name.
   * No link in it is followed. A file that cannot be read has the reason. Null when there is no folder at that path.
   * @throws EffectFailed where it has too many entries for a store
   */
  readStore(path: string): Promise<StoreFolder | null>;
}

/** Whose rights decide whether a folder can be reached. */
export interface FolderUser {
  readonly uid: number;
  readonly gid: number;
}

/** Distinguishes a file from a later one at the same path. Inodes are reused, so the birth time counts too. */
export interface FileStamp {
  readonly ino: string;
  /** When it was created, in nanoseconds since the epoch; `0` where its file system does not record this. */
  readonly born: string;
}

export interface FileStat extends FileStamp {
  readonly kind: 'file' | 'folder' | 'block device' | 'other';
  /** Bytes from its beginning to its end; 0 for a device. */
  readonly length: number;
  readonly uid: number;
  /** The device of its file system; the same for all files on it. */
  readonly device: string;
  /** When its content or properties last changed, in nanoseconds since the epoch. */
  readonly changed: string;
  /** When its content last changed, as its file system records it, in nanoseconds since the epoch. */
  readonly written: string;
  /** Set where its file system may give it another inode number later. */
  readonly inoVaries?: true;
}

/** The other files that hold data of an image. */
export interface DataFiles {
  readonly files: readonly string[];
  /** Set where the image exists, but its data files cannot be determined. */
  readonly unread?: true;
}

/**
 * The only changes that blockplan itself makes to a host's files. Only {@link FileChanges.replaceFile} overwrites a name.
 *
 * Folders, and files in them, are changed through the open descriptor of the folder that they are in, so a folder that is
 * replaced meanwhile, or a symbolic link in its place, has no effect. Links in the path to that folder are followed.
 */
export interface FileChanges extends FileSyncs, ScratchFiles {
  /**
   * Makes an empty file that only its owner can read, because a guest's data goes into it. Its name survives a power loss.
   * @returns the stamp of the file that was made, even if another file is at its path by then
   * @throws EffectFailed where the file already exists or cannot be made
   */
  makeFile(path: string): Promise<FileStamp>;
  /**
   * Holds a file that is to be removed or moved, while it is proven unused. The caller must release it.
   * @returns null where the file does not exist
   * @throws EffectFailed where it is not a regular file
   */
  holdFile(path: string): Promise<HeldFile | null>;
  /**
   * Makes one folder, not its parents. Its name and its mode survive a power loss.
   * @param mode its permissions, whatever the umask is
   * @returns its stamp
   * @throws EffectFailed where something has the name, or the folder cannot be made; nothing is left then
   */
  makeFolder(path: string, mode: number): Promise<FileStamp>;
  /**
   * Gives a folder another name on its file system in one step, so that the move survives a power loss. Moving again is no
   * error once `to` is the folder with that stamp.
   *
   * No file is ever overwritten. An empty folder is, if another process makes it at `to` within the microseconds between
   * the last check and the rename: rename(2) replaces it, and Node has no way to forbid that. Calls of this operation do not
   * collide this way: their folders are not empty, and only one process can make the draft at `from`.
   * @throws EffectFailed, without changing anything, where something else has one of the names, or nothing has `from`
   */
  moveFolder(from: string, to: string, stamp: FileStamp): Promise<void>;
  /**
   * Removes a folder and the files in it, so that the removal survives a power loss. A folder that is already gone, or has
   * lost some of the files, is no error.
   * @param names the files to remove, in this order, also where {@link FileChanges.writeFile} was interrupted
   * @throws EffectFailed, without changing anything, where another folder has the name, where the folder has anything
   * besides these regular files, or where one of them is open in a process
   */
  removeFolder(path: string, stamp: FileStamp, names: readonly string[]): Promise<void>;
  /**
   * Writes a small new file. It is whole or absent, also after a power loss; an interrupted call can leave a file with a
   * temporary name, which the next call removes. Writing the same content again is no error.
   * @param mode its permissions, whatever the umask is; 0600 by default
   * @throws EffectFailed where something else has the name, or the file cannot be written
   */
  writeFile(path: string, content: string, mode?: number): Promise<FileStamp>;
  /**
   * Renames the file at `by` over the one at `path`, on one file system, so that the replacement survives a power loss, with
   * the content. Each process finds one of the two files at `path` at any time; a process that has the former one open keeps it.
   * Replacing again is no error once the file with the second stamp is at `path` and no longer at `by`.
   * @param stamps of the file that is lost, and of the one that replaces it
   * @throws EffectFailed, without changing anything, where one of the names leads to anything but the regular file with its
   * stamp
   */
  replaceFile(
    path: string,
    by: string,
    stamps: { readonly replaced: FileStamp; readonly by: FileStamp },
  ): Promise<void>;
}

/**
 * A regular file that is held by its folder: the folder stays open from the first check to the last change, and every
 * operation refers to the name in exactly that folder. So replacing the folder, or a symbolic link, has no effect.
 *
 * An agent would keep the folder open and identify it by a number. `remove` and `moveTo` check and change in one request,
 * without a round trip in between. When the connection ends, the agent closes the folder and leaves the file alone.
 */
export interface HeldFile extends AsyncDisposable {
  /** The identity of the file that has the name now, as {@link ImageFile.identity}; undefined where none has. */
  identity(): Promise<string | undefined>;
  /** The stamp of the file that has the name now; undefined where none has. */
  stamp(): Promise<FileStamp | undefined>;
  /**
   * What has the file open, as words that complete "is open in …".
   * @throws EffectFailed when this cannot be determined
   */
  openers(): Promise<string[]>;
  /**
   * Removes it, so that the removal survives a power loss. A file that is already gone is no error.
   * @throws EffectFailed, without changing anything, where another file has the name now
   */
  remove(): Promise<void>;
  /**
   * Gives it another name on its file system, without overwriting a file, so that the move survives a power loss. The file
   * always has at least one of the names. An interrupted move leaves both; moving again then removes the old one.
   * @throws EffectFailed, without changing anything, where another file has one of the names now
   */
  moveTo(path: string): Promise<void>;
}

/** Programs that are started on the host, and processes that run there. */
export interface Programs {
  /**
   * The only process with these consecutive words among its arguments; undefined where there is none, or more than one.
   * Processes that this user cannot inspect are ignored.
   */
  findProcess(words: readonly string[]): Promise<ProcessStamp | undefined>;
  isRunning(process: ProcessStamp): Promise<boolean>;
  /**
   * Runs a program to its end. It gets its own session (setsid), so that a Ctrl-C in the terminal does not reach it.
   * @returns how it ended; a program that cannot be started or is aborted has failed
   */
  run(argv: Argv, options?: RunProgramOptions): Promise<ProgramResult>;
  /** Starts a program with pipes, in its own session, and does not wait for it. */
  start(argv: Argv, options: StartOptions): RunningProgram;
}

export type Argv = readonly [program: string, ...words: string[]];

/** Distinguishes a process from a later one with the same pid. */
export interface ProcessStamp {
  readonly pid: string;
  /** When it started, in clock ticks since the boot. */
  readonly started: string;
}

export interface RunProgramOptions {
  /** Aborts the program after this many milliseconds; no limit unless specified. */
  readonly timeoutMs?: number;
  /** Aborts the program: SIGTERM first, SIGKILL 2 s later. */
  readonly signal?: AbortSignal;
  /** The program is killed when blockplan ends, for whatever reason; where this is not possible, it is not started. */
  readonly tied?: true;
  /** Receives standard output in pieces, as they arrive. */
  onOutput?(text: string): void;
}

export interface ProgramResult {
  /** Whether it was started and exited with status 0. */
  readonly ok: boolean;
  /** Without the last line break. */
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface StartOptions {
  readonly stdin: 'pipe' | 'ignore';
  /** How its environment differs from that of blockplan or the agent. */
  readonly environment?: Environment;
  /** The program is killed when blockplan ends, for whatever reason; where this is not possible, it is started untied. */
  readonly tied?: true;
}

export interface Environment {
  /** Names of variables that are removed; `LC_*` matches all names with that prefix. */
  readonly without: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** A running program, or one that could not be started. */
export interface RunningProgram {
  /** False when the program could not be started; see `exited`. */
  readonly started: boolean;
  readonly stdin: NodeJS.WritableStream;
  /** Both streams emit text. */
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  readonly exited: Promise<Exit>;
  /** Kills it and its children at once (SIGKILL), because a hung program would not react to anything else. */
  kill(): void;
  /** Kills it without waiting for its end: a process that waits for storage may have none. Its streams end. */
  abandon(): void;
  /** Ends its input and output, and lets it continue without blockplan. */
  leave(): void;
}

/** How a program ended; `missing` when it could not be started. */
export interface Exit {
  readonly missing: boolean;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}
