/**
 * Effects: what a phase does to the host, as data. Preview, journal, report and driver use the same list, so what was
 * reviewed is what runs.
 */
import type { FormerFile } from '../model/former-file.ts';
import type { GuestProcess } from '../model/guest-process.ts';
import type { HostState } from '../model/host-state.ts';
import type { BackupEffect } from './backup-effect.ts';
import { type Word, wordsOf } from './define.ts';
import { type AnyCommand, type CommandOf, commandNamed } from './registry.ts';

/** One action on the host. `why` is its reason, as a clause: "start the mirror". */
export type Effect =
  | VirshEffect
  | QemuImgEffect
  | AwaitJobEffect
  | KeepDefinitionEffect
  | MakeFileEffect
  | RemoveFileEffect
  | MoveFileEffect
  | BackupEffect;

/** A virsh command in the long-lived session. */
export type VirshEffect = CommandOf<'virsh'> & VirshTerms;

export interface VirshTerms {
  readonly tool: 'virsh';
  readonly why: string;
  /** How long the command may take; 60,000 ms by default. */
  readonly timeoutMs?: number;
  /** Set on a best-effort command during the rollback: a failure is reported, but does not fail the phase. */
  readonly optional?: true;
  /** Existing files that the command writes into: it is not sent while another process, mount or device uses one. */
  readonly writesInto?: readonly string[];
  /** The former file that it writes into: it is not sent if another file is at that path now. */
  readonly former?: FormerFile;
  /** Files whose former content it overwrites, and which no rollback restores. */
  readonly loses?: readonly string[];
  /** For an optional effect: what is unknown if it failed. A run that ends in doubt does not report that all is well. */
  readonly doubt?: string;
  /** The QEMU process that the doubt is about; the doubt ends with the process. */
  readonly of?: GuestProcess;
  /**
   * For the end of a ready job without a pivot: the file that must then hold all data of the disk, on its storage. Where QEMU
   * does not report this, the effect fails.
   */
  readonly completes?: string;
  /** For `domjobabort`: the folder of the backup that it cancels. It is sent only while that backup is running. */
  readonly backup?: string;
  /** What must still be so when the command is sent; otherwise it is not sent. For `define` and `undefine`. */
  readonly over?: Former;
}

/** What a command may replace or remove: an operator may have changed it since it was observed. */
export interface Former {
  /** The persistent definition. The one that the command gives to libvirt is also accepted: it was sent before. */
  readonly definition: string;
  /** The disks whose layers may differ from that definition: libvirt itself rewrites these when a disk moves. */
  readonly layersOf?: readonly string[];
  /**
   * Set if the definition may have been edited: a `define` then replaces only the layers of these disks, and all else stays as
   * it is.
   */
  readonly keepsEdits?: true;
  /** Set if the domain may also have no definition: then none is replaced. */
  readonly transient?: true;
  /** The autostart mark, if it matters. */
  readonly autostart?: boolean;
  /** Set if the guest must be up. */
  readonly up?: true;
  /** Set if the guest must be off, without a managed save image. */
  readonly off?: true;
  /** The files that must exist and have been made by this run. */
  readonly made?: readonly string[];
  /** The files that this process must have compared with a backup, and that must not have changed since. */
  readonly compared?: readonly string[];
}

/** `qemu-img convert` of an image that nothing writes to, or `qemu-img create`. */
export type QemuImgEffect = CommandOf<'qemu-img'> & QemuImgTerms;

export interface QemuImgTerms {
  readonly tool: 'qemu-img';
  /** The amount to read in bytes, as far as it is known; for progress. */
  readonly bytes: number;
  /** The former file that it writes into, as for {@link VirshTerms}. */
  readonly former?: FormerFile;
  readonly why: string;
}

/** An effect that is a command of a program. */
export type CommandEffect = VirshEffect | QemuImgEffect;

/** Wait for libvirt's event until the disk's job is ready to pivot, or has ended. */
export interface AwaitJobEffect {
  readonly tool: 'await-job';
  readonly disk: string;
  readonly until: 'ready' | 'ended';
  readonly why: string;
  /** The limit of the whole wait. */
  readonly timeoutMs: number;
}

/** Save the definition bundle in the journal, fsynced. */
export interface KeepDefinitionEffect {
  readonly tool: 'keep-definition';
  readonly why: string;
}

/** Create an empty file for libvirt to write into, at a free path: this proves that the run owns the file. */
export interface MakeFileEffect {
  readonly tool: 'make-file';
  readonly file: string;
  readonly why: string;
}

/** Remove a file, after proving that no chain names it and no process has it open. Files are removed in no other way. */
export interface RemoveFileEffect {
  readonly tool: 'remove-file';
  readonly file: string;
  /** Set if the file may be removed only if this run created it, not another file at its path. */
  readonly made?: true;
  /** The files that hold its data now: they are synced to their storage before it is removed. */
  readonly dataIn?: readonly string[];
  /** The file that must be at the path; absent where it is unknown. */
  readonly former?: FormerFile;
  readonly why: string;
}

/** Rename a file on its file system, after proving it unused as for a removal. Never overwrites a file, never copies. */
export interface MoveFileEffect {
  readonly tool: 'move-file';
  readonly file: string;
  /** Its path afterwards. */
  readonly to: string;
  /** The file that must be at the path before, or at the new one if it was moved already; absent where it is unknown. */
  readonly former?: FormerFile;
  readonly why: string;
}

/** The progress of a job, in bytes. */
export interface Progress {
  readonly current: number;
  readonly total: number;
}

export function isCommand(effect: Effect): effect is CommandEffect {
  return effect.tool === 'virsh' || effect.tool === 'qemu-img';
}

/** The definition of an effect's command. */
export function commandDefinition({ tool, verb }: CommandEffect): AnyCommand {
  const found = commandNamed(tool, verb);
  if (!found) throw new Error(`no step uses ${tool} ${verb}`);
  return found;
}

/** The words of an effect's command, after the program's name. */
export function argvOf(effect: CommandEffect): Word[] {
  return wordsOf(commandDefinition(effect), effect.args);
}

/** The existing files that an effect writes into, except for a base that the guest itself has open. */
export function filesWrittenInto(effect: Effect): readonly string[] {
  if (effect.tool === 'qemu-img') {
    const writesOver =
      effect.verb === 'bitmap' || (effect.verb === 'convert' && effect.args['no-create']);
    return writesOver ? [effect.args.dest] : [];
  }
  return (effect.tool === 'virsh' && effect.writesInto) || [];
}

/** The files of the guest's chain that an effect's command writes into by itself. */
export function layersWritten(effect: Effect, state: HostState): readonly string[] {
  if (!isCommand(effect)) return [];
  const { writesLayers } = commandDefinition(effect);
  return writesLayers === 'none' ? [] : writesLayers(effect.args, state);
}

/** The files whose former content an effect overwrites, and which no rollback restores. */
export function contentLostBy(effect: Effect): readonly string[] {
  return ('loses' in effect && effect.loses) || [];
}
