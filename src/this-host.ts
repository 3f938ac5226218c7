/**
 * Tells the machine that blockplan runs on from others that write the same kind of records. Every room except model may
 * import this file.
 */
import { createHmac } from 'node:crypto';
import { readFileSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';

/** A machine, as a record names it. */
export interface KnownHost {
  readonly host: string;
  /** See `hostIdOf`; absent where an older version wrote the record. */
  readonly hostId?: string;
}

export function thisHost(): Required<KnownHost> {
  return { host: hostname(), hostId: hostIdOf(machineId()) };
}

/** The id of this machine (machine-id(5)); empty where it has none. */
export function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** What records show of a machine id, which must not be published itself (machine-id(5)); empty where there is none. */
export function hostIdOf(machine: string): string {
  if (machine === '') return '';
  return createHmac('sha256', machine).update('blockplan').digest('hex').slice(0, 32);
}

/** The machine in a record; undefined where the record names none. */
export function recordedHost({ host, hostId }: Partial<KnownHost>): KnownHost | undefined {
  return host === undefined ? undefined : { host, ...(hostId === undefined ? {} : { hostId }) };
}

/**
 * Whether a record is of this machine: it has this machine's id or, where one of the two is unknown, its name. Copies of a
 * virtual machine have one id, so unless the record is on a local disk, the name must match as well.
 * @param path of the record, or of its folder; without it, the name must match
 */
export function isThisHost({ host, hostId }: KnownHost, path?: string): boolean {
  const here = thisHost();
  const isNamed = host === here.host;
  if (!hostId || !here.hostId) return isNamed;
  return hostId === here.hostId && (isNamed || (path !== undefined && isLocal(path)));
}

/** ext2 to ext4, XFS, JFS, Btrfs, ZFS, F2FS, bcachefs, overlayfs and tmpfs (statfs(2)): one machine at a time mounts them. */
const LOCAL_FILE_SYSTEMS = [
  ...[0xef53, 0x58465342, 0x3153464a, 0x9123683e, 0x2fc12fc1],
  ...[0xf2f52010, 0xca451a4e, 0x794c7630, 0x01021994],
];

function isLocal(path: string): boolean {
  return LOCAL_FILE_SYSTEMS.includes(statfsSync(path).type);
}
