/** What a step copies, how much room it takes, and what has to be so for it: told for a preview, beside what preflight refuses. */

import type { Untold, World } from '../model/world.ts';

/** Bytes that go to one file. */
export interface Amount {
  readonly to: string;
  /** Bytes that are copied there at most, as far as the host told. */
  readonly copied: number;
  /** Bytes by which the file may grow at most: its folder has to have them. */
  readonly room: number;
  /** Set where the size of what is copied was not told, so that neither number is a bound. */
  readonly unknown?: true;
}

/** Bytes by which an existing file grows in a rollback. */
export interface RollbackRoom {
  readonly file: string;
  readonly least: number;
  readonly most: number;
}

export interface Precondition {
  /** A clause: `there is no file /fast/copy`. */
  readonly what: string;
  /**
   * What one has to know to tell: the domain's disks and definition alone, more of it that may be untold, what is at a path,
   * what the folder of a path is like, who uses what exists at a path, or the chains of all other domains. `run` is what
   * shows only when it is done.
   */
  readonly needs:
    | 'domain'
    | 'others'
    | 'run'
    | { readonly told: readonly Untold[] }
    | { readonly file: string }
    | { readonly folder: string }
    | { readonly place: string };
}

/** What has to be so for a file that the step makes. */
export function newFileNeeds(file: string): Precondition[] {
  return [
    { what: `there is no file ${file}`, needs: { file } },
    {
      what: `there is a folder for ${file}, with room, in which files can be made`,
      needs: { folder: file },
    },
    unsharedNeed([file]),
    openableNeed(file),
  ];
}

/** What has to be so for files that are written to or removed. */
export function unsharedNeed(files: readonly string[]): Precondition {
  return { what: `no other domain uses ${files.join(', ')}`, needs: 'others' };
}

/** What has to be so for the layers of a disk that is copied, committed or put below an overlay. */
export function unwrittenNeed(disk: string): Precondition {
  return { what: `no other guest writes to a layer of ${disk}`, needs: 'others' };
}

/** Whether QEMU may open a file is for its user, AppArmor or SELinux to say, and libvirt sets them up only when asked to. */
export function openableNeed(file: string): Precondition {
  return { what: `the host lets QEMU write to ${file}`, needs: 'run' };
}

/** A guest that is paused counts as well: QEMU runs block jobs for it (seen on libvirt 9.0 with QEMU 7.2). */
export function guestIsUp({ domain: { state } }: World): string {
  return state === 'paused' ? 'the guest is paused' : 'the guest runs';
}

/** What every block job asks of its disk. */
export function workableNeed(world: World, disk: string): Precondition {
  return {
    what: `${guestIsUp(world)}, and ${disk} is a disk on local files or block devices without a job`,
    needs: { told: ['state'] },
  };
}
