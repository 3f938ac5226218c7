/** Makes the folder of a backup, and completes or removes it. libvirt and QEMU fill the images in between. */
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { virshLine } from '../command.ts';
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
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import { additionTo } from '../store/addition.ts';
import { type BackupManifest, type ManifestDisk, writeManifest } from '../store/manifest.ts';
import { backupStoreOf } from '../store/store.ts';
import type { BackupWatch } from './await-backup.ts';
import type { ComparedFiles } from './compared-files.ts';
import { manifestIn, nextOf, problemsOf, replaceManifest } from './draft-manifest.ts';
import type { GuestFreeze } from './guest-freeze.ts';
import type { MadeFiles } from './made-files.ts';
import { noteQuiesce } from './note-quiesce.ts';
import { uuidOf } from './observe.ts';
import { isHeld, LOCKED_ANSWER_MS } from './read-answer.ts';
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
  readonly compared: ComparedFiles;
  readonly watch: BackupWatch;
  readonly freeze: GuestFreeze;
  /** Waits for all events up to now; false where libvirt sends none. */
  settled(signal?: AbortSignal): Promise<boolean>;
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
    case 'arm-thaw':
      return place.freeze.arm(place.virsh, place.domain, effect);
    case 'note-quiesce':
      return noteQuiesce(place.io, place.freeze, effect, context);
    case 'await-backup':
      return place.watch.until({ ...place, effect, ...context });
    case 'digest-backup':
      return digestBackup(place, effect, context);
    case 'publish-backup':
      return publishBackup(place, effect, context);
    case 'discard-backup':
      return discardBackup(place, effect);
    case 'verify-image':
      return place.compared.compare(place.io, effect, context);
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
  { draft, name, sources, left, unfrozen }: DraftBackupEffect,
): Promise<BackupManifest> {
  const store = dirname(draft);
  const [uuid, version, folder, capacities] = await Promise.all([
    uuidOf(virsh, domain),
    virsh.run(['version', '--daemon']),
    io.readStore(store),
    Promise.all(Object.keys(sources).map((disk) => capacityOf(virsh, domain, disk))),
  ]);
  if (uuid === undefined) throw new EffectFailed(`libvirt no longer knows the domain "${domain}"`);
  if (!version.ok) throw new EffectFailed(`libvirt's version is unknown: ${version.error}`);
  const guest = { name: domain, uuid };
  const addition = folder ? additionTo(backupStoreOf(folder), guest, store) : { sequence: 1 };
  if ('obstacles' in addition) throw new EffectFailed(addition.obstacles[0].message);
  const { libvirt = '0', qemu = '0' } = readReleases(version.stdout);
  const now = new Date().toISOString();
  return {
    backup: 'blockplan/v1',
    ...{ name, domain, uuid, time: now },
    sequence: addition.sequence,
    quiesced: false,
    'not-quiesced': unfrozen ?? 'the plan does not freeze the file systems',
    ...{ libvirt, qemu, digest: 'sha256-1MiB', begun: now },
    disks: Object.entries(sources).map(([target, source], at) => ({
      ...{ target, file: imageName(target), mode: 'full', capacity: capacities[at] ?? 0, source },
    })),
    'left-out': Object.entries(left).map(([target, reason]) => ({ target, reason })),
  };
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

/** Writes the sums of each copy, and then the digests into the manifest. May be repeated. */
async function digestBackup(
  { io }: BackupPlace,
  { draft }: DigestBackupEffect,
  { signal, onProgress }: PerformContext,
): Promise<void> {
  const manifest = await manifestIn(io, draft);
  const disks: ManifestDisk[] = [];
  // The disks of the draft: those of the guest may have changed since.
  for (const disk of manifest.disks) {
    const sums = join(draft, sumsName(disk.target));
    await using former = await io.holdFile(sums);
    await former?.remove();
    const options = { ...(signal ? { signal } : {}), onProgress };
    const { root } = await io.digestImage(join(draft, disk.file), sums, options);
    disks.push({ ...disk, root });
  }
  await replaceManifest(io, draft, { ...manifest, disks });
}

/** Completes the manifest, syncs everything, and renames the folder. May be repeated. */
async function publishBackup(
  { io, made }: BackupPlace,
  { draft, to }: PublishBackupEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const stamp = made.stampAt(draft);
  if (!stamp) throw new EffectFailed(`${draft} was not created by this run, so it is left alone`);
  if (await io.stat(draft)) {
    const manifest = await manifestIn(io, draft);
    const bare = manifest.disks.find(({ root }) => root === undefined);
    if (bare) throw new EffectFailed(`the copy of ${bare.target} has no digest`);
    const disks = await Promise.all(manifest.disks.map((disk) => withLength(io, draft, disk)));
    await replaceManifest(io, draft, { ...manifest, disks, ended: new Date().toISOString() });
    const files = manifest.disks.flatMap(({ file, target }) => [file, sumsName(target)]);
    await io.sync([...files.map((file) => join(draft, file)), draft]);
  }
  // Recorded before it has the name: a run that dies in between knows the folder by both.
  await made.rename(draft, to, onMade);
  await io.moveFolder(draft, to, stamp);
}

/** The length shows later that an image was cut, without reading its data. */
async function withLength(io: HostIO, draft: string, disk: ManifestDisk): Promise<ManifestDisk> {
  const image = await io.stat(join(draft, disk.file));
  if (!image) throw new EffectFailed(`${join(draft, disk.file)} does not exist`);
  return { ...disk, length: image.length };
}

/** Removes the folder with all that a run puts into it. */
async function discardBackup(place: BackupPlace, effect: DiscardBackupEffect): Promise<void> {
  const { io, made } = place;
  const { draft } = effect;
  const stamp = made.stampAt(draft);
  if (!stamp) throw new EffectFailed(`${draft} was not created by this run, so it is left alone`);
  const { definition, manifest } = STORE_NAMES;
  const images = effect.disks.map((disk) => join(draft, imageName(disk)));
  const sums = effect.disks.map(sumsName);
  const names = [...effect.disks.map(imageName), ...sums, definition, nextOf(manifest), manifest];
  await untilClosed(place, images);
  await io.removeFolder(draft, stamp, names);
  made.forget(draft);
}

/**
 * Waits until nothing has one of the images open. QEMU closes the images of a backup that is over once libvirt collects the
 * job, shortly after libvirt no longer reports it, or later where libvirtd was restarted (seen on libvirt 9.0). No event
 * says so.
 * @throws EffectFailed where QEMU still has one open: libvirtd was killed before it closed it, and nothing in libvirt does it
 * afterwards (seen on libvirt 9.0, docs/libvirt-backup.md)
 */
async function untilClosed(
  { io, virsh, domain }: BackupPlace,
  images: readonly string[],
): Promise<void> {
  const deadline = performance.now() + CLOSE_LIMIT_MS;
  for (const image of images) {
    let users = await io.usersAt(image);
    while (users.length > 0 && performance.now() < deadline) {
      await delay(100);
      users = await io.usersAt(image);
    }
    if (users.some((user) => user.includes('(qemu-'))) {
      const nodes = ['qemu-monitor-command', '--domain', domain, '--hmp', 'info block -n'];
      throw new EffectFailed(
        `${image} is ${users.join(', ')}, so ${dirname(image)} is left alone. If libvirtd was killed, libvirt no longer closes it: shut down the guest, or close it as in docs/backups.md. To list what QEMU has open: ${virshLine({ connect: virsh.uri }, ...nodes)}`,
      );
    }
  }
}
