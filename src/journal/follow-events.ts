/** Reads a run's event log while it is written. */
import { watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { RunEvent } from '../events.ts';
import { EVENTS_FILE } from './event-log.ts';

/**
 * How often to check whether the writing process is still alive: the kernel reports new data at once, but not the end of
 * a process. New data is read then too, in case the kernel has no watch left.
 */
const LOOK_MS = 2_000;

/**
 * Yields the existing events, all at once, and then new events as they are written.
 * @param isAlive whether a process still writes; once it does not, the log is read to its end
 * @param signal stops it early
 */
export async function* followEvents(
  folder: string,
  isAlive: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly RunEvent[], void> {
  const waker = new Waker(folder, signal);
  const reader = new EventReader(join(folder, EVENTS_FILE));
  try {
    for (let first = true; !signal.aborted; first = false) {
      // Asked before the read, which then sees everything that a process wrote before it ended.
      const alive = isAlive();
      const events = await reader.read();
      if (first || events.length > 0) yield events;
      if (!alive) return;
      await waker.woken();
    }
  } finally {
    waker.close();
    await reader.close();
  }
}

/**
 * The events that a log has now.
 * @param folder the run's folder; without a log it has none
 * @throws a file system error
 */
export async function* loggedEvents(folder: string): AsyncGenerator<RunEvent, void> {
  for await (const events of followEvents(folder, () => false, new AbortController().signal))
    yield* events;
}

/** Waits for a change in a folder. */
class Waker {
  #changed = false;
  #wake: () => void = () => {};
  readonly #close: () => void;

  constructor(folder: string, signal: AbortSignal) {
    const ring = (): void => {
      this.#changed = true;
      this.#wake();
    };
    const timer = setInterval(ring, LOOK_MS);
    const watcher = watching(folder, ring);
    signal.addEventListener('abort', ring);
    this.#close = () => {
      clearInterval(timer);
      watcher?.close();
      signal.removeEventListener('abort', ring);
    };
  }

  async woken(): Promise<void> {
    if (!this.#changed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    this.#changed = false;
  }

  close(): void {
    this.#close();
  }
}

/** Undefined if the kernel has no watch left; then the timer alone must do. */
function watching(folder: string, ring: () => void): ReturnType<typeof watch> | undefined {
  try {
    return watch(folder, ring).on('error', () => {});
  } catch {
    return undefined;
  }
}

/** The lines of a growing file, as events. */
class EventReader {
  readonly #path: string;
  #file: FileHandle | undefined;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The events added since the last read; none while the file does not exist. */
  async read(): Promise<RunEvent[]> {
    this.#file ??= await opened(this.#path);
    if (!this.#file) return [];
    const [...lines] = `${this.#rest}${await added(this.#file, this.#decoder)}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap(eventOf);
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function added(file: FileHandle, decoder: StringDecoder): Promise<string> {
  let text = '';
  for (;;) {
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(64 * 1024) });
    if (bytesRead === 0) return text;
    text += decoder.write(buffer.subarray(0, bytesRead));
  }
}

/** A line that was cut off when a run was killed is skipped. */
function eventOf(line: string): RunEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && 'event' in value;
    return isEvent ? [value as RunEvent] : [];
  } catch {
    return [];
  }
}
