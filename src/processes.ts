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
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch (error) {
    if (isProcessGone(error)) return undefined;
    throw error;
  }
}

/** Whether a file of a process could not be read because the process has ended. */
export function isProcessGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
