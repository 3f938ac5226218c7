/**
 * Effects: what a phase does to the world, as data. Preview, journal, report and driver use the same list,
 * so what was reviewed is what runs.
 */
import type { GuestProcess } from './guest-process.ts';

/** One thing done to the host. `why` is a clause for people: "start the mirror". */
export type Effect =
  | VirshEffect
  | AwaitJobEffect
  | KeepDefinitionEffect
  | MakeFileEffect
  | ConvertEffect
  | RemoveFileEffect
  | MoveFileEffect;

/** A virsh command in the long-lived session. */
export interface VirshEffect {
  readonly tool: 'virsh';
  readonly argv: readonly Argument[];
  readonly why: string;
  /** How long the command may take; 60,000 ms unless told. */
  readonly timeoutMs?: number;
  /** True where a failure is told, but does not fail the phase: a helping hand on the way back. */
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

/** The existing files that an effect writes into, but for a base that the guest itself has open. */
export function writtenInto(effect: Effect): readonly string[] {
  if (effect.tool === 'qemu-img') return effect.into === 'existing' ? [effect.dest] : [];
  return (effect.tool === 'virsh' && effect.writesInto) || [];
}

/** The files whose former content an effect writes over, and no rollback brings back. */
export function lostBy(effect: Effect): readonly string[] {
  return ('loses' in effect && effect.loses) || [];
}

/** A word of a command, or a file in the run's folder whose content is written (fsynced) before the command. */
export type Argument = string | { readonly file: string; readonly content: string };

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

/** `qemu-img convert` of an image that nothing writes to, or `qemu-img create`; it writes over no file. */
export interface ConvertEffect {
  readonly tool: 'qemu-img';
  readonly argv: readonly string[];
  /** The file that the command makes. */
  readonly dest: string;
  /** Told where the file is there already, and its content is to be written over. */
  readonly into?: 'existing';
  /** What there is to read, in bytes, as far as the host told: for progress. */
  readonly bytes: number;
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
