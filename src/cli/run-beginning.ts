/** Whether a detached run has started, as its journal shows it. */
import type { EventEmitter } from 'node:events';
import { watch } from 'node:fs';
import { readJournalEnds } from '../journal/journal-ends.ts';
import type { LogRecord } from '../journal/run-log.ts';
import { EXIT_CODES } from '../outcomes.ts';

/**
 * Whether the last record shows that a step has begun. A `before` hook can still refuse the run, and then its `on-failure`
 * hooks run: the process is awaited meanwhile.
 */
function hasBegun(last: LogRecord): boolean {
  switch (last.type) {
    case 'run-started':
    case 'run-finished':
      return false;
    case 'run-judged':
      return last.end === 'succeeded';
    case 'hook-started':
    case 'hook-process':
    case 'hook-finished':
      return last.point === 'after';
    default:
      return true;
  }
}

/** @param folder the run's folder */
export function hasRunStarted(folder: string): boolean {
  const { last } = readJournalEnds(folder)?.log ?? {};
  return last !== undefined && hasBegun(last);
}

/**
 * Waits until the run has started (undefined) or its process has ended (its exit code).
 * @param child the process
 * @param folder the run's folder
 */
export function endOrBeginning(child: EventEmitter, folder: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (code?: number): void => {
      watcher.close();
      resolve(code);
    };
    const look = (): void => {
      if (hasRunStarted(folder)) settle();
    };
    const watcher = watch(folder, look).on('error', reject);
    child.once('error', reject);
    child.once('exit', (code: number | null) => settle(code ?? EXIT_CODES.bug));
  });
}
