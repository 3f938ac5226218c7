/** The completion script for fish. */
import type { CommandEntry, CommandLine, CommandOption, CommandValue } from './command-line.ts';
import { VARIABLES_IN_PLAN } from './plan-variables.ts';

const FUNCTIONS = `
# True if the typed command is one of the arguments. Without arguments: true if no command is typed yet.
function __blockplan_command
    for word in (commandline -opc)[2..-1]
        if not string match -q -- '-*' $word
            contains -- $word $argv
            return
        end
    end
    test (count $argv) -eq 0
end

function __blockplan_state
    set -l state $BLOCKPLAN_STATE_DIR
    if test -z "$state"
        set state ~/.local/state/blockplan
        if test (id -u) -eq 0
            set state /var/lib/blockplan
        else if test -n "$XDG_STATE_HOME"
            set state $XDG_STATE_HOME/blockplan
        end
    end
    echo $state
end

# The run IDs in a folder, newest first.
function __blockplan_runs_in
    set -l runs $argv[1]/*
    string match -r '(?<=/)\\w[\\w.-]*$' -- $runs[-1..1]
end

function __blockplan_runs
    __blockplan_runs_in (__blockplan_state)/runs
    echo last
end

# Runs that are not over have an entry in an index.
function __blockplan_unfinished
    set -l index (__blockplan_state)/unfinished
    test -d "$index"; or set index (__blockplan_state)/runs
    __blockplan_runs_in $index
end

# The variables of the plan. Any word can be the plan: it may have any name.
function __blockplan_variables
    for word in (commandline -opc)[2..-1]
        if test -f "$word" -a -r "$word"
            timeout 1 sed -n -E ${quoted(VARIABLES_IN_PLAN)} -- $word 2>/dev/null
        end
    end
end

function __blockplan_domains
    # Another libvirt has other domains, and may take long to answer.
    if not string match -q -r -- '^(-c|--connect)' (commandline -opc)
        timeout 1 virsh --readonly list --all --name 2>/dev/null | string match -v ''
    end
end

function __blockplan_plans
    # Plans first; a plan may have any name.
    __fish_complete_suffix .yaml
end

function __blockplan_files
    __fish_complete_path (commandline -ct)
end

function __blockplan_folders
    __fish_complete_directories (commandline -ct)
end

complete -c blockplan -f
`;

/** @returns the script */
export function fishCompletion({ commands, options }: CommandLine): string {
  return [
    '# fish completion for blockplan, from "blockplan completion fish"\n',
    FUNCTIONS,
    ...options.map((option) => optionLine('', option)),
    ...commands.map(
      ({ name, summary }) =>
        `complete -c blockplan -n __blockplan_command -a ${name} -d ${quoted(summary)}\n`,
    ),
    ...commands.flatMap(commandLines),
  ].join('');
}

function commandLines({ name, arguments: expected, options }: CommandEntry): string[] {
  return [
    '\n',
    ...options.map((option) => optionLine(name, option)),
    ...expected.flatMap((argument) => {
      const values = valuesOf(argument);
      return values === '' ? [] : [`complete -c blockplan -n ${condition(name)}${values}\n`];
    }),
  ];
}

function optionLine(command: string, { flags, value, summary }: CommandOption): string {
  const names = flags.map((flag) =>
    flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const values = value ? ` -x${valuesOf(value)}` : '';
  return `complete -c blockplan -n ${condition(command)}${names.join('')}${values} -d ${quoted(summary)}\n`;
}

function condition(command: string): string {
  return command === '' ? '__blockplan_command' : quoted(`__blockplan_command ${command}`);
}

function valuesOf({ choices, sources }: CommandValue): string {
  const words = [...choices, ...sources.map((source) => `(__blockplan_${source})`)];
  if (words.length === 0) return '';
  return `${sources.length > 0 ? ' -k' : ''} -a ${quoted(words.join(' '))}`;
}

function quoted(word: string): string {
  return `'${word.replaceAll(/['\\]/g, '\\$&')}'`;
}
