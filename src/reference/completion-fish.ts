/** The completion script for fish. */
import type { CommandEntry, CommandLine, CommandOption, CommandValue } from './command-line.ts';

const FUNCTIONS = `
# Whether the command on the command line is one of these; without arguments, whether there is none yet.
function __blockplan_command
    for word in (commandline -opc)[2..-1]
        if not string match -q -- '-*' $word
            contains -- $word $argv
            return
        end
    end
    test (count $argv) -eq 0
end

function __blockplan_runs
    set -l state $BLOCKPLAN_STATE_DIR
    if test -z "$state"
        set state ~/.local/state/blockplan
        if test (id -u) -eq 0
            set state /var/lib/blockplan
        else if test -n "$XDG_STATE_HOME"
            set state $XDG_STATE_HOME/blockplan
        end
    end
    # Newest first.
    set -l runs $state/runs/*/
    string match -r '(?<=/)\\w[\\w.-]*(?=/$)' -- $runs[-1..1]
    echo last
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
