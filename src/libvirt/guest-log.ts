/** What the log that libvirt keeps of a guest shows of its last stop. */
import { join } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';

export interface LastStop {
  /** `here`: no migration followed its last start. Absent if there is no log, or this user cannot read it. */
  readonly how?: 'migrated' | 'here';
  /** The path of the log; absent where the connection does not show it. */
  readonly log?: string;
}

/** How much of the end of a log is read: QEMU may write a lot after the guest's start. */
const READ_BYTES = 1024 * 1024;

/** The lines that libvirt itself writes into the log, with a time (libvirt, qemu_process.c). */
const MARK =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+0000: (?:starting up |shutting down, reason=(\w+))/gm;

/**
 * Reads the log of a guest. After a power loss it ends with the guest's start.
 * @param uri the connection, as libvirt reports it
 */
export async function lastStopOf(io: HostIO, uri: string, domain: string): Promise<LastStop> {
  const folder = logFolder(uri, io.caches);
  if (folder === undefined) return {};
  const log = join(folder, `${domain}.log`);
  // A log that is too long continues in a new file: virtlogd counts the former ones from 0, logrotate from 1.
  for (const file of [log, `${log}.0`, `${log}.1`]) {
    const read = await io.run(['tail', '-c', String(READ_BYTES), '--', file]);
    if (!read.ok && file === log) break;
    const last = [...read.stdout.matchAll(MARK)].at(-1);
    if (last) return { how: last[1] === 'migrated' ? 'migrated' : 'here', log };
  }
  return { log };
}

/**
 * The socket of a libvirt with its own prefix: its log is below the same prefix. virtqemud, the daemon for QEMU alone, has
 * the log where libvirtd has it.
 */
const SYSTEM_SOCKET = /^(.*?)(?:\/var)?\/run\/libvirt\/(?:libvirt|virtqemud)-sock(?:-ro)?$/;

/** The folder of the guests' logs; undefined where the connection does not show it. */
export function logFolder(uri: string, caches: string): string | undefined {
  const [, kind, query = ''] =
    /^qemu(?:\+unix)?:\/\/\/(system|session)(?:\?(.*))?$/.exec(uri) ?? [];
  if (kind === 'session') return join(caches, 'libvirt/qemu/log');
  // Among other parameters, such as "mode".
  const [, socket = '/run/libvirt/libvirt-sock'] = /(?:^|[&;])socket=([^&;]*)/.exec(query) ?? [];
  const prefix = kind === 'system' ? SYSTEM_SOCKET.exec(decoded(socket))?.[1] : undefined;
  return prefix === undefined ? undefined : join('/', prefix, 'var/log/libvirt/qemu');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
