/** What `blockplan browse` prints: the sockets on which the disks of a backup are served, and how to look inside. */
import { type Command, commandLine } from '../command.ts';
import type { Finding } from '../errors.ts';
import type { NbdDevices } from '../model/nbd-devices.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import { timeText } from '../time-text.ts';
import { palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { jsonText } from './json.ts';
import { tableLines } from './table.ts';
import { wrapped } from './width.ts';

/** A backup whose disks are served. */
export interface BrowsedBackup {
  /** The absolute path of the store. */
  readonly store: string;
  readonly backup: string;
  readonly domain: string;
  /** ISO 8601, in UTC. */
  readonly time: string;
  readonly quiesced: boolean;
  readonly disks: readonly BrowsedDisk[];
}

export interface BrowsedDisk {
  readonly target: string;
  /** The size of the disk in bytes. */
  readonly capacity: number;
  readonly socket: string;
  /** The address of the export, for programs that know NBD. */
  readonly uri: string;
}

/** The commands that a person types. */
export interface BrowseCommands {
  /** What they use: the kernel's devices, or libguestfs. */
  readonly program: 'nbd-client' | 'guestmount';
  readonly open: readonly Command[];
  readonly close: readonly Command[];
}

/** Where file systems are mounted in the commands; it exists everywhere. */
const MOUNT_POINT = '/mnt';

/** The address of an export without a name on a socket (the NBD URI specification). */
export function nbdUri(socket: string): string {
  return `nbd+unix:///?socket=${socket.split('/').map(encodeURIComponent).join('/')}`;
}

/** @param nbd the devices to use; undefined where there are none, so that libguestfs is used */
export function browseCommands(
  disks: readonly BrowsedDisk[],
  nbd: NbdDevices | undefined,
): BrowseCommands {
  return nbd ? nbdCommands(disks, nbd) : guestmountCommands(disks);
}

function nbdCommands(
  disks: readonly BrowsedDisk[],
  { isLoaded, devices }: NbdDevices,
): BrowseCommands {
  return {
    program: 'nbd-client',
    open: [
      ...(isLoaded ? [] : [commandLine('modprobe', 'nbd')]),
      ...disks.map(({ socket }, at) =>
        commandLine('nbd-client', '-unix', socket, devices[at] ?? '', '-readonly'),
      ),
      commandLine('lsblk', '--fs', ...devices),
      // A journal cannot be replayed on a device that is read-only.
      commandLine('mount', '-o', 'ro,norecovery', `${devices[0]}p1`, MOUNT_POINT),
    ],
    close: [
      commandLine('umount', MOUNT_POINT),
      ...devices.map((device) => commandLine('nbd-client', '-d', device)),
    ],
  };
}

function guestmountCommands(disks: readonly BrowsedDisk[]): BrowseCommands {
  const added = disks.flatMap(({ uri }) => ['-a', uri]);
  // libvirt would start its appliance as a user who cannot enter the folder of the sockets.
  const start = ['env', 'LIBGUESTFS_BACKEND=direct', 'guestmount', '--ro', '--format=raw'] as const;
  return {
    program: 'guestmount',
    open: [commandLine(...start, ...added, '-i', MOUNT_POINT)],
    close: [commandLine('guestunmount', MOUNT_POINT)],
  };
}

/**
 * One line, in the shape of `schemas/browse.schema.json`.
 * @param findings the warnings, without the guest's secrets
 */
export function browseJson(
  backup: BrowsedBackup,
  commands: BrowseCommands,
  findings: readonly Finding[],
): string {
  return `${jsonText({ format: 'blockplan-browse/v1', ...backup, ...commands, findings })}\n`;
}

/** @param columns the width at which sentences wrap; commands and the table never do */
export function renderBrowse(
  backup: BrowsedBackup,
  commands: BrowseCommands,
  color: boolean,
  columns: number,
): string {
  const { bold, cyan } = palette(color);
  const { domain, time, store, disks } = backup;
  const sentences = (text: string) => wrapped(text, columns);
  const typed = (lines: readonly Command[]) => [
    '',
    ...lines.map((line) => `  ${cyan(promptedCommand(line))}`),
    '',
  ];
  const rows = disks.map(({ target, capacity, socket }) => ({
    cells: [printable(target), sizeText(capacity), printable(socket)],
    paint: bold,
  }));
  const where = `of ${timeText(time)} in ${printable(store)}`;
  return [
    `${bold(printable(`${domain}, backup ${backup.backup}`))} ${where}, read-only:`,
    ...tableLines(['DISK', 'SIZE', 'SOCKET'], rows, color),
    '',
    ...sentences('To look inside, type in another terminal:'),
    ...typed(commands.open),
    ...sentences(noteOn(commands, backup)),
    '',
    ...sentences('To leave, type:'),
    ...typed(commands.close),
    ...sentences('Then press Ctrl-C here.'),
    '',
  ].join('\n');
}

function noteOn({ program }: BrowseCommands, { quiesced }: BrowsedBackup): string {
  if (program === 'guestmount')
    return `Use any empty folder instead of ${MOUNT_POINT}. guestmount is in the Debian package libguestfs-tools.`;
  const frozen = quiesced
    ? ''
    : ' The file systems were not frozen for this backup: without recovery, the newest changes may be missing.';
  return `Mount the partition that lsblk shows. Use norecovery for ext4 and XFS only.${frozen} nbd-client is in the Debian package nbd-client.`;
}
