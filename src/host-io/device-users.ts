/** Who uses a block device, according to the kernel: mounts, swap, and devices on top of it. Only reads. */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { goneAsNull } from './files.ts';

/** A block device in `/sys`. */
interface Device {
  readonly folder: string;
  /** `8:1`, as `/sys` and `/proc` write it. */
  readonly number: string;
  /** Its names in `/dev`: the kernel's, and device-mapper's. */
  readonly names: readonly string[];
}

/**
 * The users of the device, of its partitions or, for a partition, of the whole disk, as clauses that follow "it is".
 *
 * @param number of the device, as `8:1`
 * @param root another root folder for `/proc` and `/sys`, such as a recorded one
 */
export async function deviceUsers(number: string, root = '/'): Promise<string[]> {
  const folder = await goneAsNull(realpath(join(root, 'sys/dev/block', number)));
  if (folder === null) return [];
  const itself = await deviceAt(folder, number);
  const mounts = await mountsOf(root);
  const swaps = await swapFiles(root);
  const directly = (device: Device) => usersOf(device, mounts, swaps);
  const users = await directly(itself);
  for (const part of await partitionsOf(folder))
    for (const user of await directly(part))
      users.push(`a disk whose partition ${basename(part.folder)} is ${user}`);
  const whole = await wholeDisk(folder);
  if (whole)
    for (const user of await directly(whole))
      users.push(`a partition of ${basename(whole.folder)}, which is ${user}`);
  return users;
}

/** The files and devices that are used as swap (proc_swaps(5)). */
export async function swapFiles(root = '/'): Promise<string[]> {
  const table = (await goneAsNull(readFile(join(root, 'proc/swaps'), 'utf8'))) ?? '';
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => line.match(/^\S+/) ?? [])
    .map(unescaped);
}

async function usersOf(
  device: Device,
  mounts: readonly Mount[],
  swaps: readonly string[],
): Promise<string[]> {
  const { names, number, folder } = device;
  return [
    // A file system over several devices, such as btrfs, has its own number: there only the source identifies it.
    ...mounts
      .filter((mount) => mount.number === number || names.includes(mount.source))
      .map(({ at }) => `mounted at ${at}`),
    ...(swaps.some((file) => names.includes(file)) ? ['used as swap'] : []),
    ...(await holdersOf(folder)),
  ];
}

/** Devices on top of this one: device-mapper (LVM, LUKS, multipath), md, bcache (Linux, sysfs-block, `holders`). */
async function holdersOf(folder: string): Promise<string[]> {
  const names = (await goneAsNull(readdir(join(folder, 'holders')))) ?? [];
  return Promise.all(
    names.map(async (name) => {
      const mapped = await mappedName(join(folder, 'holders', name));
      return mapped === undefined ? `held by ${name}` : `held by ${name} (${mapped})`;
    }),
  );
}

async function deviceAt(folder: string, number: string): Promise<Device> {
  const mapped = await mappedName(folder);
  // In /sys a slash of a name is written as an exclamation mark.
  const kernel = basename(folder).replaceAll('!', '/');
  return {
    folder,
    number,
    names: [`/dev/${kernel}`, ...(mapped === undefined ? [] : [`/dev/mapper/${mapped}`])],
  };
}

async function mappedName(folder: string): Promise<string | undefined> {
  return (await goneAsNull(readFile(join(folder, 'dm/name'), 'utf8')))?.trim();
}

/** A partition's folder is inside its disk's folder, and contains a file `partition`. */
async function partitionsOf(folder: string): Promise<Device[]> {
  const entries = (await goneAsNull(readdir(folder, { withFileTypes: true }))) ?? [];
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => partitionAt(join(folder, name))),
  );
  return found.flatMap((device) => device ?? []);
}

async function partitionAt(folder: string): Promise<Device | undefined> {
  const isPartition = (await goneAsNull(readFile(join(folder, 'partition')))) !== null;
  const number = isPartition ? await devOf(folder) : undefined;
  return number === undefined ? undefined : deviceAt(folder, number);
}

async function wholeDisk(folder: string): Promise<Device | undefined> {
  const whole = dirname(folder);
  const number = (await partitionAt(folder)) ? await devOf(whole) : undefined;
  return number === undefined ? undefined : deviceAt(whole, number);
}

async function devOf(folder: string): Promise<string | undefined> {
  return (await goneAsNull(readFile(join(folder, 'dev'), 'utf8')))?.trim();
}

interface Mount {
  readonly number: string;
  readonly at: string;
  readonly source: string;
}

/** `36 35 98:0 /root /at rw,noatime master:1 - ext3 /dev/source rw` (proc_pid_mountinfo(5)). */
async function mountsOf(root: string): Promise<Mount[]> {
  const table = (await goneAsNull(readFile(join(root, 'proc/self/mountinfo'), 'utf8'))) ?? '';
  return table.split('\n').flatMap((line) => {
    const words = line.split(' ');
    const source = words[words.indexOf('-', 6) + 2];
    const [, , number, , at] = words;
    return number && at && source ? [{ number, at: unescaped(at), source: unescaped(source) }] : [];
  });
}

/** The kernel writes a space, a tab, a line break and a backslash of a path in octal. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
