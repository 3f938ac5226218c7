/** A virsh command's words by option. */
import { EffectFailed } from '../model/driver.ts';
import type { Argument } from '../model/effect.ts';

/** The values of each option; an option that is a mark has one empty value. */
export type Options = ReadonlyMap<string, readonly string[]>;

export interface Command {
  readonly verb: string;
  readonly options: Options;
  /** The content of the file that the command reads; empty without one. */
  readonly content: string;
}

/** The options that take a value, in whatever command they stand (virsh help COMMAND). */
const VALUED = new Set([
  'bandwidth',
  'base',
  'buf-size',
  'description',
  'dest',
  'diskspec',
  'domain',
  'file',
  'format',
  'granularity',
  'memspec',
  'mountpoint',
  'name',
  'path',
  'snapshotname',
  'timeout',
  'top',
  'xmlfile',
]);

export function readCommand(argv: readonly Argument[]): Command {
  const [verb, ...words] = argv;
  if (typeof verb !== 'string') throw new Error('a command begins with a verb');
  const options = new Map<string, string[]>();
  let content = '';
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (typeof word !== 'string' || !word.startsWith('--'))
      throw new Error(`virsh ${verb}: ${JSON.stringify(word)} is no option`);
    const name = word.slice(2);
    const value = VALUED.has(name) ? words[++at] : '';
    if (value === undefined) throw new Error(`virsh ${verb} wants a value after ${word}`);
    if (typeof value !== 'string') content = value.content;
    options.set(name, [
      ...(options.get(name) ?? []),
      typeof value === 'string' ? value : value.file,
    ]);
  }
  return { verb, options, content };
}

/** The value of an option that has to be there. */
export function one(options: Options, name: string): string {
  const value = options.get(name)?.[0];
  if (value === undefined) throw new EffectFailed(`error: option --${name} is missing`);
  return value;
}

export interface Spec {
  readonly target: string;
  readonly external: boolean;
  readonly file: string;
  readonly format: string;
}

/** `vda,snapshot=external,driver=qcow2,file=/a,,b`: a doubled comma is one in a value. */
export function readSpec(spec: string): Spec {
  const [target = '', ...parts] = spec
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
  const value = (name: string) =>
    parts.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  return {
    target,
    external: value('snapshot') !== 'no',
    file: value('file') ?? '',
    format: value('driver') ?? 'qcow2',
  };
}
