/** Proves that nothing writes to an image and to the files below it while it is copied. */
import type { FileStat, HostIO, ProcessStamp } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isFormer } from '../model/former-file.ts';
import type { Layer } from '../model/host-state.ts';

/**
 * QEMU locks what it writes to, and qemu-img then refuses to read it. A guest's QEMU can keep a layer open for writing that it
 * no longer writes to. The emulator of the plan's guest may have any name.
 */
const GUEST = /\(qemu-(?:system|kvm)/;

/** Who cannot be seen counts by its writes. */
const UNSEEN = /^perhaps /;

/**
 * Copies an image, its chain and its data files.
 * @param guest the process of the plan's guest, where it is known
 * @throws EffectFailed where a process, a mount or another device has one of them for writing, or where one of them changes
 */
export async function copyUnchanged(
  io: HostIO,
  source: Layer,
  copy: () => Promise<void>,
  guest?: ProcessStamp,
): Promise<void> {
  const files = await filesOf(io, source);
  await refuseWriters(io, files, guest);
  const before = await Promise.all(files.map((file) => io.stat(file)));
  await copy();
  const after = await Promise.all(files.map((file) => io.stat(file)));
  const changed = files.find((_file, at) => !isSameContent(before[at], after[at]));
  if (changed !== undefined)
    throw new EffectFailed(
      `${changed} was changed while it was copied, so the copy is inconsistent`,
    );
  await refuseWriters(io, files, guest);
}

/** The files that are read: without the layers below, where the headers do not name them plainly. */
async function filesOf(io: HostIO, source: Layer): Promise<string[]> {
  const chain = (await io.readBackingChain(source)) ?? [source];
  const data = await Promise.all(
    chain.map(({ file, format }) => io.readDataFiles({ file, format })),
  );
  const files = [...chain.map(({ file }) => file), ...data.flatMap((each) => each.files)];
  return [...new Set(files)].filter((file) => file.startsWith('/'));
}

async function refuseWriters(
  io: HostIO,
  files: readonly string[],
  guest: ProcessStamp | undefined,
): Promise<void> {
  const isGuest = (user: string) =>
    GUEST.test(user) || (guest !== undefined && user.startsWith(`open in process ${guest.pid} (`));
  for (const file of files) {
    const users = await io.usersAt(file, 'writers');
    const writers = users.filter((user) => !isGuest(user) && !UNSEEN.test(user));
    if (writers.length > 0)
      throw new EffectFailed(`${file} is ${writers.join(', ')}, so a copy may be inconsistent`);
  }
}

/** A device has no time of its content. */
function isSameContent(was: FileStat | null | undefined, is: FileStat | null | undefined): boolean {
  if (!was || !is) return !was && !is;
  return isFormer(was, is) && was.written === is.written;
}
