/** Makes the folder of a backup, and completes or removes it. libvirt and QEMU fill the images in between. */
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  BackupEffect,
  DigestBackupEffect,
  DiscardBackupEffect,
  DraftBackupEffect,
  PublishBackupEffect,
} from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { imageName, STORE_NAMES, sumsName } from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type BackupManifest, readManifest, writeManifest } from '../store/manifest.ts';
import { backupStoreOf } from '../store/store.ts';
import type { BackupWatch } from './await-backup.ts';
import type { MadeFiles } from './made-files.ts';
import { uuidOf } from './observe.ts';
import { readReleases } from './survey.ts';
import type { Virsh } from './virsh.ts';

/** QEMU only enters the folder: libvirt hands it the images, and gives them back at the end. */
const FOLDER_MODE = 0o711;

/** How long QEMU may take to close the images. The removal refuses an image that is still open then. */
const CLOSE_LIMIT_MS = 30_000;

export interface BackupPlace {
  readonly io: HostIO;
  readonly virsh: Virsh;
  readonly domain: string;
  readonly made: MadeFiles;
  readonly watch: BackupWatch;
}

/** Performs an effect of a backup; see there. */
export async function performBackup(
  effect: BackupEffect,
  place: BackupPlace,
  context: PerformContext,
): Promise<void> {
  switch (effect.tool) {
    case 'draft-backup':
      return draftBackup(place, effect, context);
    case 'await-backup':
      return place.watch.until({ ...place, effect, ...context });
    case 'digest-backup':
      return digestBackup(place, effect, context);
    case 'publish-backup':
      return publishBackup(place, effect, context);
    case 'discard-backup':
      return discardBackup(place, effect);
  }
}

/** @throws EffectFailed where the folder exists, or a part of it cannot be made */
async function draftBackup(
  place: BackupPlace,
  effect: DraftBackupEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const { io, made } = place;
  const { draft } = effect;
  // Asked before anything is made: what libvirt does not answer leaves nothing behind.
  const [manifest, definition] = await Promise.all([
    firstManifest(place, effect),
    definitionOf(place),
  ]);
  await made.makeFolder(draft, FOLDER_MODE, onMade);
  await io.writeFile(join(draft, STORE_NAMES.manifest), writeManifest(manifest));
  await io.writeFile(join(draft, STORE_NAMES.definition), definition);
  for (const { file, capacity } of manifest.disks) {
    const path = join(draft, file);
    // qemu-img would make it readable to everybody.
    await io.makeFile(path);
    const words = ['create', '-q', '-f', 'qcow2', path, String(capacity)] as const;
    const result = await io.run(['qemu-img', ...words]);
    if (!result.ok) throw new EffectFailed(result.stderr.replace(/^qemu-img: /, ''));
  }
}

async function firstManifest(
  { io, virsh, domain }: BackupPlace,
  { draft, name, sources, left }: DraftBackupEffect,
): Promise<BackupManifest> {
  const [uuid, version, folder, capacities] = await Promise.all([
    uuidOf(virsh, domain),
    virsh.run(['version', '--daemon']),
    io.readStore(dirname(draft)),
    Promise.all(Object.keys(sources).map((disk) => capacityOf(virsh, domain, disk))),
  ]);
  const { backups = [], drafts = [] } = folder ? backupStoreOf(folder) : {};
  const numbers = [...backups, ...drafts].map(({ point }) => point?.sequence ?? 0);
  const { libvirt = '0', qemu = '0' } = readReleases(version.stdout);
  const now = new Date().toISOString();
  return {
    backup: 'blockplan/v1',
    ...{ name, domain, uuid: uuid ?? '', time: now },
    sequence: Math.max(0, ...numbers) + 1,
    quiesced: false,
    'not-quiesced': 'the plan does not freeze the file systems',
    ...{ libvirt, qemu, digest: 'sha256-1MiB', begun: now },
    disks: Object.entries(sources).map(([target, source], at) => ({
      ...{ target, file: imageName(target), mode: 'full', capacity: capacities[at] ?? 0, source },
    })),
    'left-out': Object.entries(left).map(([target, reason]) => ({ target, reason })),
  };
}

/** The size of a disk as the guest sees it now, in bytes. */
async function capacityOf(virsh: Virsh, domain: string, disk: string): Promise<number> {
  const answer = await virsh.run(['domblkinfo', '--domain', domain, '--device', disk]);
  const capacity = /^Capacity:\s+(\d+)$/m.exec(answer.stdout)?.[1];
  if (!answer.ok || capacity === undefined)
    throw new EffectFailed(`the size of ${disk} is unknown: ${answer.error ?? answer.stdout}`);
  return Number(capacity);
}

/** The definition with its passwords, or the live XML of a transient domain. */
async function definitionOf({ virsh, domain }: BackupPlace): Promise<string> {
  const words = ['dumpxml', '--domain', domain, '--security-info', '--inactive'];
  const { ok, stdout, error } = await virsh.run(words);
  if (!ok) throw new EffectFailed(`the definition cannot be read: ${error}`);
  return stdout;
}

/** Writes the sums of each copy, and then the digests into the manifest. May be repeated. */
async function digestBackup(
  { io }: BackupPlace,
  { draft, disks }: DigestBackupEffect,
  { signal, onProgress }: PerformContext,
): Promise<void> {
  const roots = new Map<string, string>();
  for (const disk of disks) {
    const sums = join(draft, sumsName(disk));
    await using former = await io.holdFile(sums);
    await former?.remove();
    const options = { ...(signal ? { signal } : {}), onProgress };
    const { root } = await io.digestImage(join(draft, imageName(disk)), sums, options);
    roots.set(disk, root);
  }
  await changeManifest(io, draft, (manifest) => ({
    ...manifest,
    disks: manifest.disks.map((each) => ({ ...each, root: roots.get(each.target) ?? '' })),
  }));
}

/** Completes the manifest, syncs everything, and renames the folder. May be repeated. */
async function publishBackup(
  { io, made }: BackupPlace,
  { draft, to }: PublishBackupEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const stamp = made.stampAt(draft);
  if (!stamp) throw new EffectFailed(`${draft} was not made by this run, so it is left alone`);
  if (await io.stat(draft)) {
    await changeManifest(io, draft, (manifest) => {
      const bare = manifest.disks.find(({ root }) => root === undefined);
      if (bare) throw new EffectFailed(`the copy of ${bare.target} has no digest`);
      return { ...manifest, ended: new Date().toISOString() };
    });
    const { disks } = await manifestIn(io, draft);
    const files = disks.flatMap(({ file, target }) => [file, sumsName(target)]);
    await io.sync([...files.map((file) => join(draft, file)), draft]);
  }
  // Recorded before it has the name: a run that dies in between knows the folder by both.
  await made.rename(draft, to, onMade);
  await io.moveFolder(draft, to, stamp);
}

/** Removes the folder with all that a run puts into it. */
async function discardBackup(
  { io, made }: BackupPlace,
  { draft, disks }: DiscardBackupEffect,
): Promise<void> {
  const stamp = made.stampAt(draft);
  if (!stamp) throw new EffectFailed(`${draft} was not made by this run, so it is left alone`);
  await untilClosed(
    io,
    disks.map((disk) => join(draft, imageName(disk))),
  );
  const { definition, manifest } = STORE_NAMES;
  const files = disks.flatMap((disk) => [imageName(disk), sumsName(disk)]);
  await io.removeFolder(draft, stamp, [...files, definition, nextOf(manifest), manifest]);
  made.forget(draft);
}

/**
 * Waits until QEMU has closed the images of a backup that is over. It does so once libvirt collects the job, shortly after
 * libvirt no longer reports it; after a restart of libvirtd this takes longer (seen on libvirt 9.0). No event says so.
 */
async function untilClosed(io: HostIO, images: readonly string[]): Promise<void> {
  const deadline = Date.now() + CLOSE_LIMIT_MS;
  for (const image of images)
    while (Date.now() < deadline && (await io.usersAt(image)).length > 0) await delay(100);
}

function nextOf(file: string): string {
  return `${file}.new`;
}

async function manifestIn(io: HostIO, draft: string): Promise<BackupManifest> {
  const folder = await io.readStore(dirname(draft));
  const found = folder?.folders.find(({ name }) => join(dirname(draft), name) === draft)?.manifest;
  const read = found && 'text' in found ? readManifest(found.text) : undefined;
  if (!read || !('manifest' in read))
    throw new EffectFailed(`the manifest in ${draft} cannot be read`);
  return read.manifest;
}

async function changeManifest(
  io: HostIO,
  draft: string,
  change: (manifest: BackupManifest) => BackupManifest,
): Promise<void> {
  const path = join(draft, STORE_NAMES.manifest);
  const text = writeManifest(change(await manifestIn(io, draft)));
  const replaced = await io.stat(path);
  if (!replaced) throw new EffectFailed(`${path} does not exist`);
  const by = nextOf(path);
  const former = await io.stat(by);
  if (former) {
    await using held = await io.holdFile(by);
    await held?.remove();
  }
  await io.replaceFile(path, by, { replaced, by: await io.writeFile(by, text) });
}
