/** Backup stores, as their files and as values. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localHost } from '../src/host-io/local-host.ts';
import type { BackupStore } from '../src/model/backup-store.ts';
import { listBackups } from '../src/store/listing.ts';
import { type BackupManifest, type ManifestDisk, writeManifest } from '../src/store/manifest.ts';
import { backupStoreOf } from '../src/store/store.ts';

export const UUID = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';
const MIB = 1024 * 1024;
export const CAPACITY = 5 * MIB;

export function rootOf(name: string, target = 'vda'): string {
  return createHash('sha256').update(`${name}/${target}`).digest('hex');
}

/** A disk of a backup that is named; with a parent it is incremental. */
export function storedDiskOf(name: string, parent?: string, target = 'vda'): ManifestDisk {
  return {
    target,
    file: `${target}.qcow2`,
    mode: parent === undefined ? 'full' : 'incremental',
    capacity: CAPACITY,
    source: `/images/web1-${target}.qcow2`,
    root: rootOf(name, target),
    ...(parent === undefined ? {} : { 'parent-root': rootOf(parent, target) }),
  };
}

/** The manifest of the backup number `sequence`, at two in the morning of that day. */
export function manifestOf(
  name: string,
  sequence: number,
  parent?: string,
  change: Partial<BackupManifest> = {},
): BackupManifest {
  const day = new Date(Date.UTC(2026, 10, sequence)).toISOString().slice(0, 10);
  return {
    backup: 'blockplan/v1',
    name,
    domain: 'web1',
    uuid: UUID,
    time: `${day}T02:00:00Z`,
    sequence,
    ...(parent === undefined ? {} : { parent }),
    checkpoint: name,
    quiesced: true,
    libvirt: '9.0.0',
    qemu: '7.2.22',
    digest: 'sha256-1MiB',
    begun: `${day}T02:00:00Z`,
    ended: `${day}T02:10:00Z`,
    disks: [storedDiskOf(name, parent)],
    ...change,
  };
}

/** Writes a backup with real images into a store. */
export function writeBackup(store: string, manifest: BackupManifest, ending = ''): void {
  const folder = join(store, `${manifest.name}${ending}`);
  mkdirSync(folder, { recursive: true });
  for (const { target, file, mode, capacity } of manifest.disks) {
    const backing = mode === 'full' ? [] : ['-b', `../${manifest.parent}/${file}`, '-F', 'qcow2'];
    execFileSync('qemu-img', [
      ...['create', '-q', '-u', '-f', 'qcow2', ...backing, join(folder, file), `${capacity}`],
    ]);
    writeFileSync(join(folder, `${target}.sums`), Buffer.alloc(32 * Math.ceil(capacity / MIB)));
  }
  writeFileSync(join(folder, 'definition.xml'), '<domain/>');
  writeFileSync(join(folder, 'manifest.json'), writeManifest(manifest));
}

/** A full backup, `mon`, and two increments, `tue` and `wed`. */
export const WEEK: readonly BackupManifest[] = [
  manifestOf('mon', 1),
  manifestOf('tue', 2, 'mon'),
  manifestOf('wed', 3, 'tue'),
];

export function writeStore(store: string, manifests: readonly BackupManifest[] = WEEK): void {
  mkdirSync(store, { recursive: true });
  for (const manifest of manifests) writeBackup(store, manifest);
}

/** Changes the manifest of a backup that was written. */
export function changeManifest(store: string, name: string, change: object): void {
  const file = join(store, name, 'manifest.json');
  const data = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...data, ...change }));
}

export async function storeIn(folder: string): Promise<BackupStore> {
  const read = await localHost.readStore(folder);
  if (!read) throw new Error(`${folder} is no folder`);
  return backupStoreOf(read);
}

/** A copy of a store after a change, in a new folder below `within`. */
export function copyStore(
  whole: string,
  within: string,
  change: (store: string) => void = () => {},
): string {
  const store = mkdtempSync(join(within, 'copy-'));
  cpSync(whole, store, { recursive: true });
  change(store);
  return store;
}

/** The state of each backup, oldest first, and the messages of its findings. */
export async function statesOf(store: string): Promise<Record<string, string>> {
  const { backups } = listBackups(await storeIn(store));
  return Object.fromEntries(
    backups
      .toReversed()
      .map(({ name, state, findings }) => [
        name,
        [state, ...findings.map(({ message }) => message)].join(': '),
      ]),
  );
}

/** Changes the backing file name in the header of a backup's image; nothing else of it. */
export function rebase(store: string, name: string, backing: string): void {
  const image = join(store, name, 'vda.qcow2');
  const format = backing === '' ? [] : ['-F', 'qcow2'];
  execFileSync('qemu-img', ['rebase', '-q', '-u', '-f', 'qcow2', '-b', backing, ...format, image]);
}
