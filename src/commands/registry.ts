/** Every command that a step can use. To add one, write its file and list it here. */
import { backupBegin, domjobabort } from './backup-begin.ts';
import { blockcommit } from './blockcommit.ts';
import { blockcopy } from './blockcopy.ts';
import { blockjob } from './blockjob.ts';
import { blockpull } from './blockpull.ts';
import { checkpointCreate, checkpointDelete } from './checkpoint.ts';
import type { ArgsOf, CommandDefinition } from './define.ts';
import { autostart, define, undefine } from './definition.ts';
import { domblklist, domfsfreeze, domfsthaw, guestAgentTimeout, resume } from './guest.ts';
import { bitmap, convert, create } from './qemu-img.ts';
import { snapshotCreateAs } from './snapshot-create-as.ts';
import { snapshotCreate, snapshotDelete } from './snapshot-metadata.ts';

const virsh = [
  blockcopy,
  blockcommit,
  blockpull,
  blockjob,
  backupBegin,
  domjobabort,
  snapshotCreateAs,
  snapshotCreate,
  snapshotDelete,
  checkpointCreate,
  checkpointDelete,
  undefine,
  define,
  autostart,
  guestAgentTimeout,
  domblklist,
  domfsfreeze,
  domfsthaw,
  resume,
] as const;

const qemuImg = [convert, create, bitmap] as const;

/** The commands of each program. */
export const COMMANDS = { virsh, 'qemu-img': qemuImg } as const;

export type Program = keyof typeof COMMANDS;

type Given<C> =
  C extends CommandDefinition<infer V, infer O>
    ? { readonly verb: V; readonly args: ArgsOf<O> }
    : never;

/** A command of that program with its arguments. */
export type CommandOf<P extends Program> = Given<(typeof COMMANDS)[P][number]>;

// biome-ignore lint/suspicious/noExplicitAny: a definition is found by its verb, and the effect holds matching arguments.
export type AnyCommand = CommandDefinition<string, any>;

/** The definition of a command; undefined for a verb that no step uses. */
export function commandNamed(program: Program, verb: string): AnyCommand | undefined {
  const all: readonly AnyCommand[] = COMMANDS[program];
  return all.find((each) => each.verb === verb);
}
