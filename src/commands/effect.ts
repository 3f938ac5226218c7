/**
 * Effects: what a phase does to the world, as data. Preview, journal, report and driver use the same list,
 * so what was reviewed is what runs.
 */
import type { GuestProcess } from '../model/guest-process.ts';
import type { HostState } from '../model/host-state.ts';
import { type Word, wordsOf } from './define.ts';
import { type AnyCommand, type CommandOf, commandNamed } from './registry.ts';

/** One thing done to the host. `why` is a clause for people: "start the mirror". */
export type Effect =
  | VirshEffect
  | QemuImgEffect
  | AwaitJobEffect
  | KeepDefinitionEffect
  | MakeFileEffect
  | RemoveFileEffect
  | MoveFileEffect;

/** A virsh command in the long-lived session. */
export type VirshEffect = CommandOf<'virsh'> & VirshTerms;

export interface VirshTerms {
  readonly tool: 'virsh';
  readonly why: string;
  /** How long the command may take; 60,000 ms by default. */
  readonly timeoutMs?: number;
  /** True where a failure is told, but does not fail the phase: a best-effort command during the rollback. */
  readonly optional?: true;
  /** Files that exist before it and that it writes into: it is not given while another process, mount or device uses one. */
  readonly writesInto?: readonly string[];
  /** Files whose former content it writes over, and no rollback brings back. */
  readonly loses?: readonly string[];
  /** For an optional effect: what is not known when it failed. A run that ends in doubt does not say that all is well. */
  readonly doubt?: string;
  /** Of a doubt: the QEMU process that it is about. Once that has ended there is none. */
  readonly of?: GuestProcess;
}

/** `qemu-img convert` of an image that nothing writes to, or `qemu-img create`. */
export type QemuImgEffect = CommandOf<'qemu-img'> & QemuImgTerms;

export interface QemuImgTerms {
  readonly tool: 'qemu-img';
  /** What there is to read, in bytes, as far as the host told: for progress. */
  readonly bytes: number;
  readonly why: string;
}

/** An effect that is a command of a program. */
export type CommandEffect = VirshEffect | QemuImgEffect;

/** Wait on libvirt's event until the disk's job is ready to pivot, or has ended. */
export interface AwaitJobEffect {
  readonly tool: 'await-job';
  readonly disk: string;
  readonly until: 'ready' | 'ended';
  readonly why: string;
  /** How long the wait may take in all. */
  readonly timeoutMs: number;
}

/** Save the definition bundle in the journal, fsynced. */
export interface KeepDefinitionEffect {
  readonly tool: 'keep-definition';
  readonly why: string;
}

/** Make an empty file for libvirt to write into, where there is none: so it is known whose file it is. */
export interface MakeFileEffect {
  readonly tool: 'make-file';
  readonly file: string;
  readonly why: string;
}

/** The one way of removing a file: proven that no chain names it and that nobody has it open, then unlinked. */
export interface RemoveFileEffect {
  readonly tool: 'remove-file';
  readonly file: string;
  /** True where the file may go only if it is the one that this run made, not another at its place. */
  readonly made?: true;
  readonly why: string;
}

/** A file that gets another name on its file system: proven unused as one that is removed, never over a file, never copied. */
export interface MoveFileEffect {
  readonly tool: 'move-file';
  readonly file: string;
  /** Its path afterwards. */
  readonly to: string;
  readonly why: string;
}

/** How far a job has come, in bytes. */
export interface Progress {
  readonly current: number;
  readonly total: number;
}

export function isCommand(effect: Effect): effect is CommandEffect {
  return effect.tool === 'virsh' || effect.tool === 'qemu-img';
}

/** What is known of an effect's command. */
export function commandDefinition({ tool, verb }: CommandEffect): AnyCommand {
  const found = commandNamed(tool, verb);
  if (!found) throw new Error(`no step gives ${tool} ${verb}`);
  return found;
}

/** The words of an effect's command, after the program's name. */
export function argvOf(effect: CommandEffect): Word[] {
  return wordsOf(commandDefinition(effect), effect.args);
}

/** The existing files that an effect writes into, but for a base that the guest itself has open. */
export function filesWrittenInto(effect: Effect): readonly string[] {
  if (effect.tool === 'qemu-img')
    return effect.verb === 'convert' && effect.args['no-create'] ? [effect.args.dest] : [];
  return (effect.tool === 'virsh' && effect.writesInto) || [];
}

/** The files of the guest's chain that an effect's command writes into by itself. */
export function layersWritten(effect: Effect, state: HostState): readonly string[] {
  if (!isCommand(effect)) return [];
  const { writesLayers } = commandDefinition(effect);
  return writesLayers === 'none' ? [] : writesLayers(effect.args, state);
}

/** The files whose former content an effect writes over, and no rollback brings back. */
export function contentLostBy(effect: Effect): readonly string[] {
  return ('loses' in effect && effect.loses) || [];
}
