/** The shape of an effect in a journal; the definition of a command gives the shape of its arguments. */
import type { DiskSpec, InputFile, MemorySpec, Options, Values } from '../commands/define.ts';
import type {
  AwaitJobEffect,
  Effect,
  Former,
  KeepDefinitionEffect,
  MakeFileEffect,
  MoveFileEffect,
  QemuImgTerms,
  RemoveFileEffect,
  VirshTerms,
} from '../commands/effect.ts';
import { type AnyCommand, COMMANDS, commandNamed, type Program } from '../commands/registry.ts';
import type { FormerFile } from '../model/former-file.ts';
import { guestProcessShape } from '../model/host-state-shape.ts';
import {
  amount,
  byTag,
  type Fields,
  fields,
  flag,
  listOf,
  oneOf,
  optionalField,
  type Shape,
  text,
  textLike,
  trueFlag,
} from '../model/shape.ts';
import { BACKUP_FIELDS, type BackupFields } from './backup-effect-shape.ts';

/** The name of a file in the run's folder. */
const ownFile = textLike(/^\w[\w.-]*$/, 'the name of a file');
const document = fields<InputFile>({ file: ownFile, content: text });
const diskSpec: Shape<DiskSpec> = byTag<DiskSpec>('snapshot', {
  external: fields<Extract<DiskSpec, { snapshot: 'external' }>>({
    snapshot: oneOf('external' as const),
    disk: text,
    driver: text,
    file: text,
  }),
  no: fields<Extract<DiskSpec, { snapshot: 'no' }>>({ snapshot: oneOf('no' as const), disk: text }),
});

const former = fields<FormerFile>({ file: text, ino: text, born: optionalField(text) });

const VALUES: { readonly [K in keyof Values]: Shape<Values[K]> } = {
  flag,
  text,
  number: amount,
  document,
  disks: listOf(diskSpec),
  memory: fields<MemorySpec>({ file: text }),
  operand: text,
};

/**
 * The shape of a program's commands, by verb.
 * @param terms the shape of the effect's other fields
 */
function commandsOf(
  program: Program,
  terms: Shape<VirshTerms> | Shape<QemuImgTerms>,
): Shape<Effect> {
  const all: readonly AnyCommand[] = COMMANDS[program];
  const verbs = byTag<{ verb: string }>(
    'verb',
    Object.fromEntries(
      all.map(({ verb, options }) => [
        verb,
        fields<{ verb: string; args: object }>({ verb: text, args: argsOf(options) }),
      ]),
    ),
  );
  return (value, at) => terms(value, at) ?? verbs(value, at);
}

function argsOf(options: Options): Shape<object> {
  const shapes = Object.entries(options).map(([name, { kind, required }]) => {
    const shape: Shape<unknown> = VALUES[kind];
    if (!required) return [name, optionalField(shape)];
    return [name, kind === 'flag' ? trueFlag : shape];
  });
  return fields<object>(Object.fromEntries(shapes));
}

interface FieldsOf extends BackupFields {
  readonly virsh: VirshTerms;
  readonly 'qemu-img': QemuImgTerms;
  readonly 'await-job': AwaitJobEffect;
  readonly 'keep-definition': KeepDefinitionEffect;
  readonly 'make-file': MakeFileEffect;
  readonly 'remove-file': RemoveFileEffect;
  readonly 'move-file': MoveFileEffect;
}

type Tool = Effect['tool'];

/** The shape of each field of an effect, except for the verb and the arguments of a command. */
const FIELDS: { readonly [T in Tool]: Fields<FieldsOf[T]> } = {
  virsh: {
    tool: oneOf('virsh' as const),
    why: text,
    timeoutMs: optionalField(amount),
    optional: optionalField(trueFlag),
    writesInto: optionalField(listOf(text)),
    former: optionalField(former),
    loses: optionalField(listOf(text)),
    completes: optionalField(text),
    doubt: optionalField(text),
    of: optionalField(guestProcessShape),
    backup: optionalField(text),
    over: optionalField(
      fields<Former>({
        definition: text,
        layersOf: optionalField(listOf(text)),
        keepsEdits: optionalField(trueFlag),
        transient: optionalField(trueFlag),
        autostart: optionalField(flag),
        up: optionalField(trueFlag),
        off: optionalField(trueFlag),
        made: optionalField(listOf(text)),
        compared: optionalField(listOf(text)),
      }),
    ),
  },
  'qemu-img': {
    tool: oneOf('qemu-img' as const),
    bytes: amount,
    former: optionalField(former),
    why: text,
  },
  'await-job': {
    tool: oneOf('await-job' as const),
    disk: text,
    until: oneOf<AwaitJobEffect['until']>('ready', 'ended'),
    why: text,
    timeoutMs: amount,
  },
  'keep-definition': { tool: oneOf('keep-definition' as const), why: text },
  'make-file': { tool: oneOf('make-file' as const), file: text, why: text },
  'remove-file': {
    tool: oneOf('remove-file' as const),
    file: text,
    made: optionalField(trueFlag),
    dataIn: optionalField(listOf(text)),
    former: optionalField(former),
    why: text,
  },
  'move-file': {
    tool: oneOf('move-file' as const),
    file: text,
    to: text,
    former: optionalField(former),
    why: text,
  },
  ...BACKUP_FIELDS,
};

/** An effect as a journal holds it. */
export const effectShape: Shape<Effect> = byTag<Effect>('tool', {
  ...Object.fromEntries(
    Object.entries(FIELDS).map(([tool, each]) => [tool, fields<Effect>(each as Fields<Effect>)]),
  ),
  virsh: commandsOf('virsh', fields(FIELDS.virsh)),
  'qemu-img': commandsOf('qemu-img', fields(FIELDS['qemu-img'])),
});

/**
 * What of an effect this version does not know: its tool, its verb, an option of it, or another field; undefined if it
 * knows everything. Without the unknown part, the effect would be another one.
 */
export function unknownInEffect(effect: object): string | undefined {
  const { tool, verb, args } = effect as Readonly<Record<string, unknown>>;
  if (typeof tool !== 'string') return undefined;
  if (!Object.hasOwn(FIELDS, tool)) return `"${tool}"`;
  const isCommand = tool === 'virsh' || tool === 'qemu-img';
  const command = isCommand && typeof verb === 'string' ? commandNamed(tool, verb) : undefined;
  if (isCommand && !command) return typeof verb === 'string' ? `"${tool} ${verb}"` : undefined;
  const known = [...Object.keys(FIELDS[tool as Tool]), ...(isCommand ? ['verb', 'args'] : [])];
  const strange =
    Object.keys(effect).find((name) => !known.includes(name)) ??
    Object.keys((command && args) ?? {}).find(
      (name) => !Object.hasOwn(command?.options ?? {}, name),
    );
  return strange && `"${[tool, verb].filter(Boolean).join(' ')}" with "${strange}"`;
}
