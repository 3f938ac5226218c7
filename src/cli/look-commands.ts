/** The commands that look at runs, of now and of before, and change nothing. */
import { type Command, Option } from 'commander';

/** @param finish takes the exit code */
export function addLookCommands(root: Command, finish: (code: number) => void): void {
  root
    .command('status')
    .description('say which runs need somebody, and what to type; and which go on')
    .argument('[domain]', 'only the runs on that domain')
    .action(async (domain) => finish(await (await import('./status.ts')).status(domain)));
  root
    .command('list')
    .description('list the runs that this machine knows of, newest first')
    .argument('[domain]', 'only the runs on that domain')
    .action(async (domain) => finish(await (await import('./list.ts')).list(domain)));
  root
    .command('show')
    .description('tell all that a run did: its way, every command with its answer and its time')
    .argument('<run>', "the run's id, its beginning, or last")
    .addOption(outputOption('how it is told'))
    .action(async (run, options) => finish(await (await import('./show.ts')).show(run, options)));
}

function outputOption(what: string): Option {
  return new Option('--output <format>', what).choices(['text', 'json']).default('text');
}
