/** The disks that a restore step makes, from what a host state says of the backup store. */
import { join } from 'node:path';
import type { BrokenImage } from '../model/backup-store.ts';
import { type CopySpace, copySource, spaceOfCopy } from '../model/copy-space.ts';
import { setDiskSource } from '../model/domain-xml.ts';
import type { HostState } from '../model/host-state.ts';
import { storeIn } from '../model/known-stores.ts';
import { diskChain } from '../store/chain.ts';
import { backupNamed } from './requirements/backup.ts';

/** What a step restores. */
export interface Restored {
  readonly store: string;
  readonly backup: string;
  /** The targets of the disks; all of the backup by default. */
  readonly disks?: readonly string[];
  /** The folder of the new files. */
  readonly dest: string;
}

/** A disk of the backup, and the file that it is restored to. */
export interface RestoredDisk {
  readonly target: string;
  readonly file: string;
  /** The images that it is read from, the topmost first. */
  readonly layers: readonly string[];
  /** In bytes. */
  readonly capacity: number;
  /** The digest of its content; absent if the backup has none. */
  readonly root?: string;
  /** Set if one of its images is missing or does not match. */
  readonly broken?: BrokenImage;
}

/** The backup that the step reads, with what tells its content from that of another one of the same name. */
export function restoredContent(params: Restored, state: HostState) {
  const store = storeIn(state, params.store);
  const backup = store ? backupNamed(store, state, params.backup) : undefined;
  return backup
    ? {
        name: backup.name,
        sequence: backup.point?.sequence ?? 'unknown',
        disks: restoredDisks(params, state).map(({ target, capacity, root = 'unknown' }) => ({
          ...{ target, capacity, root },
        })),
      }
    : undefined;
}

/** The disks of the backup that the step restores; none if the host state does not show them. */
export function restoredDisks(params: Restored, state: HostState): readonly RestoredDisk[] {
  const store = storeIn(state, params.store);
  const backup = store ? backupNamed(store, state, params.backup) : undefined;
  if (!store || !backup) return [];
  // The path must not leave the folder, whatever names libvirt accepts.
  const guest = state.domain.name.replaceAll('/', '_');
  return backup.disks
    .filter(({ target }) => params.disks?.includes(target) ?? true)
    .map(({ target, capacity, root, broken }) => ({
      ...{ target, capacity },
      file: join(params.dest, `${guest}-${backup.name}-${target}.qcow2`),
      layers: diskChain(store, backup.name, target).map((link) =>
        join(params.store, link.backup, link.disk.file),
      ),
      ...(root === undefined ? {} : { root }),
      ...(broken ? { broken } : {}),
    }));
}

/** The space that the restored file takes. */
export function spaceOfRestored(state: HostState, { layers, capacity }: RestoredDisk): CopySpace {
  const chain = layers.map((file) => ({ file, format: 'qcow2' }));
  // `qemu-img convert` leaves out areas that hold only zeroes.
  return spaceOfCopy(copySource(state, chain, 'below', capacity), {
    format: 'qcow2',
    shrinks: true,
  });
}

/** The definition with the restored files; every other byte stays. The requirements have checked that it is possible. */
export function definitionWith(state: HostState, disks: readonly RestoredDisk[]): string {
  const { definition, name } = state.domain;
  if (definition === undefined) throw new Error(`"${name}" has no definition`);
  return disks.reduce(
    (xml, { target, file }) => setDiskSource(xml, target, { file, format: 'qcow2' }),
    definition,
  );
}
