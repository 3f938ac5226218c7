/** Errors that no command handles: those of writing its output, which Node reports as events, and bugs. */
import { EXIT_CODES } from '../outcomes.ts';
import { printError } from './print-error.ts';

/**
 * A command goes on to its end without a reader, such as `head`, that has seen enough; its exit code stays its own. It ends
 * where its output cannot be written for another reason. A run handles its output itself, and always goes on.
 */
export function handleUncaught(): void {
  process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
    if (error.syscall !== 'write') void printError(error).then((code) => process.exit(code));
    else if (error.code !== 'EPIPE') {
      process.stderr.write(`cannot write the output: ${error.message}\n`);
      process.exit(EXIT_CODES.bug);
    }
  });
}
