/** The command line as data. Completion scripts and man pages are made from it. */

/** Where the values of an argument or an option come from, besides fixed choices. */
export type ValueSource =
  | 'plans'
  | 'runs'
  | 'unfinished'
  | 'domains'
  | 'files'
  | 'folders'
  | 'variables';

export interface CommandValue {
  /** The placeholder, without brackets: `plan`, `name=value`. */
  readonly name: string;
  readonly choices: readonly string[];
  readonly sources: readonly ValueSource[];
}

export interface CommandArgument extends CommandValue {
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
}

export interface CommandOption {
  /** The short form, such as `-c`, if it has one, and the long form. */
  readonly flags: readonly string[];
  /** Undefined for a switch. */
  readonly value: CommandValue | undefined;
  readonly repeatable: boolean;
  /** Without choices and default. */
  readonly summary: string;
  /** As in `--help`, with choices and default. */
  readonly description: string;
}

export interface CommandEntry {
  readonly name: string;
  /** The heading in `--help`, without its colon. */
  readonly group: string;
  readonly summary: string;
  readonly arguments: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
}

export interface CommandLine {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CommandOption[];
  readonly commands: readonly CommandEntry[];
}

/** The value of each placeholder in the definitions of the commands; a command before it has values of its own. */
const SOURCES: Readonly<Record<string, readonly ValueSource[]>> = {
  plan: ['plans'],
  run: ['unfinished'],
  'show run': ['runs'],
  domain: ['domains'],
  what: ['runs', 'domains', 'files'],
  file: ['files'],
  folder: ['folders'],
  age: [],
  bandwidth: [],
  command: [],
  fingerprint: [],
  format: [],
  host: [],
  kind: [],
  'name=value': ['variables'],
  seed: [],
  shell: [],
  store: ['folders'],
  'store@name': ['folders'],
  target: [],
  uri: [],
};

/**
 * @param name the placeholder
 * @param command the name of the command
 * @throws Error if the placeholder has no row above
 */
export function commandValue(
  name: string,
  choices: readonly string[],
  command: string,
): CommandValue {
  const sources = SOURCES[`${command} ${name}`] ?? SOURCES[name];
  if (!sources) throw new Error(`the placeholder <${name}> has no row in command-line.ts`);
  return { name, choices, sources };
}
