/** Reads a run's event log while it is written. */
import { watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { RunEvent } from '../events.ts';
import { EVENTS_FILE } from './event-log.ts';

/**
 * How often it is looked whether the one who writes is still there: the kernel tells at once of what is written, but not
 * of a process that is gone. What is written is looked at then too, in case that the kernel has no watch to give.
 */
const LOOK_MS = 2_000;

/**
 * The events that are there, all at once, and then those that come, as they come.
 * @param isAlive whether somebody writes still; when nobody does, what is there is read to its end
 * @param signal ends it early
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
      // Asked before the look: what was written by one who is gone now is seen by it.
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

/** Where the kernel has no more watches to give, the slow look has to do. */
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

  /** What was added since the last look; none while there is no such file. */
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

/** A line that was cut short when a run was killed tells nothing. */
function eventOf(line: string): RunEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    const isEvent = typeof value === 'object' && value !== null && 'event' in value;
    return isEvent ? [value as RunEvent] : [];
  } catch {
    return [];
  }
}
