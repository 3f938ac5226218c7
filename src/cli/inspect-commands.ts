/** Commands that show runs, from their journals alone, and backups, from their files alone. */
import type { Command } from 'commander';
import {
  formatOption,
  maxAgeOption,
  metricsOption,
  type SetExitCode,
  storeOption,
} from './options.ts';

export function addInspectCommands(root: Command, finish: SetExitCode): void {
  root
    .command('status')
    .description('Show active runs and runs that need attention')
    .argument('[domain]', 'only runs on this domain')
    .addOption(formatOption(['text', 'json', 'prometheus']))
    .addOption(metricsOption())
    .addOption(maxAgeOption())
    .addOption(storeOption())
    .option(
      '--exit-code',
      'exit with 2 if a run needs attention, or 1 if a backup is too old, for monitoring',
    )
    .action(async (domain, options) =>
      finish(await (await import('./status.ts')).statusCommand(domain, options)),
    );
  root
    .command('list')
    .description('List all runs, newest first')
    .argument('[domain]', 'only runs on this domain')
    .addOption(formatOption())
    .action(async (domain, options) =>
      finish(await (await import('./list.ts')).listCommand(domain, options)),
    );
  root
    .command('show')
    .description('Show a run in detail')
    .argument('<run>', 'run ID, a unique prefix of it, or last')
    .addOption(formatOption())
    .action(async (run, options) =>
      finish(await (await import('./show.ts')).showCommand(run, options)),
    );
  root
    .command('backups')
    .description('List the backups in a store, newest first')
    .argument('<store>', 'folder with a subfolder for each backup')
    .option('--disk <target>', 'only backups of this disk')
    .addOption(formatOption())
    .action(async (store, options) =>
      finish(await (await import('./backups.ts')).backupsCommand(store, options)),
    );
  root
    .command('browse')
    .description('Look into a backup, read-only')
    .argument('<store@name>', 'the store, and the name of the backup or latest')
    .option('--disk <target>', 'only this disk')
    .addOption(formatOption())
    .action(async (backup, options) =>
      finish(await (await import('./browse.ts')).browseCommand(backup, options)),
    );
}
