#!/usr/bin/env node
/** The command line: the composition root, and the only room that owns the process and its exit code. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { BlockplanError } from '../errors.ts';
import { EXIT_CODES, OUTCOMES, PREVIEW_EXIT_CODES } from '../outcomes.ts';
import { useCompileCache } from './compile-cache.ts';
import { addRunCommands } from './run-commands.ts';
import { FORMATS } from './show-preview.ts';
import { VERSION } from './version.ts';

const EXAMPLES = `
Examples:
  $ blockplan validate plans/live-storage-migration.yaml
  $ blockplan preview plans/live-storage-migration.yaml --set domain=web1
  $ blockplan preview plans/live-storage-migration.yaml --format markdown --exit-code
  $ blockplan run plans/live-backup.yaml --set domain=web1 --set dest=/backup/web1.qcow2 --yes
  $ blockplan run plan.yaml -c qemu:///system --yes --output json
  $ blockplan prove plans/live-storage-migration.yaml --facts web1.facts.yaml
  $ blockplan rehearse plans/live-storage-migration.yaml --set domain=web1
  $ blockplan facts web1 --plan plan.yaml --output web1.facts.yaml
  $ blockplan status
  $ blockplan resume 20261123-031500-1f2e3d
  $ blockplan show last
  $ blockplan attach
  $ blockplan doctor web1 --output mend-web1
  $ blockplan rescue web1

Exit codes:
${codeLines(Object.values(OUTCOMES).map(({ exitCode, word, meaning }) => [exitCode, `${word}: ${meaning}`]))}
An interrupted run that is rolled back ends with ${EXIT_CODES['rolled-back']}; a rollback that was asked for ends with ${EXIT_CODES.succeeded}.
Of doctor: ${EXIT_CODES.succeeded} when nothing was found, ${EXIT_CODES['preflight-refused']} when something was
Of preview --exit-code, where a run would not be refused:
${codeLines(Object.entries(PREVIEW_EXIT_CODES).map(([what, code]) => [code, what]))}
`;

function codeLines(codes: readonly (readonly [number, string])[]): string {
  return codes.map(([code, what]) => `${String(code).padStart(5)}  ${what}`).join('\n');
}

function collect(value: string, earlier: readonly string[]): string[] {
  return [...earlier, value];
}

/** The id that the process which detaches a run has chosen for it. */
function runId(value: string): string {
  if (/^\d{8}-\d{6}-[0-9a-f]{6}$/.test(value)) return value;
  throw new InvalidArgumentError('It is no id of a run.');
}

function facts(): Option {
  return new Option(
    '--facts <file>',
    'a file of facts instead of a host: no libvirt is needed then (blockplan facts)',
  );
}

function settings(): Option {
  return new Option('--set <name=value>', "give one of the plan's variables a value")
    .argParser(collect)
    .default([], 'none');
}

function connection(): Option {
  return new Option(
    '-c, --connect <uri>',
    "libvirt's URI, as in virsh -c (default: LIBVIRT_DEFAULT_URI, else libvirt's own)",
  );
}

function program(finish: (code: number) => void): Command {
  const root = new Command('blockplan')
    .description(
      'Run live disk operations on libvirt guests from plans that can be reviewed and undone.',
    )
    .version(VERSION, '-V, --version')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride();
  root
    .command('validate')
    .description('read plans and say everything that is wrong with them')
    .argument('<plan...>', 'plan files, or - for standard input')
    .addOption(settings())
    .action(async (files, options) =>
      finish(await (await import('./validate.ts')).validateCommand(files, options)),
    );
  addPreview(root, finish);
  addProve(root, finish);
  addRun(root, finish);
  addFacts(root, finish);
  addDoctor(root, finish);
  root
    .command('rehearse')
    .description(
      'do a plan, undo it and do it again, on a throwaway libvirt with a guest of the same shape',
    )
    .argument('<plan>', 'a plan file, or - for standard input')
    .addOption(connection())
    .addOption(facts())
    .addOption(settings())
    .addOption(
      new Option('--output <format>', 'how the report is told')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (file, options) =>
      finish(await (await import('./rehearse.ts')).rehearseCommand(file, options)),
    );
  addRunCommands(root, finish);
  addRescue(root, finish);
  root
    .command('schema')
    .description('print the JSON Schema of a plan')
    .action(async () => finish((await import('./schema.ts')).schemaCommand()));
  for (const command of root.commands) command.exitOverride();
  return root;
}

function addRescue(root: Command, finish: (code: number) => void): void {
  root
    .command('rescue')
    .description(
      'write back a definition that a run had kept and that is lost; start no guest and remove no file',
    )
    .argument('[what]', 'a run, a domain, or the path of a bundle.json or of its folder')
    .option(
      '--all',
      'what unfinished runs have kept and nobody has given back, as after a power loss',
    )
    .addOption(connection())
    .action(async (what, options) =>
      finish(await (await import('./rescue.ts')).rescueCommand(what, options)),
    );
}

function addProve(root: Command, finish: (code: number) => void): void {
  root
    .command('prove')
    .description(
      'try everything that can go wrong in a run, and two things at once, on a simulated host',
    )
    .argument('<plan>', 'a plan file, or - for standard input')
    .addOption(connection())
    .addOption(facts())
    .addOption(settings())
    .option('--replay <seed>', 'tell one case in full, by the seed that a proof has printed')
    .addOption(
      new Option('--output <format>', 'how the proof is told')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (file, options) =>
      finish(await (await import('./prove.ts')).proveCommand(file, options)),
    );
}

function addRun(root: Command, finish: (code: number) => void): void {
  root
    .command('run')
    .description('run a plan, or show what it would do')
    .argument('<plan>', 'a plan file, or - for standard input')
    .addOption(connection())
    .addOption(settings())
    .option(
      '-n, --dry-run',
      'change nothing: show every command, and every way back, through a read-only connection',
    )
    .option('-y, --yes', 'run without being asked')
    .option('--detach', 'with --yes, have it done in the background, out of reach of this terminal')
    .addOption(new Option('--run-id <id>').argParser(runId).hideHelp())
    .option(
      '--expect <fingerprint>',
      'run only what was reviewed: the fingerprint that its preview shows',
    )
    .addOption(
      new Option(
        '--facts <file>',
        'with --expect, the facts that were reviewed: what differs is told line by line',
      ),
    )
    .addOption(
      new Option('--output <format>', 'how progress is told')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (file, options) =>
      finish(await (await import('./run.ts')).runCommand(file, options)),
    );
}

function addPreview(root: Command, finish: (code: number) => void): void {
  root
    .command('preview')
    .description('show what a run would do, and every way back; change nothing')
    .argument('<plan>', 'a plan file, or - for standard input')
    .addOption(connection())
    .addOption(facts())
    .addOption(settings())
    .addOption(
      new Option('--format <format>', 'the form of the preview').choices(FORMATS).default('text'),
    )
    .option(
      '--exit-code',
      'tell by the exit code whether there is nothing to do, whether something changes, and whether nothing leads back from it',
    )
    .action(async (file, options) =>
      finish(await (await import('./preview.ts')).previewCommand(file, options)),
    );
}

function addFacts(root: Command, finish: (code: number) => void): void {
  root
    .command('facts')
    .description(
      'write down what a guest looks like, without secrets, so that a preview of its plans needs no hypervisor',
    )
    .argument('<domain>', 'the guest, as in virsh list --all; it is only looked at')
    .addOption(
      new Option('--plan <file>', 'look at what this plan goes to as well; may be given again')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(settings())
    .addOption(connection())
    .option(
      '-o, --output <file>',
      'write into this file, which is replaced (default: standard output)',
    )
    .action(async (domain, options) =>
      finish(await (await import('./facts.ts')).factsCommand(domain, options)),
    );
}

function addDoctor(root: Command, finish: (code: number) => void): void {
  root
    .command('doctor')
    .description(
      'say what is wrong with a guest, whoever left it so, and what would mend it; change nothing',
    )
    .argument('<domain>', 'the guest, as in virsh list --all; it is only looked at')
    .addOption(connection())
    .option(
      '-o, --output <folder>',
      'write the plans that would mend it into this folder, over no file (default: print them)',
    )
    .addOption(
      new Option('--format <format>', 'how it is told').choices(['text', 'json']).default('text'),
    )
    .action(async (domain, options) =>
      finish(await (await import('./doctor.ts')).doctorCommand(domain, options)),
    );
}

async function main(): Promise<void> {
  try {
    await program((code) => {
      process.exitCode = code;
    }).parseAsync();
  } catch (error) {
    process.exitCode = await explain(error);
  }
}

/** Says what went wrong, and returns the exit code that belongs to it. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? 0 : EXIT_CODES['input-refused'];
  if (error instanceof BlockplanError) {
    (await import('./print-findings.ts')).printFindings(error.findings);
    return EXIT_CODES[error.end];
  }
  const stack = error instanceof Error ? error.stack : String(error);
  process.stderr.write(
    `This is a bug in blockplan; the journal, if a run had begun, is kept (blockplan status).\n${stack}\n`,
  );
  return EXIT_CODES.bug;
}

useCompileCache(process.env, process.getuid?.());
void main();
