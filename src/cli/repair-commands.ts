/** Commands that repair what a run, or another tool, left behind. */
import type { Command } from 'commander';
import { connectOption, formatOption, type SetExitCode } from './options.ts';

export function addRepairCommands(root: Command, finish: SetExitCode): void {
  root
    .command('doctor')
    .description('Diagnose a guest and propose repair plans')
    .argument('<domain>', 'the guest, as in virsh list --all')
    .addOption(connectOption())
    .option(
      '-o, --output <folder>',
      'write the repair plans to this folder without overwriting files (default: print them)',
    )
    .addOption(formatOption())
    .action(async (domain, options) =>
      finish(await (await import('./doctor.ts')).doctorCommand(domain, options)),
    );
  root
    .command('rescue')
    .description('Restore a lost domain definition that a run saved')
    .argument('[what]', 'a run, a domain, or the path of a bundle.json or its folder')
    .option('--all', 'restore what all unfinished runs saved, as after a power loss')
    .addOption(connectOption())
    .addOption(formatOption())
    .action(async (what, options) =>
      finish(await (await import('./rescue.ts')).rescueCommand(what, options)),
    );
  root
    .command('forget')
    .description('Close a run that was resolved by other means')
    .argument('<run>', 'run ID, a unique prefix of it, or last')
    .action(async (run) => finish(await (await import('./forget.ts')).forgetCommand(run)));
}
