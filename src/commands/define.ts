/**
 * The definition of a virsh or qemu-img command: its options, its effect on a host, and how a run judges it when the answer
 * was lost. An effect holds the verb and its arguments; they become words only to be sent or shown.
 */
import type { SimulatedHost } from '../host/simulated-host.ts';
import type { HostState } from '../model/host-state.ts';

/** A file in the run's folder, written and fsynced before the command that reads it. */
export interface InputFile {
  /** Its name in the run's folder. */
  readonly file: string;
  readonly content: string;
}

/** One word of a command line. */
export type Word = string | InputFile;

/** What a snapshot does with one disk (virsh, snapshot-create-as, `--diskspec`). */
export type DiskSpec =
  | {
      readonly disk: string;
      readonly snapshot: 'external';
      /** The overlay's format. */
      readonly driver: string;
      readonly file: string;
    }
  | { readonly disk: string; readonly snapshot: 'no' };

/** Where a snapshot writes the guest's memory (virsh, snapshot-create-as, `--memspec`). */
export interface MemorySpec {
  readonly file: string;
}

/** The values that options take. */
export interface Values {
  readonly flag: boolean;
  readonly text: string;
  readonly number: number;
  readonly document: InputFile;
  /** One option for each disk. */
  readonly disks: readonly DiskSpec[];
  readonly memory: MemorySpec;
  /** A word without an option before it. */
  readonly operand: string;
}

type Kind = keyof Values;

export interface Option<K extends Kind = Kind, Required extends boolean = boolean> {
  readonly kind: K;
  readonly required: Required;
  /** The option's word on the command line; `--NAME` by default. */
  readonly as?: string;
}

/** The options, in the order of the command line. */
export type Options = Readonly<Record<string, Option>>;

/** An option that must be given. */
export function required<K extends Kind>(kind: K, as?: string): Option<K, true> {
  return { kind, required: true, ...(as === undefined ? {} : { as }) };
}

export function optional<K extends Kind>(kind: K, as?: string): Option<K, false> {
  return { kind, required: false, ...(as === undefined ? {} : { as }) };
}

type NamesOf<O extends Options, Required extends boolean> = {
  [N in keyof O]: O[N]['required'] extends Required ? N : never;
}[keyof O];

/** A required flag is always set: without it the command would do something else. */
type Needed<K extends Kind> = K extends 'flag' ? true : Values[K];

/** The arguments that a command takes. */
export type ArgsOf<O extends Options> = {
  readonly [N in NamesOf<O, true>]: Needed<O[N]['kind']>;
} & { readonly [N in NamesOf<O, false>]?: Values[O[N]['kind']] };

/**
 * What a resumed run does about a command whose answer was lost. `look`: it inspects the host. `repeat`: it sends it again,
 * because its effect cannot be observed. `undo`: it rolls the phase back, because the observed state is ambiguous.
 */
export type UnansweredPolicy = 'look' | 'repeat' | 'undo';

/** The job that a command starts. */
export interface StartedJob {
  readonly job: 'copy' | 'commit' | 'pull' | 'backup';
  /** The targets of the disks that it works on. */
  readonly disks: readonly string[];
  /** The file that it writes into, if the command names it. */
  readonly into?: string;
  readonly format?: string;
}

export interface CommandDefinition<V extends string = string, O extends Options = Options> {
  readonly verb: V;
  readonly options: O;
  /**
   * The host after the command, by the rules of libvirt and QEMU.
   * @throws EffectFailed if libvirt or QEMU would refuse
   */
  apply(host: SimulatedHost, args: ArgsOf<O>): SimulatedHost;
  /** As `apply`, with all obstacles removed that preflight checks for; absent if no obstacle is possible. */
  unobstructed?(host: SimulatedHost, args: ArgsOf<O>): SimulatedHost;
  /** @param now the host state that is observed once libvirt answers again */
  unanswered(args: ArgsOf<O>, now: HostState): UnansweredPolicy;
  /** The block job that the command starts, if any. */
  startsJob(args: ArgsOf<O>): StartedJob | undefined;
  /** The files of the guest's chain that the command writes into by itself. */
  readonly writesLayers: 'none' | ((args: ArgsOf<O>, state: HostState) => readonly string[]);
  /** Whether a refusal says that there is nothing left to do. */
  isDone?(said: string): boolean;
  /** Whether a refusal says that the command has certainly had no effect. */
  hasNotBegun?(said: string): boolean;
  /** The meaning of a refusal, if it says more than its text. */
  refusal?(args: ArgsOf<O>, said: string): string | undefined;
}

/** For a command that neither starts a job nor writes into a layer. */
export const NO_JOB = { startsJob: () => undefined, writesLayers: 'none' } as const;

/** Defines a command; the type of its arguments is inferred from its options. */
export function defineCommand<const V extends string, const O extends Options>(
  definition: CommandDefinition<V, O>,
): CommandDefinition<V, O> {
  return definition;
}

/** In a specification virsh reads a doubled comma as a comma (virsh, snapshot-create-as). */
function commas(text: string): string {
  return text.replaceAll(',', ',,');
}

function specText(spec: DiskSpec): string {
  const disk = commas(spec.disk);
  return spec.snapshot === 'no'
    ? `${disk},snapshot=no`
    : `${disk},snapshot=external,driver=${spec.driver},file=${commas(spec.file)}`;
}

const WORDS: { readonly [K in Kind]: (as: string, value: Values[K]) => readonly Word[] } = {
  flag: (as, isSet) => (isSet ? [as] : []),
  text: (as, value) => [as, value],
  number: (as, value) => [as, String(value)],
  document: (as, value) => [as, value],
  disks: (as, specs) => specs.flatMap((spec) => [as, specText(spec)]),
  memory: (as, { file }) => [as, `file=${commas(file)},snapshot=external`],
  operand: (_as, value) => [value],
};

/** How an option is written on the command line. */
export function optionWord(name: string, { as }: Option): string {
  return as ?? `--${name}`;
}

/** The words of a command after its program: the verb, then its arguments in the order of its options. */
export function wordsOf(
  { verb, options }: Pick<CommandDefinition, 'verb' | 'options'>,
  args: object,
): Word[] {
  const given: Readonly<Record<string, unknown>> = { ...args };
  return [
    verb,
    ...Object.entries(options).flatMap(([name, option]) => {
      const value = given[name];
      const words = WORDS[option.kind] as (as: string, value: unknown) => readonly Word[];
      return value === undefined ? [] : words(optionWord(name, option), value);
    }),
  ];
}

/** The parameters that are set and have the name of an option. */
export function pickOptions<O extends Options, P extends object>(
  { options }: { readonly options: O },
  params: P,
): { readonly [N in keyof O & keyof P]?: Exclude<P[N], undefined> } {
  const named = Object.entries(params).filter(
    ([name, value]) => Object.hasOwn(options, name) && value !== undefined && value !== false,
  );
  return Object.fromEntries(named) as { [N in keyof O & keyof P]?: Exclude<P[N], undefined> };
}
