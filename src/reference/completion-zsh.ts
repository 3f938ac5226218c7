/** The completion script for zsh, for a folder of `fpath` or for `source`. */
import { shellQuote } from '../shell-quote.ts';
import type {
  CommandArgument,
  CommandEntry,
  CommandLine,
  CommandOption,
  CommandValue,
  ValueSource,
} from './command-line.ts';
import { VARIABLES_IN_PLAN } from './plan-variables.ts';

const FUNCTIONS = `
# Sets $state_folder to the state directory.
_blockplan_state() {
  state_folder=$BLOCKPLAN_STATE_DIR
  if [[ -n $state_folder ]]; then return; fi
  if (( EUID == 0 )); then
    state_folder=/var/lib/blockplan
  else
    state_folder=\${XDG_STATE_HOME:-$HOME/.local/state}/blockplan
  fi
}

_blockplan_runs() {
  local state_folder expl
  _blockplan_state
  # Newest first.
  local -a runs=(last $state_folder/runs/[[:alnum:]_]*(N/On:t))
  _wanted -V runs expl run compadd -a runs
}

# Runs that are not over have an entry in an index.
_blockplan_unfinished() {
  local state_folder expl
  _blockplan_state
  local index=$state_folder/unfinished
  if [[ ! -d $index ]]; then index=$state_folder/runs; fi
  local -a runs=($index/[[:alnum:]_]*(NOn:t))
  _wanted -V runs expl run compadd -a runs
}

# Adds the variables of the plan. Any word can be the plan: it may have any name.
_blockplan_variables() {
  local word expl
  local -a names
  for word in \${(Q)words[2,-1]}; do
    if [[ -f $word && -r $word ]]; then
      names+=(\${(f)"$(timeout 1 sed -n -E '${VARIABLES_IN_PLAN}' -- $word 2>/dev/null)"})
    fi
  done
  _wanted variables expl variable compadd -S '' -a names
}

_blockplan_domains() {
  # Another libvirt has other domains, and may take long to answer.
  if (( \${words[(I)-c*|--connect*]} )); then return 1; fi
  local -a domains=(\${(f)"$(timeout 1 virsh --readonly list --all --name 2>/dev/null)"})
  local expl
  _wanted domains expl domain compadd -a domains
}

_blockplan_plans() { _files -g '*.(yaml|yml)' }

_blockplan_files() { _files }

_blockplan_folders() { _files -/ }
`;

const END = `
# True when zsh loads this file from fpath for a completion.
if [[ $funcstack[1] == _blockplan ]]; then
  _blockplan "$@"
else
  compdef _blockplan blockplan
fi
`;

/** @returns the script */
export function zshCompletion(line: CommandLine): string {
  const { commands } = line;
  return [
    '#compdef blockplan\n# zsh completion for blockplan, from "blockplan completion zsh"\n',
    FUNCTIONS,
    ...alternatives(commands),
    '\n_blockplan_command() {\n  local -a commands=(\n',
    ...commands.map(({ name, summary }) => `    ${shellQuote([`${name}:${summary}`])}\n`),
    '  )\n  _describe -t commands command commands\n}\n',
    '\n_blockplan() {\n  local curcontext=$curcontext state line\n  local -A opt_args\n',
    callOf(
      [...line.options.map(optionSpec), "'1:command:_blockplan_command'", "'*:: :->words'"],
      2,
    ),
    '  if [[ $state != words ]]; then return; fi\n',
    '  curcontext=${curcontext%:*:*}:blockplan-$words[1]:\n  case $words[1] in\n',
    ...commands.map(
      (command) =>
        `    ${command.name})\n${callOf([...command.options.map(optionSpec), ...command.arguments.map(argumentSpec)], 6)}      ;;\n`,
    ),
    '  esac\n}\n',
    END,
  ].join('');
}

function callOf(specs: readonly string[], indent: number): string {
  const margin = ' '.repeat(indent);
  return `${margin}_arguments -C -s \\\n${specs.map((spec) => `${margin}  ${spec}`).join(' \\\n')}\n`;
}

/** A word in single quotes. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function optionSpec({ flags, value, repeatable, summary }: CommandOption): string {
  const text = `[${summary.replaceAll(/[[\]:]/g, '\\$&')}]`;
  const end = value ? `:${message(value.name)}:${actionOf(value)}` : '';
  const isLast = flags.includes('--help') || flags.includes('--version');
  const others = repeatable ? '*' : `(${isLast ? '- *' : flags.join(' ')})`;
  const [only = '', ...more] = flags.map((flag) =>
    value ? `${flag}${flag.startsWith('--') ? '=' : '+'}` : flag,
  );
  return more.length === 0
    ? quoted(`${others}${only}${text}${end}`)
    : `${quoted(others)}{${[only, ...more].join(',')}}${quoted(`${text}${end}`)}`;
}

function argumentSpec(argument: CommandArgument, at: number): string {
  const place = argument.variadic ? '*' : `${at + 1}`;
  const optional = argument.required || argument.variadic ? '' : ':';
  return quoted(`${place}:${optional}${message(argument.name)}:${actionOf(argument)}`);
}

function message(text: string): string {
  return text.replaceAll(':', '\\:');
}

function actionOf({ choices, sources }: CommandValue): string {
  if (choices.length > 0) return `(${choices.join(' ')})`;
  return sources.length === 0 ? ' ' : functionOf(sources);
}

function functionOf(sources: readonly ValueSource[]): string {
  return `_blockplan_${sources.join('_')}`;
}

/** A function for each argument whose values come from several sources. */
function alternatives(commands: readonly CommandEntry[]): string[] {
  const several = commands
    .flatMap((command) => command.arguments)
    .filter(({ sources }) => sources.length > 1);
  return several.map(
    ({ sources }) =>
      `\n${functionOf(sources)}() {\n  _alternative ${sources
        .map((source) => `${source}:${source.replace(/s$/, '')}:_blockplan_${source}`)
        .join(' ')}\n}\n`,
  );
}
