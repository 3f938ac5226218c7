/** The man pages: one for blockplan and one for each command. */
import { EXIT_CODES, OUTCOMES } from '../outcomes.ts';
import type { CommandArgument, CommandEntry, CommandLine, CommandOption } from './command-line.ts';
import { COMMAND_TEXTS, type CommandText, ENVIRONMENT, EXAMPLES, FILES } from './manual-text.ts';
import {
  bold,
  italic,
  roffHeading,
  roffItem,
  roffSection,
  roffSentences,
  roffText,
} from './roff.ts';

export interface Edition {
  readonly version: string;
  /** `2026-11-29` */
  readonly date: string;
}

/** @returns the text of each page by its file name, `blockplan-run.1` */
export function manPages(line: CommandLine, edition: Edition): Map<string, string> {
  const commands = line.commands.filter(({ name }) => name !== 'help');
  const pages = commands.map((command): [string, string] => [
    `${line.name}-${command.name}.1`,
    commandPage(line.name, command, edition),
  ]);
  return new Map([[`${line.name}.1`, mainPage(line, commands, edition)], ...pages]);
}

function mainPage(line: CommandLine, commands: readonly CommandEntry[], edition: Edition): string {
  const groups = [...new Set(commands.map(({ group }) => group))];
  return [
    header(line.name, edition),
    roffSection(
      'NAME',
      `${roffText(line.name)} \\- migrate, back up and restore the disks of libvirt guests\n`,
    ),
    roffSection('SYNOPSIS', synopsis([bold(line.name), '[options]', italic('command'), '...'])),
    roffSection(
      'DESCRIPTION',
      roffSentences(
        `${line.description} A plan is a YAML file with steps named after the commands of virsh. Each step is verified against the live guest. The state of a run is kept in a journal, so that an interrupted run can be resumed or rolled back.`,
      ),
    ),
    roffSection(
      'COMMANDS',
      groups
        .map(
          (group) =>
            `.SS ${roffHeading(group)}\n${commands
              .filter((command) => command.group === group)
              .map(({ name, summary }) =>
                roffItem(`${bold(`${line.name}-${name}`)}(1)`, `${summary}.`),
              )
              .join('')}`,
        )
        .join(''),
    ),
    roffSection('OPTIONS', line.options.map(optionItem).join('')),
    roffSection('EXIT STATUS', exitStatus()),
    roffSection(
      'ENVIRONMENT',
      ENVIRONMENT.map(([name, text]) => roffItem(bold(name), text)).join(''),
    ),
    roffSection('FILES', FILES.map(([name, text]) => roffItem(italic(name), text)).join('')),
    roffSection('EXAMPLES', examples(EXAMPLES)),
    seeAlso([...commands.map(({ name }) => `${line.name}-${name}`), 'virsh', 'qemu-img']),
  ].join('');
}

function commandPage(program: string, command: CommandEntry, edition: Edition): string {
  const { details, exitCodes, examples: shown } = textOf(command);
  const words = command.arguments.map((argument) => argumentWord(argument));
  return [
    header(`${program}-${command.name}`, edition),
    roffSection(
      'NAME',
      `${roffText(`${program}-${command.name}`)} \\- ${roffText(uncapitalised(command.summary))}\n`,
    ),
    roffSection('SYNOPSIS', synopsis([bold(`${program} ${command.name}`), '[options]', ...words])),
    roffSection('DESCRIPTION', roffSentences(`${command.summary}. ${details}`)),
    roffSection(
      'ARGUMENTS',
      command.arguments
        .map((argument) =>
          roffItem(
            argumentWord(argument),
            sentence(argument.description) +
              (argument.choices.length > 0 ? ` One of ${argument.choices.join(', ')}.` : ''),
          ),
        )
        .join(''),
    ),
    roffSection('OPTIONS', command.options.map(optionItem).join('')),
    roffSection(
      'EXIT STATUS',
      roffSentences(exitCodes ?? 'The exit code is 0 on success, and 2 if the input is invalid.') +
        `All exit codes are in ${bold(program)}(1).\n`,
    ),
    roffSection('EXAMPLES', examples(shown)),
    seeAlso([program]),
  ].join('');
}

function textOf({ name }: CommandEntry): CommandText {
  const text = COMMAND_TEXTS[name];
  if (!text) throw new Error(`the command ${name} has no row in manual-text.ts`);
  return text;
}

function header(title: string, { version, date }: Edition): string {
  return `.\\" Generated from the definitions of the commands; do not edit.\n.TH ${roffText(title.toUpperCase())} 1 ${date} "blockplan ${roffText(version)}" "blockplan manual"\n`;
}

function synopsis(words: readonly string[]): string {
  return `${words.join(' ')}\n`;
}

function optionItem({ flags, value, description }: CommandOption): string {
  const last = flags.length - 1;
  const words = flags.map(
    (flag, at) => bold(flag) + (value && at === last ? ` ${italic(value.name)}` : ''),
  );
  return roffItem(words.join(', '), sentence(description));
}

function argumentWord({ name, required, variadic }: CommandArgument): string {
  const word = italic(name) + (variadic ? '...' : '');
  return required ? word : `[${word}]`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function uncapitalised(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function exitStatus(): string {
  const rows = Object.values(OUTCOMES).map(({ exitCode, word, meaning }) =>
    roffItem(bold(`${exitCode}`), `${sentence(word).slice(0, -1)}: ${meaning}.`),
  );
  return [
    ...rows,
    '.PP\n',
    roffSentences(
      `An interrupted run that is rolled back exits with ${EXIT_CODES['rolled-back']}; a requested rollback exits with ${EXIT_CODES.succeeded}. Some commands have exit codes of their own: see their pages.`,
    ),
  ].join('');
}

function examples(shown: CommandText['examples']): string {
  return shown
    .map(
      ([purpose, command]) =>
        `.PP\n${roffText(purpose)}:\n.PP\n.EX\n    $ ${roffText(command)}\n.EE\n`,
    )
    .join('')
    .replace(/^\.PP\n/, '');
}

function seeAlso(names: readonly string[]): string {
  const links = names.map((name) => `.BR ${roffText(name)} (1)`);
  return roffSection('SEE ALSO', `${links.join(',\n')}\n`);
}
