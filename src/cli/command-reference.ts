/** Describes the commands as data, from the definitions that the command line parses with. */
import type { Argument, Command, Help, Option } from 'commander';
import {
  type CommandArgument,
  type CommandEntry,
  type CommandLine,
  type CommandOption,
  commandValue,
} from '../reference/command-line.ts';

/** @param root the whole command line; hidden commands and options are omitted */
export function describeCommandLine(root: Command): CommandLine {
  const help = root.createHelp();
  const commands = help.visibleCommands(root);
  const names = commands.map((command) => command.name());
  return {
    name: root.name(),
    description: root.description(),
    options: help.visibleOptions(root).map((option) => describeOption(option, help, root.name())),
    commands: commands.map((command) => describeCommand(command, help, names)),
  };
}

function describeCommand(command: Command, help: Help, names: readonly string[]): CommandEntry {
  const isHelp = command.name() === 'help';
  return {
    name: command.name(),
    group: (command.helpGroup() || 'Commands:').replace(/:$/, ''),
    summary: command.description(),
    arguments: command.registeredArguments.map((argument) =>
      describeArgument(argument, isHelp ? names : argument.argChoices, command.name()),
    ),
    options: help
      .visibleOptions(command)
      .map((option) => describeOption(option, help, command.name())),
  };
}

function describeArgument(
  argument: Argument,
  choices: readonly string[] | undefined,
  command: string,
): CommandArgument {
  return {
    ...commandValue(argument.name(), choices ?? [], command),
    description: argument.description,
    required: argument.required,
    variadic: argument.variadic,
  };
}

function describeOption(option: Option, help: Help, command: string): CommandOption {
  const placeholder = /[<[]([^\]>]+)[\]>]/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    value:
      placeholder === undefined
        ? undefined
        : commandValue(placeholder, option.argChoices ?? [], command),
    repeatable: Array.isArray(option.defaultValue),
    summary: option.description,
    description: help.optionDescription(option),
  };
}
