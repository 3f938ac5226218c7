/** Commands that work on plans and change no guest. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { TEMPLATES } from '../plan/templates.ts';
import {
  collect,
  connectOption,
  factsOption,
  formatOption,
  type SetExitCode,
  setOption,
  withChoices,
} from './options.ts';
import { FORMATS } from './preview-formats.ts';

const PLAN = 'a plan file, or - for standard input';

export function addPlanCommands(root: Command, finish: SetExitCode): void {
  addInit(root, finish);
  root
    .command('validate')
    .description('Check plans and report all errors')
    .argument('<plan...>', 'plan files, or - for standard input')
    .addOption(setOption())
    .addOption(formatOption(['text', 'json', 'github']))
    .action(async (files, options) =>
      finish(await (await import('./validate.ts')).validateCommand(files, options)),
    );
  root
    .command('preview')
    .description('Preview a run and its rollbacks (dry run)')
    .argument('<plan>', PLAN)
    .addOption(connectOption())
    .addOption(factsOption())
    .addOption(setOption())
    .addOption(formatOption(FORMATS))
    .addOption(previewFileOption())
    .option('--exit-code', 'let the exit code report changes and points of no return')
    .action(async (file, options) =>
      finish(await (await import('./preview.ts')).previewCommand(file, options)),
    );
  root
    .command('prove')
    .description('Simulate a plan under every single and double fault')
    .argument('<plan>', PLAN)
    .addOption(connectOption())
    .addOption(factsOption())
    .addOption(setOption())
    .option('--replay <seed>', 'show one case in full, given a seed that a proof printed')
    .option('--verbose', 'list all causes and reports instead of groups')
    .addOption(formatOption())
    .action(async (file, options) =>
      finish(await (await import('./prove.ts')).proveCommand(file, options)),
    );
  addFacts(root, finish);
  root
    .command('rehearse')
    .description('Run, undo and rerun a plan on a throwaway guest')
    .argument('<plan>', PLAN)
    .addOption(connectOption())
    .addOption(factsOption())
    .addOption(setOption())
    .addOption(formatOption())
    .action(async (file, options) =>
      finish(await (await import('./rehearse.ts')).rehearseCommand(file, options)),
    );
  root
    .command('schema')
    .description('Print the JSON Schema of a plan')
    .action(async () => finish((await import('./schema.ts')).schemaCommand()));
}

function addInit(root: Command, finish: SetExitCode): void {
  root
    .command('init')
    .description('Write a plan for a guest')
    .configureOutput({ outputError: (text, write) => write(withDestinationOption(text)) })
    .addArgument(
      withChoices(
        new Argument('[kind]', 'what the plan does; without it, init lists the kinds'),
        Object.keys(TEMPLATES),
        { move: 'migrate', copy: 'backup', mirror: 'backup-mirror' },
      ),
    )
    .argument('[domain]', 'the guest, as in virsh list --all')
    .option('--disk <target>', 'the disk, as in virsh domblklist (default: the only one)')
    .option('--to <folder>', 'the folder for the copy, an absolute path')
    .option('--flat', 'copy all layers of the disk into one file, not only the active one')
    .option(
      '--bandwidth <bandwidth>',
      'speed limit of the copy: MiB/s, or an amount such as 800KiB or 50M',
    )
    .addOption(connectOption())
    .addOption(factsOption())
    .option('-o, --output <file>', 'write to this new file (default: standard output)')
    .action(async (kind, domain, options) =>
      finish(await (await import('./init.ts')).initCommand(kind, domain, options)),
    );
}

/** Formerly `-o html` was the spelling of `--format html`. */
function previewFileOption(): Option {
  const words = 'write to this new file (default: standard output)';
  return new Option('-o, --output <file>', words).argParser((word: string) => {
    if (!FORMATS.some((format) => format === word)) return word;
    throw new InvalidArgumentError(
      `It is a format.\n(use --format ${word}; for a file of that name, ./${word})`,
    );
  });
}

function addFacts(root: Command, finish: SetExitCode): void {
  root
    .command('facts')
    .description("Export a guest's state for offline previews")
    .argument('<domain>', 'the guest, as in virsh list --all')
    .addOption(
      new Option('--plan <file>', 'include the files that this plan uses; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(setOption())
    .addOption(connectOption())
    .option('-o, --output <file>', 'write to this file, replacing it (default: standard output)')
    .action(async (domain, options) =>
      finish(await (await import('./facts.ts')).factsCommand(domain, options)),
    );
}

/** The parameter of a copy is `dest`; by its letters alone, commander proposes `--disk`. */
function withDestinationOption(error: string): string {
  return error.replace(
    /('--dest(?:=.*)?')(?:\n\(Did you mean .*\?\))?/,
    '$1\n(Did you mean --to?)',
  );
}
