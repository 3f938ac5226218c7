/** Prints why a command failed. */
import { BlockplanError } from '../errors.ts';
import { EXIT_CODES } from '../outcomes.ts';

/** @returns the exit code of a command that ends with that error */
export async function printError(error: unknown): Promise<number> {
  if (error instanceof BlockplanError) {
    (await import('./print-findings.ts')).printFindings(error.findings);
    return EXIT_CODES[error.end];
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `This is a bug in blockplan; report it with the lines below. If a run had started, its journal is kept: see blockplan status.\n${stack}\n`,
  );
  return EXIT_CODES.bug;
}
