/**
 * All that blockplan does to the files, processes and kernel tables of a host that libvirt runs on. The libvirt room knows
 * a host by this interface only. Today the host is the one that blockplan runs on (`local-host.ts`); an agent on another
 * host would serve the same operations from the same local implementation.
 *
 * So each operation is one question and one answer that JSON can carry. Three things last longer than that, and an agent
 * would name them by a number in its own process: a held file, a program that runs, and the signal that gives it up.
 *
 * An operation rejects with an `EffectFailed` or a `BlockplanError` where its description says so. Otherwise a rejection is
 * the host's own error, with its `code`, such as `EACCES`.
 */
import type { OverlayBeside } from '../model/examination.ts';
import type { Destination, Folder, HostState, ImageFile, Layer } from '../model/host-state.ts';

export interface HostIO extends FileQueries, FileChanges, Programs {
  /** The id of the host's boot (random(4)). */
  readonly boot: string;
  /** The user that files are inspected and made as; undefined where the system has no user ids. */
  readonly user: number | undefined;
}

/** Questions about files, images and devices. They change nothing. */
export interface FileQueries {
  /**
   * The file at that path; null when there is none.
   * @throws BlockplanError pathUnreadable where this user may not look: nobody can tell then whether there is one
   */
  inspectFile(path: string): Promise<ImageFile | null>;
  /** The files at those of the paths that are paths, and what each leads to; a disk may as well be on a network. */
  inspectFiles(paths: readonly string[]): Promise<Required<Pick<HostState, 'files' | 'names'>>>;
  /**
   * What a path leads to: the identity of its file or, where there is none yet, of the place where it would be.
   * @throws BlockplanError pathUnreadable where this user may not look
   */
  identify(path: string): Promise<string>;
  /** Kind, length, owner and stamp of what is at a path, links followed; null when nothing is. */
  stat(path: string): Promise<FileStat | null>;
  /**
   * The folder at that path, with its free space; null when there is none.
   * @param user who must reach files in it: the guest's QEMU
   * @throws BlockplanError pathUnreadable where this user may not look
   */
  inspectFolder(path: string, user?: FolderUser): Promise<Folder | null>;
  /**
   * What is at a path that a step writes into, and who uses it; undefined where nothing is there, or this user may not look.
   * @throws BlockplanError pathUnreadable where the path itself may not be looked at
   */
  inspectDestination(path: string): Promise<Destination | undefined>;
  /**
   * Who uses what is at that path: processes, mounts, swap, other devices, as clauses that follow "it is". Empty where
   * nobody does, or nothing is there.
   */
  usersAt(path: string): Promise<string[]>;
  /** The other files that hold data of an image; none for formats other than qcow2 and vmdk. */
  readDataFiles(layer: Layer): Promise<DataFiles>;
  /** The qcow2 images in the folders of these files that name one of the files as their backing file. */
  findOverlays(files: readonly string[]): Promise<OverlayBeside[]>;
}

/** Whose rights decide whether a folder can be reached. */
export interface FolderUser {
  readonly uid: number;
  readonly gid: number;
}

/** What tells a file from another one that is later at the same path. An inode is given again, so its birth counts too. */
export interface FileStamp {
  readonly ino: string;
  /** When it came to be, in nanoseconds since the epoch; `0` where its file system does not tell. */
  readonly born: string;
}

export interface FileStat extends FileStamp {
  readonly kind: 'file' | 'block device' | 'other';
  /** Bytes from its beginning to its end; 0 for a device. */
  readonly length: number;
  /** The user that it belongs to. */
  readonly uid: number;
  /** When its content or properties last changed, in nanoseconds since the epoch. */
  readonly changed: string;
}

/** The other files that hold data of an image. */
export interface DataFiles {
  readonly files: readonly string[];
  /** Set where the image is there, and what it says of its data files cannot be read or understood. */
  readonly unread?: true;
}

/** The only changes that blockplan itself makes to the files of a host. None writes over a file, or moves one over another. */
export interface FileChanges {
  /**
   * Makes an empty file that only its owner can read, as a guest's data asks for. Its name outlives a power loss.
   * @returns the stamp of the file that was made, whatever is at its path by now
   * @throws EffectFailed where there is a file, or none can be made
   */
  makeFile(path: string): Promise<FileStamp>;
  /**
   * Holds a file that is to be removed or moved, while it is proven unused. The caller releases it.
   * @returns null where there is no such file
   * @throws EffectFailed where it is not a regular file
   */
  holdFile(path: string): Promise<HeldFile | null>;
  /** Makes what was written to files or folders outlive a power loss, one after another. */
  sync(paths: readonly string[]): Promise<void>;
  /**
   * Writes a file that a command on the host reads, in a new folder of its own that only this user can enter.
   * @returns its path
   */
  writeScratchFile(name: string, content: string): Promise<string>;
  /** Removes what {@link writeScratchFile} made. */
  removeScratchFile(path: string): Promise<void>;
}

/**
 * A regular file that is held by its folder: the folder stays open from the first check to the last act, and everything
 * here is about the name in that very folder. So another folder at the same path, or a symbolic link, changes nothing.
 *
 * An agent keeps the folder open and names it by a number. The check and the act of `remove` and `moveTo` are one request,
 * so no round trip lies between them. When the connection ends, the agent closes the folder and leaves the file alone.
 */
export interface HeldFile extends AsyncDisposable {
  /** The identity of what has the name now, as {@link ImageFile.identity}; undefined where nothing has. */
  identity(): Promise<string | undefined>;
  /** The stamp of what has the name now; undefined where nothing has. */
  stamp(): Promise<FileStamp | undefined>;
  /**
   * What has the file open, as words that end "is open in …".
   * @throws EffectFailed when it cannot be told
   */
  openers(): Promise<string[]>;
  /**
   * Removes it, and makes its absence outlive a power loss. One that is gone already is no failure.
   * @throws EffectFailed, with everything left alone, where another file has its name by now
   */
  remove(): Promise<void>;
  /**
   * Gives it another name on its file system, over no other file, so that it outlives a power loss. At every moment it has
   * one of the names, or, where it was interrupted, both: then the old one goes.
   * @throws EffectFailed, with everything left alone, where another file has either name by now
   */
  moveTo(path: string): Promise<void>;
}

/** Programs that are started on the host, and processes that run there. */
export interface Programs {
  /**
   * The only process with these words in a row among its arguments; undefined where there is none, or more than one.
   * Processes that this user may not look into are left out.
   */
  findProcess(words: readonly string[]): Promise<ProcessStamp | undefined>;
  isRunning(process: ProcessStamp): Promise<boolean>;
  /**
   * Runs a program to its end. It gets a session of its own (setsid), so that a Ctrl-C in the terminal does not reach it.
   * @returns how it ended; one that cannot be started or is given up has failed
   */
  run(argv: Argv, options?: RunProgramOptions): Promise<ProgramResult>;
  /** Starts a program with pipes, in a session of its own, and does not wait for it. */
  start(argv: Argv, options: StartOptions): RunningProgram;
}

export type Argv = readonly [program: string, ...words: string[]];

/** What tells a process from another one that has its number later. */
export interface ProcessStamp {
  readonly pid: string;
  /** When it started, in clock ticks since the boot. */
  readonly started: string;
}

export interface RunProgramOptions {
  /** Gives the program up after so many milliseconds; no limit unless specified. */
  readonly timeoutMs?: number;
  /** Gives it up when it aborts: first SIGTERM, 2 s later SIGKILL. */
  readonly signal?: AbortSignal;
  /** The program is killed when blockplan ends, however that happens; it is not started where this cannot be had. */
  readonly tied?: true;
  /** Pieces of standard output, as they come. */
  onOutput?(text: string): void;
}

export interface ProgramResult {
  /** Whether it was started and ended by itself with status 0. */
  readonly ok: boolean;
  /** Without the last line break. */
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

export interface StartOptions {
  readonly stdin: 'pipe' | 'ignore';
  /** How its environment differs from that of blockplan, or of the agent. */
  readonly environment?: Environment;
  /** The program is killed when blockplan ends, however that happens; it is started without where this cannot be had. */
  readonly tied?: true;
}

export interface Environment {
  /** Names of variables that are left out; `LC_*` stands for all that begin so. */
  readonly without: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** A program that runs, or that could not be started. */
export interface RunningProgram {
  /** False when the program is not there; `exited` tells more. */
  readonly started: boolean;
  readonly stdin: NodeJS.WritableStream;
  /** Both streams give text. */
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  readonly exited: Promise<Exit>;
  /** Ends it and its children, at once. Nothing is asked of it, as a hung program would not hear. */
  kill(): void;
}

/** How a program ended; `missing` when it could not even be started. */
export interface Exit {
  readonly missing: boolean;
  readonly code: number | undefined;
  readonly signal: string | undefined;
}
