/** The commands on runs that there are: they are looked at, or resumed. */
import { type Command, Option } from 'commander';

/** @param finish takes the exit code */
export function addRunCommands(root: Command, finish: (code: number) => void): void {
  const ways = {
    resume: 'Resume an interrupted run, or finish its rollback',
    rollback: 'Roll back an interrupted run to where it began',
  } as const;
  for (const how of ['resume', 'rollback'] as const)
    root
      .command(how)
      .description(ways[how])
      .argument('[run]', "the run's id, its beginning, or last (default: the only one not over)")
      .addOption(outputOption('how progress is told'))
      .action(async (run, options) =>
        finish(await (await import('./resume.ts')).resumeCommand(run, how, options)),
      );
  root
    .command('status')
    .description('say which runs need somebody, and what to type; and which go on')
    .argument('[domain]', 'only the runs on that domain')
    .action(async (domain) => finish(await (await import('./status.ts')).statusCommand(domain)));
  root
    .command('list')
    .description('list the runs that this machine knows of, newest first')
    .argument('[domain]', 'only the runs on that domain')
    .action(async (domain) => finish(await (await import('./list.ts')).listCommand(domain)));
  root
    .command('show')
    .description('tell all that a run did: its way, every command with its answer and its time')
    .argument('<run>', "the run's id, its beginning, or last")
    .addOption(outputOption('how it is told'))
    .action(async (run, options) =>
      finish(await (await import('./show.ts')).showCommand(run, options)),
    );
  root
    .command('forget')
    .description('Count a run as over that was brought in order by other means')
    .argument('<run>', "the run's id, its beginning, or last")
    .action(async (run) => finish(await (await import('./forget.ts')).forgetCommand(run)));
  root
    .command('attach')
    .description('look on at a run that goes on elsewhere; Ctrl-C leaves it alone')
    .argument('[run]', "the run's id, its beginning, or last (default: the only one that goes on)")
    .addOption(outputOption('how progress is told'))
    .action(async (run, options) =>
      finish(await (await import('./attach.ts')).attachCommand(run, options)),
    );
}

function outputOption(what: string): Option {
  return new Option('--output <format>', what).choices(['text', 'json']).default('text');
}
