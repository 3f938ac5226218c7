/** Verifies backups: compares their disks with the checksums, checks their images, and writes down the result. */
import { join } from 'node:path';
import type { VerifyBackupsEffect } from '../commands/backup-effect.ts';
import type { PerformContext } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';
import {
  type BackupStore,
  STORE_NAMES,
  type StoredBackup,
  type StoredDisk,
  sumsName,
  type VerifiedDisk,
} from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { diskChain } from '../store/chain.ts';
import { LATEST } from '../store/names.ts';
import { backupStoreOf } from '../store/store.ts';
import { damageText, writeVerification } from '../store/verification.ts';
import { withStoreLocked } from './locked-store.ts';
import { replaceText } from './replaced-text.ts';

type Context = Pick<PerformContext, 'folder' | 'signal' | 'onProgress' | 'onNotice'>;

interface Place {
  readonly io: HostIO;
  readonly store: string;
  readonly context: Context;
  /** What `qemu-img check` has found in each image so far; several backups share an image. */
  readonly checked: Map<string, string | undefined>;
}

/**
 * The store stays locked for other readers only. Nothing but the results is written.
 * @throws EffectFailed where a backup is damaged, or cannot be verified; all others are verified before
 */
export function verifyBackups(
  io: HostIO,
  { store, backup, guest }: VerifyBackupsEffect,
  context: Context,
): Promise<void> {
  const purpose = { store, mode: 'shared', purpose: 'backup-verify' } as const;
  return withStoreLocked(io, purpose, context, async () => {
    const folder = await io.readStore(store);
    if (!folder) throw new EffectFailed(`the backup store ${store} does not exist`);
    const read = backupStoreOf(folder);
    const chosen = chosenBackups(read, backup, guest, store);
    const place = { io, store, context, checked: new Map<string, string | undefined>() };
    const damaged: Damaged[] = [];
    for (const each of chosen) {
      const found = await verifyBackup(place, read, each);
      if (found) damaged.push(found);
    }
    if (damaged.length > 0) throw new EffectFailed(summaryOf(store, chosen.length, damaged));
  });
}

/** @throws EffectFailed where there is none, or it is unknown which one is the newest */
function chosenBackups(
  { backups, findings }: BackupStore,
  name: string | undefined,
  guest: string,
  store: string,
): readonly StoredBackup[] {
  const unread = findings.find(({ severity }) => severity === 'error');
  if (unread) throw new EffectFailed(unread.message);
  const kept = backups.filter(({ dropped }) => !dropped);
  if (name === LATEST) {
    const unknown = kept.find(({ point }) => !point);
    if (unknown)
      throw new EffectFailed(
        `it is unknown which backup in ${store} is the newest: ${unknown.findings[0]?.message ?? `${unknown.name} has no manifest`}`,
      );
    const newest = kept.findLast(({ point }) => point?.uuid === guest);
    if (!newest) throw new EffectFailed(`${store} has no backup of this guest`);
    return [newest];
  }
  const chosen = name === undefined ? kept : kept.filter((each) => each.name === name);
  if (chosen.length === 0)
    throw new EffectFailed(
      name === undefined ? `${store} has no backups` : `${store} has no backup "${name}"`,
    );
  return chosen;
}

/** A backup that is damaged, or cannot be verified. */
interface Damaged {
  readonly name: string;
  /** Clauses. */
  readonly problems: readonly string[];
}

function summaryOf(store: string, count: number, damaged: readonly Damaged[]): string {
  const [first, ...others] = damaged;
  if (first && count === 1)
    return `the backup ${first.name} in ${store} is damaged: ${first.problems.join('; ')}`;
  const texts = damaged.map(({ name, problems }) => `${name}: ${problems.join('; ')}`);
  return `${damaged.length} of ${count} backups in ${store} ${others.length === 0 ? 'is' : 'are'} damaged. ${texts.join('. ')}`;
}

/** @returns what is wrong with it; undefined if nothing is */
async function verifyBackup(
  place: Place,
  store: BackupStore,
  backup: StoredBackup,
): Promise<Damaged | undefined> {
  const { name, point, disks, findings } = backup;
  if (!point) return { name, problems: [findings[0]?.message ?? 'it has no manifest'] };
  const results: VerifiedDisk[] = [];
  for (const disk of disks) {
    const { target, root = '' } = disk;
    const problem = disk.broken?.problem ?? (await problemOf(place, store, name, disk));
    results.push({ target, root, ...(problem === undefined ? {} : { problem }) });
  }
  await record(place, name, results);
  const problems = results.flatMap(({ problem }) => problem ?? []);
  return problems.length === 0 ? undefined : { name, problems };
}

/** Reads the whole disk, also where the check has found an error: then the report can also name the damaged part. */
async function problemOf(
  { io, store, context, checked }: Place,
  read: BackupStore,
  name: string,
  disk: StoredDisk,
): Promise<string | undefined> {
  const { target, root = '' } = disk;
  const images = diskChain(read, name, target).map((link) =>
    join(store, link.backup, link.disk.file),
  );
  for (const image of images)
    if (!checked.has(image)) checked.set(image, await checkImage(io, image, context.signal));
  const faults = images.flatMap((image) => checked.get(image) ?? []);
  const sums = sumsName(target);
  const options = {
    ...(context.signal ? { signal: context.signal } : {}),
    onProgress: context.onProgress,
  };
  try {
    const found = await io.compareImage(
      join(store, name, disk.file),
      join(store, name, sums),
      options,
    );
    const damage = damageText({ target, root }, sums, found);
    const all = [
      ...(damage === undefined ? [] : [damage]),
      ...faults.map((each) => faulty(target, each)),
    ];
    return all.length === 0 ? undefined : all.join(', and ');
  } catch (error) {
    if (!(error instanceof EffectFailed) || faults.length === 0) throw error;
    return [...faults.map((each) => faulty(target, each)), error.message].join(', and ');
  }
}

function faulty(target: string, fault: string): string {
  return `an image of ${target} is damaged: ${fault}`;
}

/** `qemu-img check` exits with 2 where an image is corrupt, and with 3 where it only takes more space than it needs. */
const ACCEPTED: readonly (number | undefined)[] = [0, 3];

/**
 * @returns what is wrong with an image, as a clause
 * @throws EffectFailed where the check could not run; the signal's reason if it aborts
 */
async function checkImage(
  io: HostIO,
  image: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const options = { tied: true as const, ...(signal ? { signal } : {}) };
  const result = await io.run(['qemu-img', 'check', '-q', '-f', 'qcow2', image], options);
  signal?.throwIfAborted();
  if (ACCEPTED.includes(result.code)) return undefined;
  const [said = ''] = result.stderr
    .split('\n')
    .map((line) => line.replace(/^qemu-img: /, '').trim())
    .filter(Boolean);
  if (result.code === undefined)
    throw new EffectFailed(
      `${image} could not be checked by qemu-img: ${said || 'it did not end by itself'}`,
    );
  return `${image} has errors, according to qemu-img check${said === '' ? '' : ` (${said})`}`;
}

/** Without its record, a verification that found nothing is not lost: the run succeeds, and says so. */
async function record(
  { io, store, context }: Place,
  name: string,
  disks: readonly VerifiedDisk[],
): Promise<void> {
  const path = join(store, name, STORE_NAMES.verification);
  const time = new Date().toISOString();
  try {
    await replaceText(io, path, writeVerification({ time, disks }));
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    context.onNotice?.(
      `the result of the verification of ${name} cannot be recorded: ${error.message}`,
    );
  }
}
