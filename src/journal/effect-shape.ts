/** The shape of an effect in a journal: of a command that of its arguments, as the command's definition says. */
import type { DiskSpec, Document, MemorySpec, Options, Values } from '../commands/define.ts';
import type {
  AwaitJobEffect,
  Effect,
  KeepDefinitionEffect,
  MakeFileEffect,
  MoveFileEffect,
  QemuImgTerms,
  RemoveFileEffect,
  VirshTerms,
} from '../commands/effect.ts';
import { type AnyCommand, COMMANDS, type Program } from '../commands/registry.ts';
import {
  amount,
  byTag,
  fields,
  flag,
  list,
  oneOf,
  optional,
  type Shape,
  text,
  textLike,
  yes,
} from '../model/shape.ts';
import { guestProcess } from '../model/world-shape.ts';

/** The name of a file in the run's folder. */
const ownFile = textLike(/^\w[\w.-]*$/, 'the name of a file');
const document = fields<Document>({ file: ownFile, content: text });
const diskSpec: Shape<DiskSpec> = byTag<DiskSpec>('snapshot', {
  external: fields<Extract<DiskSpec, { snapshot: 'external' }>>({
    snapshot: oneOf('external' as const),
    disk: text,
    driver: text,
    file: text,
  }),
  no: fields<Extract<DiskSpec, { snapshot: 'no' }>>({ snapshot: oneOf('no' as const), disk: text }),
});

const VALUES: { readonly [K in keyof Values]: Shape<Values[K]> } = {
  flag,
  text,
  number: amount,
  document,
  disks: list(diskSpec),
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
    if (!required) return [name, optional(shape)];
    return [name, kind === 'flag' ? yes : shape];
  });
  return fields<object>(Object.fromEntries(shapes));
}

/** An effect as a journal holds it. */
export const effectShape: Shape<Effect> = byTag<Effect>('tool', {
  virsh: commandsOf(
    'virsh',
    fields<VirshTerms>({
      tool: oneOf('virsh' as const),
      why: text,
      timeoutMs: optional(amount),
      optional: optional(yes),
      writesInto: optional(list(text)),
      loses: optional(list(text)),
      doubt: optional(text),
      of: optional(guestProcess),
    }),
  ),
  'qemu-img': commandsOf(
    'qemu-img',
    fields<QemuImgTerms>({ tool: oneOf('qemu-img' as const), bytes: amount, why: text }),
  ),
  'await-job': fields<AwaitJobEffect>({
    tool: oneOf('await-job' as const),
    disk: text,
    until: oneOf<AwaitJobEffect['until']>('ready', 'ended'),
    why: text,
    timeoutMs: amount,
  }),
  'keep-definition': fields<KeepDefinitionEffect>({
    tool: oneOf('keep-definition' as const),
    why: text,
  }),
  'make-file': fields<MakeFileEffect>({ tool: oneOf('make-file' as const), file: text, why: text }),
  'remove-file': fields<RemoveFileEffect>({
    tool: oneOf('remove-file' as const),
    file: text,
    made: optional(yes),
    why: text,
  }),
  'move-file': fields<MoveFileEffect>({
    tool: oneOf('move-file' as const),
    file: text,
    to: text,
    why: text,
  }),
});
