/** Makes the folder of a backup that is not complete, with its first manifest and its images. */
import { dirname, join } from 'node:path';
import type { DraftBackupEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { type BackupStore, imageName, STORE_NAMES } from '../model/backup-store.ts';
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import { additionTo } from '../store/addition.ts';
import { type BackupManifest, type ManifestDisk, writeManifest } from '../store/manifest.ts';
import { backupStoreOf } from '../store/store.ts';
import type { BackupPlace } from './backup-place.ts';
import { problemsOf } from './draft-manifest.ts';
import { uuidOf } from './observe.ts';
import { isHeld, LOCKED_ANSWER_MS } from './read-answer.ts';
import { readReleases } from './survey.ts';
import type { Virsh } from './virsh.ts';

/** QEMU only enters the folder: libvirt hands it the images, and gives them back at the end. */
const FOLDER_MODE = 0o711;

/** @throws EffectFailed where the folder exists, or a part of it cannot be made */
export async function draftBackup(
  place: BackupPlace,
  effect: DraftBackupEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const { io, made } = place;
  const { draft, parent } = effect;
  // Before anything is made: if libvirt does not answer, or no reader would accept the manifest, nothing is left behind.
  const [manifest, definition] = await Promise.all([
    firstManifest(place, effect),
    definitionOf(place),
  ]);
  const text = writeManifest(manifest);
  const problems = problemsOf(text);
  if (problems.length > 0)
    throw new EffectFailed(`the manifest of this backup would be invalid: ${problems.join('; ')}`);
  await made.makeFolder(draft, FOLDER_MODE, onMade);
  await io.writeFile(join(draft, STORE_NAMES.manifest), text);
  await requireBasis(io, effect, manifest);
  await io.writeFile(join(draft, STORE_NAMES.definition), definition);
  for (const { file, capacity, mode } of manifest.disks) {
    const path = join(draft, file);
    // qemu-img would make it readable to everybody.
    await io.makeFile(path);
    // The name is relative, so that the store can be copied and moved as a whole. QEMU does not open what is below.
    const backing = mode === 'full' ? [] : ['-b', `../${parent}/${file}`, '-F', 'qcow2'];
    const words = ['create', '-q', '-f', 'qcow2', ...backing, path, String(capacity)];
    const result = await io.run(['qemu-img', ...words]);
    if (!result.ok) throw new EffectFailed(result.stderr.replace(/^qemu-img: /, ''));
  }
}

async function firstManifest(
  { io, virsh, domain }: BackupPlace,
  effect: DraftBackupEffect,
): Promise<BackupManifest> {
  const { draft, name, sources, left, parent, checkpoint } = effect;
  const path = dirname(draft);
  const [uuid, version, folder, capacities] = await Promise.all([
    uuidOf(virsh, domain),
    virsh.run(['version', '--daemon']),
    io.readStore(path),
    Promise.all(Object.keys(sources).map((disk) => capacityOf(virsh, domain, disk))),
  ]);
  if (uuid === undefined) throw new EffectFailed(`libvirt no longer knows the domain "${domain}"`);
  if (!version.ok) throw new EffectFailed(`libvirt's version is unknown: ${version.error}`);
  const guest = { name: domain, uuid };
  const store = folder ? backupStoreOf(folder) : undefined;
  const addition = store ? additionTo(store, guest, path) : { sequence: 1 };
  if ('obstacles' in addition) throw new EffectFailed(addition.obstacles[0].message);
  const { libvirt = '0', qemu = '0' } = readReleases(version.stdout);
  const now = new Date().toISOString();
  const disks = Object.entries(sources).map(([target, source], at): ManifestDisk => {
    const capacity = capacities[at] ?? 0;
    return {
      ...{ target, file: imageName(target), capacity, source },
      ...basisOf(effect, target, capacity, store),
    };
  });
  return {
    backup: 'blockplan/v1',
    ...{ name, domain, uuid, time: now },
    sequence: addition.sequence,
    ...(parent === undefined ? {} : { parent }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    quiesced: false,
    'not-quiesced': effect.unfrozen ?? 'the plan does not freeze the file systems',
    ...{ libvirt, qemu, digest: 'sha256-1MiB', begun: now },
    disks,
    'left-out': Object.entries(left).map(([target, reason]) => ({ target, reason })),
  };
}

/**
 * A prune that begins now finds the manifest, and keeps what it names. One that began before it was written did not.
 * @throws EffectFailed where a prune removes the parent, or the parent has changed
 */
async function requireBasis(
  io: HostIO,
  effect: DraftBackupEffect,
  { disks }: BackupManifest,
): Promise<void> {
  if (effect.parent === undefined) return;
  const folder = await io.readStore(dirname(effect.draft));
  const store = folder && backupStoreOf(folder);
  for (const { target, capacity } of disks) basisOf(effect, target, capacity, store ?? undefined);
}

/**
 * Whether the disk is an increment, and what it is made from.
 * @throws EffectFailed where the parent is not as it was when the plan was checked
 */
function basisOf(
  { parent, roots = {}, reasons = {} }: DraftBackupEffect,
  target: string,
  capacity: number,
  store: BackupStore | undefined,
): Pick<ManifestDisk, 'mode' | 'parent-root' | 'reason'> {
  const [root, reason] = [roots[target], reasons[target]];
  if (root === undefined) return { mode: 'full', ...(reason === undefined ? {} : { reason }) };
  const below = store?.backups
    .find(({ name, dropped }) => name === parent && !dropped)
    ?.disks.find((disk) => disk.target === target);
  if (!below || below.broken || below.root !== root)
    throw new EffectFailed(`${target} in the backup ${parent} is no longer as it was`);
  if (capacity < below.capacity)
    throw new EffectFailed(`${target} is smaller now than in the backup ${parent}`);
  return { mode: 'incremental', 'parent-root': root };
}

/** The size of a disk as the guest sees it now, in bytes. */
async function capacityOf(virsh: Virsh, domain: string, disk: string): Promise<number> {
  const query = ['domblkinfo', '--domain', domain, '--device', disk];
  const answer = await virsh.run(query, { timeoutMs: LOCKED_ANSWER_MS });
  const said = answer.ok ? answer.stdout : answer.error;
  const capacity = answer.ok ? /^Capacity:\s+(\d+)$/m.exec(said)?.[1] : undefined;
  const unknown = `the size of ${disk} is unknown: ${said}`;
  if (!answer.ok && isHeld(said)) throw new CommandBusy(unknown);
  if (capacity === undefined) throw new EffectFailed(unknown);
  return Number(capacity);
}

/** The definition with its passwords, or the live XML of a transient domain. */
async function definitionOf({ virsh, domain }: BackupPlace): Promise<string> {
  const words = ['dumpxml', '--domain', domain, '--security-info', '--inactive'];
  const { ok, stdout, error } = await virsh.run(words);
  if (!ok) throw new EffectFailed(`the definition cannot be read: ${error}`);
  return stdout;
}
