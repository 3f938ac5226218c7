/** Makes the folder of a backup, and completes or removes it. libvirt and QEMU fill the images in between. */
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { virshLine } from '../command.ts';
import type {
  BackupEffect,
  DigestBackupEffect,
  DiscardBackupEffect,
  PublishBackupEffect,
  RetireCheckpointsEffect,
} from '../commands/backup-effect.ts';
import { checkpointDelete } from '../commands/checkpoint.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import { imageName, STORE_NAMES, sumsName } from '../model/backup-store.ts';
import { readCheckpointXml } from '../model/checkpoint-xml.ts';
import { CommandBusy, EffectFailed } from '../model/effect-failed.ts';
import type { BackupManifest, ManifestDisk } from '../store/manifest.ts';
import type { Answer } from './answer.ts';
import type { BackupPlace } from './backup-place.ts';
import { draftBackup } from './draft-backup.ts';
import { manifestIn, replaceManifest } from './draft-manifest.ts';
import { noteQuiesce } from './note-quiesce.ts';
import { performPrune } from './prune-backups.ts';
import { isHeld, LOCKED_ANSWER_MS } from './read-answer.ts';
import { nextOf, replaceText } from './replaced-text.ts';
import { verifyBackups } from './verify-backups.ts';

/** How long QEMU may take to close the images. The removal refuses an image that is still open then. */
const CLOSE_LIMIT_MS = 30_000;

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
    case 'retire-checkpoints':
      return retireCheckpoints(place, effect, context);
    case 'verify-image':
      return place.compared.compare(place.io, effect, context);
    case 'verify-backups':
      return verifyBackups(place.io, effect, context);
    case 'mark-prune':
    case 'remove-pruned':
    case 'unmark-prune':
      return performPrune(effect, place, context);
  }
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
    const options = { ...(signal ? { signal } : {}), onProgress, ...below(draft, manifest, disk) };
    const { root } = await io.digestImage(join(draft, disk.file), sums, options);
    disks.push({ ...disk, root });
  }
  await replaceManifest(io, draft, { ...manifest, disks });
}

/** The sums below an increment: only what it holds is hashed. */
function below(
  draft: string,
  { parent }: BackupManifest,
  { target, 'parent-root': root }: ManifestDisk,
): Pick<NonNullable<Parameters<HostIO['digestImage']>[2]>, 'below'> {
  return parent === undefined || root === undefined
    ? {}
    : { below: { sums: join(dirname(draft), parent, sumsName(target)), root } };
}

/** Completes the manifest, syncs everything, and renames the folder. May be repeated. */
async function publishBackup(
  place: BackupPlace,
  { draft, to }: PublishBackupEffect,
  { onMade }: PerformContext,
): Promise<void> {
  const { io, made } = place;
  const stamp = made.stampAt(draft);
  if (!stamp) throw new EffectFailed(`${draft} was not created by this run, so it is left alone`);
  if (await io.stat(draft)) {
    const manifest = await manifestIn(io, draft);
    const bare = manifest.disks.find(({ root }) => root === undefined);
    if (bare) throw new EffectFailed(`the copy of ${bare.target} has no digest`);
    const disks = await Promise.all(manifest.disks.map((disk) => withLength(io, draft, disk)));
    const { time = manifest.time } = await checkpointTime(place, manifest);
    const ended = new Date().toISOString();
    await replaceManifest(io, draft, { ...manifest, time, disks, ended });
    const files = manifest.disks.flatMap(({ file, target }) => [file, sumsName(target)]);
    await io.sync([...files.map((file) => join(draft, file)), draft]);
  }
  // Recorded before it has the name: a run that dies in between knows the folder by both.
  await made.rename(draft, to, onMade);
  await io.moveFolder(draft, to, stamp);
}

/**
 * When libvirt created the checkpoint of the backup: by that time it is known again, so that no other one of its name becomes a
 * parent.
 * @throws EffectFailed where it no longer exists
 */
async function checkpointTime(
  { virsh, domain }: BackupPlace,
  { checkpoint }: BackupManifest,
): Promise<{ readonly time?: string }> {
  if (checkpoint === undefined) return {};
  const named = ['--domain', domain, '--checkpointname', checkpoint];
  const { ok, stdout, error } = await virsh.run(['checkpoint-dumpxml', ...named, '--no-domain']);
  if (!ok) throw new EffectFailed(`the checkpoint ${checkpoint} cannot be read: ${error}`);
  const { created } = readCheckpointXml(stdout);
  if (created === undefined)
    throw new EffectFailed(`libvirt does not say when the checkpoint ${checkpoint} was created`);
  return { time: new Date(created * 1000).toISOString() };
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
 * libvirt refuses to delete a checkpoint that has lost a bitmap. With `--metadata` it would leave the other bitmaps in the
 * images, which QEMU would update forever. So the record is replaced first by one without the lost ones.
 * @throws EffectFailed where libvirt refuses to delete one of them
 */
async function retireCheckpoints(
  { io, virsh, domain }: BackupPlace,
  { checkpoints, records }: RetireCheckpointsEffect,
  { folder }: Pick<PerformContext, 'folder'>,
): Promise<void> {
  for (const name of checkpoints) {
    const words = ['checkpoint-delete', '--domain', domain, '--checkpointname', name];
    const record = records[name];
    if (record) {
      const file = join(folder, 'retired-checkpoint.xml');
      await replaceText(io, file, record);
      const replace = ['checkpoint-create', '--domain', domain, '--xmlfile', file, '--redefine'];
      requireDone(name, await virsh.run(replace, { timeoutMs: LOCKED_ANSWER_MS }));
    }
    const more = record === '' ? ['--metadata'] : [];
    requireDone(name, await virsh.run([...words, ...more], { timeoutMs: LOCKED_ANSWER_MS }));
  }
}

function requireDone(name: string, answer: Answer): void {
  if (answer.ok || checkpointDelete.isDone?.(answer.error)) return;
  const refusal = `the checkpoint ${name} was not deleted: ${answer.error}`;
  throw isHeld(answer.error) ? new CommandBusy(refusal) : new EffectFailed(refusal);
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
