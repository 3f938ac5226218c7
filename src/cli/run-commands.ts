/** Commands that run a plan, follow a run, and finish an interrupted one. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  connectOption,
  formatOption,
  metricsOption,
  notifyOption,
  type SetExitCode,
  setOption,
} from './options.ts';

const LIBVIRT_OF_RUN = 'The command uses the connection URI of the run, which is in its journal.';

export function addRunCommands(root: Command, finish: SetExitCode): void {
  root
    .command('run')
    .description('Run a plan')
    .argument('<plan>', 'a plan file, or - for standard input')
    .addOption(connectOption())
    .addOption(setOption())
    .option('-n, --dry-run', 'print the preview and stop; nothing is changed')
    .option('-y, --yes', 'run without asking for confirmation')
    .option('--detach', 'run in the background; requires --yes')
    .addOption(new Option('--run-id <id>').argParser(runId).hideHelp())
    .option('--expect <fingerprint>', 'run only if the preview still has this fingerprint')
    .option('--facts <file>', 'with --expect, show what differs from these reviewed facts')
    .addOption(notifyOption())
    .addOption(metricsOption())
    .addOption(formatOption())
    .action(async (file, options) =>
      finish(await (await import('./run.ts')).runCommand(file, options)),
    );
  root
    .command('attach')
    .description('Follow a running plan')
    .argument('[run]', 'run ID, a unique prefix of it, or last (default: the only active run)')
    .addOption(formatOption())
    .action(async (run, options) =>
      finish(await (await import('./attach.ts')).attachCommand(run, options)),
    );
  root
    .command('throttle')
    .description('Change the speed of an active run')
    .argument('<run>', 'run ID, a unique prefix of it, or last')
    .argument('<bandwidth>', 'MiB/s, an amount such as 800KiB or 50M, or 0 for unlimited')
    .action(async (run, bandwidth) =>
      finish(await (await import('./throttle.ts')).throttleCommand(run, bandwidth)),
    );
  const ways = {
    resume: 'Resume an interrupted run, or finish its rollback',
    rollback: 'Roll back an interrupted run',
  } as const;
  for (const how of ['resume', 'rollback'] as const)
    root
      .command(how)
      .description(ways[how])
      .addHelpText('after', `\n${LIBVIRT_OF_RUN}`)
      .argument(
        '[run]',
        'run ID, a unique prefix of it, or last (default: the only unfinished run)',
      )
      .option('--from <host>', 'former name of this host, if the run was on it under that name')
      .addOption(notifyOption())
      .addOption(metricsOption())
      .addOption(formatOption())
      .action(async (run, options) =>
        finish(await (await import('./resume.ts')).resumeCommand(run, how, options)),
      );
}

/** The run ID, chosen by the process that detaches the run. */
function runId(value: string): string {
  if (/^\d{8}-\d{6}-[0-9a-f]{6}$/.test(value)) return value;
  throw new InvalidArgumentError('Not a run ID.');
}
