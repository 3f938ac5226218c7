/** The command line: the composition root, and the only room that owns the process and its exit code. */
import { CommanderError } from 'commander';
import { EXIT_CODES } from '../outcomes.ts';
import { printError } from './print-error.ts';
import { program } from './program.ts';
import { handleUncaught } from './uncaught.ts';

async function main(): Promise<void> {
  try {
    await root.parseAsync();
  } catch (error) {
    process.exitCode = await explain(error);
  }
}

const root = program((code) => {
  process.exitCode = code;
});

/** Prints the error and returns its exit code. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const { usageHint } = await import('./usage-hint.ts');
    const hint = usageHint(error, root, process.argv.slice(2));
    if (hint !== undefined) process.stderr.write(`(${hint})\n`);
    return EXIT_CODES['input-refused'];
  }
  return printError(error);
}

handleUncaught();
void main();
