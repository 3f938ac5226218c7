/** Commands that set up the user's machine. */
import { Argument, type Command } from 'commander';
import { type SetExitCode, withChoices } from './options.ts';

export function addSetupCommands(root: Command, finish: SetExitCode): void {
  root
    .command('completion')
    .description('Print a completion script for a shell')
    .addArgument(withChoices(new Argument('<shell>', 'the shell'), ['bash', 'zsh', 'fish']))
    .action(async (shell) =>
      finish((await import('./completion.ts')).completionCommand(shell, root)),
    );
}
