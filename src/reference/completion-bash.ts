/** The completion script for bash. It neither starts blockplan nor needs the package bash-completion. */
import { shellQuote } from '../shell-quote.ts';
import type { CommandEntry, CommandLine, CommandOption, CommandValue } from './command-line.ts';
import { VARIABLES_IN_PLAN } from './plan-variables.ts';

/**
 * Values from the host are compared in bash and quoted, never expanded: `compgen -W` would run a domain name that is a
 * command substitution.
 */
const FUNCTIONS = `
# Adds the words that begin with $cur.
_blockplan_words() {
  local word
  for word; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}

# Sets $state to the state directory.
_blockplan_state() {
  state=\${BLOCKPLAN_STATE_DIR-}
  if [[ -n $state ]]; then return; fi
  if ((EUID == 0)); then
    state=/var/lib/blockplan
  else
    state=\${XDG_STATE_HOME:-$HOME/.local/state}/blockplan
  fi
}

# Adds the run IDs in a folder.
_blockplan_runs_in() {
  local run
  for run in "$1/$cur"*; do
    run=\${run##*/}
    if [[ $run =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]]; then COMPREPLY+=("$run"); fi
  done
}

_blockplan_runs() {
  local state
  _blockplan_state
  _blockplan_words last
  _blockplan_runs_in "$state/runs"
}

# Runs that are not over have an entry in an index.
_blockplan_unfinished() {
  local state
  _blockplan_state
  if [[ -d $state/unfinished ]]; then
    _blockplan_runs_in "$state/unfinished"
  else
    _blockplan_runs_in "$state/runs"
  fi
}

# Adds the variables of the plan. Any word can be the plan: it may have any name.
_blockplan_variables() {
  local word file line
  compopt -o nospace 2>/dev/null
  for word in "\${COMP_WORDS[@]:2}"; do
    file=\${word//[\\\\\\"\\']/}
    if [[ ! -f $file || ! -r $file ]]; then continue; fi
    while IFS= read -r line; do
      _blockplan_words "$line"
    done < <(timeout 1 sed -n -E '${VARIABLES_IN_PLAN}' -- "$file" 2>/dev/null)
  done
}

_blockplan_domains() {
  local name quoted
  # Another libvirt has other domains, and may take long to answer.
  if [[ -n $connect ]]; then return; fi
  while IFS= read -r name; do
    if [[ -z $name ]]; then continue; fi
    printf -v quoted %q "$name"
    if [[ $name == "$cur"* || $quoted == "$cur"* ]]; then COMPREPLY+=("$quoted"); fi
  done < <(timeout 1 virsh --readonly list --all --name 2>/dev/null)
}

# Adds what compgen finds. readline quotes the names, and compgen expects them without quotes.
_blockplan_found() {
  local file bare=\${cur//[\\\\\\"\\']/}
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen "$@" -- "$bare")
}

_blockplan_files() { _blockplan_found -f; }

_blockplan_folders() { _blockplan_found -d; }

_blockplan_plans() {
  _blockplan_found -f -X '!*.yaml'
  _blockplan_found -f -X '!*.yml'
  _blockplan_found -d
  # A plan may have any name.
  if ((\${#COMPREPLY[@]} == 0)); then _blockplan_found -f; fi
}
`;

/** bash splits words at \`=\`, \`:\` and \`@\`: \`--format=json\` is three words, and so is \`qemu:///system\`. */
const MAIN = `
_blockplan() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command= option= connect= count=0 word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      -c | --connect) connect=1 ;;
    esac
    case $word in
      =) if [[ -z $option ]]; then ((i++)); fi ;;
      : | @) ((i++)) ;;
      -?*)
        option=
        if _blockplan_takes_value "$command:$word"; then option=$word; fi
        ;;
      *)
        if [[ -n $option ]]; then
          option=
        elif [[ -z $command ]]; then
          command=$word
        else
          ((count++))
        fi
        ;;
    esac
  done
  if [[ $cur == = && -n $option ]]; then cur=; fi
  # The cursor is inside a value.
  if ((i > COMP_CWORD)) || [[ $cur == [=:@] ]]; then return; fi
  if [[ -n $option ]]; then
    _blockplan_values "$command:$option"
  elif [[ $cur == -* ]]; then
    _blockplan_options
  else
    _blockplan_arguments
  fi
}

complete -F _blockplan blockplan
`;

/** @returns the script, for a file or for \`source <(blockplan completion bash)\` */
export function bashCompletion(line: CommandLine): string {
  const { commands } = line;
  const valued = commands.flatMap((command) =>
    command.options.flatMap((option) =>
      option.value ? [{ pattern: patternOf(command, option), value: option.value }] : [],
    ),
  );
  return [
    `# bash completion for blockplan, from "blockplan completion bash"\n`,
    FUNCTIONS,
    '\n_blockplan_takes_value() {\n  case $1 in\n',
    ...valued.map(({ pattern }) => `    ${pattern}) ;;\n`),
    '    *) return 1 ;;\n  esac\n}\n',
    '\n_blockplan_values() {\n  case $1 in\n',
    ...valued.map(({ pattern, value }) => branch(pattern, callsFor(value))),
    '  esac\n}\n',
    '\n_blockplan_options() {\n  case $command in\n',
    ...[{ name: "''", options: line.options }, ...commands].map(({ name, options }) =>
      branch(name, [`_blockplan_words ${options.flatMap(({ flags }) => flags).join(' ')}`]),
    ),
    '  esac\n}\n',
    '\n_blockplan_arguments() {\n  case $command:$count in\n',
    branch("':0'", [`_blockplan_words ${commands.map(({ name }) => name).join(' ')}`]),
    ...commands.flatMap(({ name, arguments: expected }) =>
      expected.map((argument, at) =>
        branch(`${name}:${argument.variadic ? '*' : at}`, callsFor(argument)),
      ),
    ),
    '  esac\n}\n',
    MAIN,
  ].join('');
}

function patternOf({ name }: CommandEntry, { flags }: CommandOption): string {
  return flags.map((flag) => `${name}:${flag}`).join(' | ');
}

function branch(pattern: string, calls: readonly string[]): string {
  return calls.length === 0 ? '' : `    ${pattern}) ${calls.join('; ')} ;;\n`;
}

function callsFor({ choices, sources }: CommandValue): string[] {
  return [
    ...(choices.length > 0 ? [`_blockplan_words ${shellQuote(choices)}`] : []),
    ...sources.map((source) => `_blockplan_${source}`),
  ];
}
