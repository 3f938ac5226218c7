/** The one way of removing a file, or of moving it: no chain names it, in XML or in an image header, and nobody has it open. */
import type { Driver } from '../commands/driver.ts';
import type { MoveFileEffect } from '../commands/effect.ts';
import type { HeldFile, HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { includesFile, usersOf } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { filesAtNextStart } from './own-headers.ts';

/**
 * Removes a file once it is proven unused; a file that is gone already is no failure.
 * @param state the domain as it has just been observed
 * @param allowed checks the file itself, and throws where it must stay
 * @throws EffectFailed, with the file left alone, when anything still needs it
 */
export async function removeUnused(
  io: HostIO,
  file: string,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
  allowed?: (held: HeldFile) => Promise<void>,
): Promise<void> {
  await using held = await io.holdFile(file);
  if (!held) return;
  await allowed?.(held);
  await refuseUsed(io, file, held, state, driver);
  await held.remove();
}

/**
 * Moves a file once it is proven unused; one that has been moved there already is no failure.
 * @param state the domain as it has just been observed
 * @throws EffectFailed, with the file left where it is, when anything still needs it, or it cannot be moved as it is
 */
export async function moveUnused(
  io: HostIO,
  { file, to }: Pick<MoveFileEffect, 'file' | 'to'>,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
): Promise<void> {
  await using held = await io.holdFile(file);
  if (held) {
    await refuseUsed(io, file, held, state, driver);
    await held.moveTo(to);
  } else if ((await io.inspectFile(to)) === null) {
    throw new EffectFailed(`${file} is not there`);
  }
}

/** @throws EffectFailed when anything still needs the file */
async function refuseUsed(
  io: HostIO,
  file: string,
  held: HeldFile,
  state: HostState,
  driver: Pick<Driver, 'survey'>,
): Promise<void> {
  if ((await held.identity()) !== (await io.inspectFile(file))?.identity)
    throw leftAlone(file, 'is another file than a moment ago');
  const surveyed = await driver.survey(state, [file]);
  const users = usersOf(surveyed, file);
  if (users.length > 0) throw leftAlone(file, `is in the chain of ${users.join(', ')}`);
  const unread = surveyed.others.flatMap((other) => other.unread);
  if (unread.length > 0)
    throw leftAlone(file, `may be below ${unread.join(', ')}, which cannot be read`);
  // What QEMU has open says nothing of what the next start will read.
  const next = await filesAtNextStart(io, state.domain);
  if (includesFile(await io.inspectFiles([file, ...next.files]), next.files, file))
    throw leftAlone(file, `is what the next start of ${state.domain.name} reads`);
  if (next.unread.length > 0)
    throw leftAlone(file, `may be below ${next.unread.join(', ')}, which cannot be read`);
  const open = await held.openers();
  if (open.length > 0) throw leftAlone(file, `is open in ${open.join(', ')}`);
}

function leftAlone(file: string, why: string): EffectFailed {
  return new EffectFailed(`${file} ${why}, so it is left alone`);
}
