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
  readonly checked: Map<string, Fault | undefined>;
}

/** What `qemu-img check` says against an image. */
interface Fault {
  /** A clause. */
  readonly text: string;
  /** Unset where it could not finish its check, which can have other reasons than the image. */
  readonly isDamage: boolean;
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
    const place = { io, store, context, checked: new Map<string, Fault | undefined>() };
    const failed: Failed[] = [];
    for (const each of chosen) {
      const found = await verifyBackup(place, read, each).catch((error: unknown): Failed => {
        if (!(error instanceof EffectFailed)) throw error;
        return { name: each.name, what: 'cannot be verified', problems: [error.message] };
      });
      if (found) failed.push(found);
    }
    if (failed.length > 0) throw new EffectFailed(summaryOf(store, chosen.length, failed));
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

/** A backup that was not found to be as it was made. */
interface Failed {
  readonly name: string;
  readonly what: 'is damaged' | 'cannot be verified';
  /** Clauses. */
  readonly problems: readonly string[];
}

function summaryOf(store: string, count: number, failed: readonly Failed[]): string {
  const textOf = ({ name, what, problems }: Failed, where = '') =>
    `${name}${where} ${what}: ${problems.join('; ')}`;
  const [first] = failed;
  return first && count === 1
    ? `the backup ${textOf(first, ` in ${store}`)}`
    : `${failed.length} of ${count} backups in ${store} failed the verification. ${failed.map((each) => textOf(each)).join('. ')}`;
}

/** @returns what is wrong with it; undefined if nothing is */
async function verifyBackup(
  place: Place,
  store: BackupStore,
  backup: StoredBackup,
): Promise<Failed | undefined> {
  const { name, point, disks, findings } = backup;
  if (!point)
    return {
      ...{ name, what: 'cannot be verified' },
      problems: [findings[0]?.message ?? 'it has no manifest'],
    };
  const results: VerifiedDisk[] = [];
  for (const disk of disks) {
    const { target, root = '' } = disk;
    const problem = disk.broken?.problem ?? (await problemOf(place, store, name, disk));
    results.push({ target, root, ...(problem === undefined ? {} : { problem }) });
  }
  await record(place, name, results);
  const problems = results.flatMap(({ problem }) => problem ?? []);
  return problems.length === 0 ? undefined : { name, what: 'is damaged', problems };
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
    const [unfinished] = faults;
    // The data is whole, so the reason is more likely the machine than the image.
    if (damage === undefined && unfinished && !faults.some(({ isDamage }) => isDamage))
      throw new EffectFailed(unfinished.text);
    const all = [
      ...(damage === undefined ? [] : [damage]),
      ...faults.map((each) => faulty(target, each)),
    ];
    return all.length === 0 ? undefined : all.join(', and ');
  } catch (error) {
    if (!(error instanceof EffectFailed) || !faults.some(({ isDamage }) => isDamage)) throw error;
    return [...faults.map((each) => faulty(target, each)), error.message].join(', and ');
  }
}

function faulty(target: string, { text }: Fault): string {
  return `an image of ${target} is damaged: ${text}`;
}

/** The exit codes of `qemu-img check` (qemu-img(1)); with 3 an image only takes more space than it needs. */
const ACCEPTED: readonly (number | undefined)[] = [0, 3];
const CORRUPT = 2;
const UNFINISHED = 1;

/**
 * @returns what is wrong with an image
 * @throws EffectFailed where the check could not run; the signal's reason if it aborts
 */
async function checkImage(
  io: HostIO,
  image: string,
  signal: AbortSignal | undefined,
): Promise<Fault | undefined> {
  const options = { tied: true as const, ...(signal ? { signal } : {}) };
  const result = await io.run(['qemu-img', 'check', '-q', '-f', 'qcow2', image], options);
  signal?.throwIfAborted();
  if (ACCEPTED.includes(result.code)) return undefined;
  const [said = ''] = result.stderr
    .split('\n')
    .map((line) => line.replace(/^qemu-img: /, '').trim())
    .filter(Boolean);
  const why = said === '' ? '' : ` (${said})`;
  if (result.code === CORRUPT)
    return { text: `${image} has errors, according to qemu-img check${why}`, isDamage: true };
  const text = `${image} could not be checked by qemu-img${why}`;
  // An image that cannot be opened ends so too.
  if (result.code === UNFINISHED) return { text, isDamage: false };
  throw new EffectFailed(text);
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
