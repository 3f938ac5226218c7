/**
 * Distinguishes a process of this machine from a later one with the same PID. Every room except model may import this
 * file.
 */
import { readFileSync } from 'node:fs';

/** The ID of the current boot of the machine (random(4)). */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** When a process started, in clock ticks since boot (proc(5), stat, field 22); undefined when it does not exist. */
export function startTime(pid: number | string): string | undefined {
  return statOf(pid)?.[19];
}

/** The fields of a process from its state on (proc(5), stat, field 3); undefined when it does not exist. */
function statOf(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (isProcessGone(error)) return undefined;
    throw error;
  }
}

/** A process of this machine, in a certain boot. */
export interface KnownProcess {
  readonly pid: number;
  readonly boot: string;
  /** See `startTime`. */
  readonly started: string;
}

/** Whether that very process still runs; one that has ended and is not yet collected by its parent does not. */
export function isProcessAlive({ pid, boot, started }: KnownProcess): boolean {
  if (boot !== bootId()) return false;
  const now = statOf(pid);
  return now !== undefined && now[0] !== 'Z' && now[19] === started;
}

/** Whether a file of a process could not be read because the process has ended. */
export function isProcessGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
