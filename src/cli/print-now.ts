/** Prints a short text at the end of a command. */
import { writeSync } from 'node:fs';

/**
 * Writes to standard output without `process.stdout`, which takes a start 3 ms to load.
 * @param text what is left of it after an error, such as a pipe that is full and does not block, goes to `process.stdout`
 */
export function printNow(text: string): void {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch {
    process.stdout.write(rest);
  }
}
