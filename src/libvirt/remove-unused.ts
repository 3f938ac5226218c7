/** The only way to remove or move a file: no chain in XML or in an image header names it, and no process has it open. */
import type { Driver } from '../commands/driver.ts';
import type { MoveFileEffect, RemoveFileEffect } from '../commands/effect.ts';
import type { FileStamp, HeldFile, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { includesFile, usersOf } from '../model/file-identity.ts';
import { type FormerFile, isFormer, replacedText } from '../model/former-file.ts';
import type { HostState } from '../model/host-state.ts';
import { unsearchedText } from '../model/stray-overlay.ts';
import { FormerLayers } from './former-layers.ts';
import { filesAtNextStart } from './own-headers.ts';
import { unsearchedIn } from './stray-overlays.ts';
import { syncDefinitions } from './synced-definition.ts';

interface RemovalTerms extends Pick<RemoveFileEffect, 'former'> {
  /** Checks that the run itself made the file, and throws otherwise. */
  own?(held: HeldFile): Promise<void>;
  /** The files that hold its data now: they are synced to their storage first. */
  readonly dataIn?: readonly string[];
  /** The files that were in the guest's chains before: no overlay among them needs the file. */
  readonly layers?: FormerLayers;
  /** Reports what could not be checked. */
  onNotice?(message: string): void;
}

/**
 * Removes a file once it is proven unused; a file that is already gone is no error.
 * @param state the domain as it was just observed
 * @throws EffectFailed, without touching the file, when anything still needs it
 */
export async function removeUnused(
  io: HostIO,
  file: string,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
  { own, former, dataIn = [], ...terms }: RemovalTerms = {},
): Promise<void> {
  await using held = await io.holdFile(file);
  if (!held) return;
  await own?.(held);
  await refuseOther(io, file, held, former);
  await syncData(io, dataIn, file);
  const made = own ? await held.stamp() : undefined;
  await refuseUsed(io, file, held, state, driver, { ...terms, ...(made ? { made } : {}) });
  await syncDefinitions(io, state, file);
  await held.remove();
}

/**
 * Moves a file once it is proven unused; one that has already been moved there is no error.
 * @param state the domain as it was just observed
 * @throws EffectFailed, without touching the file, when anything still needs it, or it cannot be moved without copying
 */
export async function moveUnused(
  io: HostIO,
  { file, to, former }: Pick<MoveFileEffect, 'file' | 'to' | 'former'>,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
  terms: Pick<RemovalTerms, 'layers' | 'onNotice'> = {},
): Promise<void> {
  await using held = await io.holdFile(file);
  if (held) {
    await refuseOther(io, file, held, former);
    await refuseUsed(io, file, held, state, driver, terms);
    await syncDefinitions(io, state, file);
    await held.moveTo(to);
    return;
  }
  const moved = await io.stat(to);
  if (!moved) throw new EffectFailed(`${file} does not exist`);
  if (former && !isFormer(former, moved))
    throw new EffectFailed(`${to} is another file than ${file} was`);
}

/**
 * Proves that nothing uses the files, as for a removal, and touches none.
 * @param state the domain as it was just observed
 * @throws EffectFailed when anything needs one of them
 */
export async function proveUnused(
  io: HostIO,
  files: readonly string[],
  state: HostState,
  driver: Pick<Driver, 'survey'>,
): Promise<void> {
  for (const file of files) {
    await using held = await io.holdFile(file);
    if (held) await refuseUsed(io, file, held, state, driver);
  }
}

/** @throws EffectFailed where the file is not the former one */
async function refuseOther(
  io: HostIO,
  file: string,
  held: HeldFile,
  former: FormerFile | undefined,
): Promise<void> {
  const found = former && (await held.stamp());
  if (found && !isFormer(former, { ...(await io.stat(file)), ...found }))
    throw new EffectFailed(`${replacedText(file)}, so it is left alone`);
}

/**
 * Syncs the files that hold the data of another one before that is removed.
 * @throws EffectFailed where the data does not reach the storage
 */
async function syncData(io: HostIO, files: readonly string[], removed: string): Promise<void> {
  const local = files.filter((file) => file.startsWith('/'));
  try {
    await io.sync(local);
  } catch (error) {
    const { message } = error as Error;
    throw new EffectFailed(
      `${local.join(', ')} cannot be synced to storage (${message}), so ${removed} is left alone`,
    );
  }
}

/**
 * @param made the stamp of a file that the run has made at a free path
 * @throws EffectFailed when anything still needs the file
 */
async function refuseUsed(
  io: HostIO,
  file: string,
  held: HeldFile,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
  {
    made,
    layers = new FormerLayers(),
    onNotice,
  }: { readonly made?: FileStamp } & Pick<RemovalTerms, 'layers' | 'onNotice'> = {},
): Promise<void> {
  if ((await held.identity()) !== (await io.inspectFile(file))?.identity)
    throw leftAlone(file, 'was replaced by another file during the check');
  const surveyed = await driver.survey(state, [file], { usersOnly: true });
  const users = usersOf(surveyed, file);
  if (users.length > 0) throw leftAlone(file, `is in the chain of ${users.join(', ')}`);
  const unread = surveyed.others.flatMap((other) => other.unread);
  if (unread.length > 0)
    throw leftAlone(file, `may be used by ${unread.join(', ')}, which cannot be read`);
  // The files that QEMU has open may differ from those that the next start will read.
  const next = await filesAtNextStart(io, state.domain);
  if (includesFile(await io.inspectFiles([file, ...next.files]), next.files, file))
    throw leftAlone(file, `is read at the next start of ${state.domain.name}`);
  const unknown = await changedSince(io, next.unread, file, made);
  if (unknown.length > 0)
    throw leftAlone(file, `may be used by ${unknown.join(', ')}, which cannot be read`);
  const above = await layers.overlaysAbove(io, file);
  const [overlay] = above.overlays;
  if (overlay) throw leftAlone(file, `is the backing file of ${overlay.file}`);
  const unsearched = unsearchedIn(surveyed, above);
  if (unsearched.length > 0) onNotice?.(unsearchedText([file], unsearched));
  const open = await held.openers();
  if (open.length > 0) throw leftAlone(file, `is open in ${open.join(', ')}`);
}

/**
 * The files that may name what was made: one that is missing, or has not changed since before that, does not. The times of
 * other file systems come from other clocks, and that of a device says nothing about its content.
 */
async function changedSince(
  io: HostIO,
  files: readonly string[],
  own: string,
  made: FileStamp | undefined,
): Promise<readonly string[]> {
  if (made === undefined || made.born === '0') return files;
  const [itself, ...found] = await Promise.all([own, ...files].map((file) => io.stat(file)));
  return files.filter((_file, at) => {
    const there = found[at];
    if (!there) return false;
    const isComparable = there.kind === 'file' && there.device === itself?.device;
    return !isComparable || BigInt(there.changed) >= BigInt(made.born);
  });
}

function leftAlone(file: string, why: string): EffectFailed {
  return new EffectFailed(`${file} ${why}, so it is left alone`);
}
