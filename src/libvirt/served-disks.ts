/** Serves images read-only with qemu-nbd, one process for each, on unix sockets in a folder that only this user can enter. */
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codes } from '../codes.ts';
import { commandLine } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import type { HostIO, RunningProgram } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { describeExit } from './exit-text.ts';

/** An image to serve. */
export interface ImageToServe {
  /** The target of the disk, a valid name of a file. */
  readonly target: string;
  /** The absolute path of a qcow2 image. */
  readonly image: string;
}

export interface ServedDisk {
  readonly target: string;
  /** The path of the socket. */
  readonly socket: string;
}

/** Disks that are served until they are closed. */
export interface ServedDisks {
  readonly disks: readonly ServedDisk[];
  /** Resolves with the reason once one of them is no longer served, without being closed. Never rejects. */
  readonly failure: Promise<string>;
  /**
   * Ends the programs, waits until they have ended, and removes the sockets and the folder.
   * @throws BlockplanError diskNotServed where one does not end, or something else is in the folder
   */
  close(): Promise<void>;
}

/** How long qemu-nbd may take to open an image with all those below it. */
const START_LIMIT_MS = 60_000;

/** How long a killed process may take to end. One that waits for its storage may never end. */
const END_LIMIT_MS = 10_000;

const POLL_MS = 20;

/** The end of what a program has printed; it can print an error for each read. */
const MOST_SAID = 1000;

/** A qemu-nbd. */
interface Server extends ServedDisk {
  readonly program: RunningProgram;
  /** The file that it writes once it serves: it listens before it opens the image. */
  readonly pidFile: string;
  /** How it ended, as a clause. */
  readonly ended: Promise<string>;
  /** Whether it has ended: its process id may belong to another process then. */
  readonly isOver: () => boolean;
}

/**
 * Resolves once all of them are served.
 * @throws BlockplanError qemuNbdMissing or diskNotServed, the signal's reason if it aborts; nothing is left then
 */
export async function serveDisks(
  io: HostIO,
  images: readonly ImageToServe[],
  signal: AbortSignal,
): Promise<ServedDisks> {
  await requireQemuNbd(io, signal);
  const folder = await refusing(
    () => io.makeSocketFolder(),
    'make sure that this user can write there, and that there is free space',
  );
  const servers: Server[] = [];
  const close = () => closeAll(io, folder, servers);
  try {
    for (const image of images) servers.push(startServer(io, folder, image));
    await Promise.all(servers.map((server) => untilServed(io, server, signal)));
  } catch (error) {
    await close().catch((other) => {
      // The first error says why nothing is served; after an interruption there is none.
      if (!(error instanceof BlockplanError)) throw other;
    });
    throw error;
  }
  return {
    disks: servers.map(({ target, socket }) => ({ target, socket })),
    failure: Promise.race(
      servers.map(async ({ target, ended }) => `${target} is no longer served: ${await ended}`),
    ),
    close,
  };
}

async function requireQemuNbd(io: HostIO, signal: AbortSignal): Promise<void> {
  const { ok, code } = await io.run(['qemu-nbd', '--version'], { signal });
  signal.throwIfAborted();
  if (ok || code !== undefined) return;
  throw new BlockplanError('preflight-refused', [
    {
      code: codes.qemuNbdMissing,
      severity: 'error',
      message: 'qemu-nbd is missing, which serves the disks of a backup',
      hint: `install the package qemu-utils: ${commandLine('apt', 'install', 'qemu-utils')}`,
    },
  ]);
}

function startServer(io: HostIO, folder: string, { target, image }: ImageToServe): Server {
  const socket = join(folder, `${target}.sock`);
  const pidFile = join(folder, `${target}.pid`);
  const options = ['--read-only', '--persistent', '--shared=0', '-f', 'qcow2'];
  const program = io.start(
    ['qemu-nbd', ...options, `--socket=${socket}`, `--pid-file=${pidFile}`, image],
    { stdin: 'ignore', tied: true },
  );
  let said = '';
  program.stderr.on('data', (text: string) => {
    said = `${said}${text}`.slice(-MOST_SAID);
  });
  let isOver = false;
  const ended = program.exited.then((exit) => {
    isOver = true;
    return [describeExit('qemu-nbd', exit), ...complaintsIn(said)].join(': ');
  });
  return { target, socket, pidFile, program, ended, isOver: () => isOver };
}

/** What it complained about. */
function complaintsIn(said: string): string[] {
  return said
    .split('\n')
    .map((line) => line.replace(/^qemu-nbd: /, '').trim())
    .filter(Boolean);
}

/** @throws BlockplanError diskNotServed; the signal's reason if it aborts */
async function untilServed(
  io: HostIO,
  { target, pidFile, ended }: Server,
  signal: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  for (;;) {
    signal.throwIfAborted();
    if (((await io.stat(pidFile))?.length ?? 0) > 0) return;
    const end = await Promise.race([ended, delay(POLL_MS)]);
    if (end !== undefined)
      throw notServed(`${target} cannot be served: ${end}`, 'check the images of the backup');
    if (performance.now() > deadline)
      throw notServed(
        `${target} cannot be served: qemu-nbd has not opened its image after ${START_LIMIT_MS / 1000} s`,
        'check the storage of the backup store',
      );
  }
}

async function closeAll(io: HostIO, folder: string, servers: readonly Server[]): Promise<void> {
  // They only read, so they have nothing to finish.
  for (const { program, isOver } of servers) if (!isOver()) program.kill();
  const all = Promise.all(servers.map(({ ended }) => ended));
  await Promise.race([all, delay(END_LIMIT_MS, undefined, { ref: false })]);
  const left = servers.filter(({ isOver }) => !isOver());
  for (const { program } of left) program.abandon();
  await removeFolder(io, folder, servers);
  if (left.length > 0)
    throw notServed(
      `qemu-nbd was killed, but has not ended: ${left.map(({ target }) => target).join(', ')}`,
      'check the storage of the backup store, which may not answer',
    );
}

function removeFolder(io: HostIO, folder: string, servers: readonly Server[]): Promise<void> {
  const paths = servers.flatMap(({ socket, pidFile }) => [socket, pidFile]);
  const names = paths.map((path) => basename(path));
  const todo = `remove it: ${commandLine('rm', '-r', folder)}`;
  return refusing(() => io.removeSocketFolder(folder, names), todo);
}

/** @param todo the hint where the host refuses the work */
async function refusing<T>(work: () => Promise<T>, todo: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof EffectFailed ? notServed(error.message, todo) : error;
  }
}

/** The error about disks that are not served, or are not closed. */
function notServed(message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [
    { code: codes.diskNotServed, severity: 'error', message, hint },
  ]);
}
