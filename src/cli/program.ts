/** The commands of the command line, in the groups in which `--help` shows them. */
import { Command, Help } from 'commander';
import { nearest } from '../nearest.ts';
import { EXIT_CODES, OUTCOMES, PREVIEW_EXIT_CODES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { addInspectCommands } from './inspect-commands.ts';
import type { SetExitCode } from './options.ts';
import { addPlanCommands } from './plan-commands.ts';
import { addRepairCommands } from './repair-commands.ts';
import { addRunCommands } from './run-commands.ts';
import { addSetupCommands } from './setup-commands.ts';
import { VERSION } from './version.ts';

/** commander's own, where the output is no terminal. */
const USUAL_WIDTH = 80;

/** The columns before what a code means. */
const INDENT = 7;

/** The rest of the help of `blockplan`. commander wraps its own part only. */
function examples(root: Command): string {
  const width = root.configureOutput().getOutHelpWidth?.() ?? USUAL_WIDTH;
  return `
Examples:
  $ blockplan init migrate web1 --to /export/fast --output move-web1.yaml
  $ blockplan validate move-web1.yaml
  $ blockplan preview move-web1.yaml --set dest=/export/other/web1.qcow2
  $ blockplan run move-web1.yaml
  $ blockplan status
  $ blockplan resume last
  $ blockplan doctor web1

Exit codes:
${codeLines(
  Object.values(OUTCOMES).map(({ exitCode, word, meaning }) => [exitCode, `${word}: ${meaning}`]),
  width,
)}
An interrupted run that is rolled back exits with ${EXIT_CODES['rolled-back']};
a requested rollback exits with ${EXIT_CODES.succeeded}.
For doctor: ${EXIT_CODES.succeeded} if nothing was found, ${EXIT_CODES['preflight-refused']} if something was
For preview --exit-code, unless a run would be refused:
${codeLines(
  Object.entries(PREVIEW_EXIT_CODES).map(([what, code]) => [code, what]),
  width,
)}
`;
}

function codeLines(codes: readonly (readonly [number, string])[], width: number): string {
  const help = new Help();
  return codes
    .map(([code, what]) => {
      const lines = help.boxWrap(what, width - INDENT).replaceAll('\n', `\n${' '.repeat(INDENT)}`);
      return `${String(code).padStart(5)}  ${lines}`;
    })
    .join('\n');
}

/** What users of other tools type first. */
const NAMES_ELSEWHERE = { plan: 'preview', apply: 'run' } as const;

/** commander's own command shows the help of `blockplan` for a name that it does not know. */
function addHelp(root: Command): void {
  root
    .command('help')
    .description('display help for command')
    .argument('[command]')
    .action((name?: string) => {
      if (name === undefined) root.help();
      const known = root.createHelp().visibleCommands(root);
      const command = known.find((each) => each.name() === name);
      if (command) command.help();
      refuseCommand(root, name);
    });
}

function refuseCommand(root: Command, name: string): never {
  const names = root
    .createHelp()
    .visibleCommands(root)
    .map((command) => command.name());
  const near = new Map(Object.entries(NAMES_ELSEWHERE)).get(name) ?? nearest(name, names);
  const hint = near === undefined ? '' : `\n(Did you mean ${near}?)`;
  return root.error(`error: unknown command '${printable(name)}'${hint}`, {
    code: 'commander.unknownCommand',
  });
}

/** @param finish takes the exit code of the command that was run */
export function program(finish: SetExitCode): Command {
  const root: Command = new Command('blockplan')
    .description(
      'Migrate, back up and restore the disks of libvirt guests with plans that can be reviewed and rolled back.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('after', () => examples(root))
    .showSuggestionAfterError()
    .exitOverride();
  const groups = {
    'Plan:': addPlanCommands,
    'Run:': addRunCommands,
    'Inspect:': addInspectCommands,
    'Repair:': addRepairCommands,
    'Setup:': addSetupCommands,
  };
  for (const [heading, add] of Object.entries(groups)) {
    root.commandsGroup(heading);
    add(root, finish);
  }
  root.commandsGroup('Commands:');
  addHelp(root);
  for (const name of Object.keys(NAMES_ELSEWHERE))
    root
      .command(name, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .action(() => refuseCommand(root, name));
  for (const command of root.commands)
    command
      .option('--no-color', 'print without colour')
      .on('option:no-color', () => {
        process.env['NO_COLOR'] = '1';
      })
      .exitOverride();
  return root;
}
