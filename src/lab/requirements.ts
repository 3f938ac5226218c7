/** What a lab host needs of the machine, looked at before one is started. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Debian's packages, each by a file of it that the lab uses; one of several places for what has moved between releases. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'libvirt-daemon': ['/usr/sbin/libvirtd'],
  'libvirt-daemon-driver-qemu': [
    '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so',
  ],
  'libvirt-clients': ['/usr/bin/virsh'],
  'qemu-system-x86': ['/usr/bin/qemu-system-x86_64'],
  'qemu-utils': ['/usr/bin/qemu-img'],
  e2fsprogs: inSbin('debugfs'),
  iproute2: ['/bin/ip', '/usr/bin/ip'],
  'util-linux': ['/usr/bin/unshare'],
  mount: ['/bin/mount', '/usr/bin/mount'],
};

function inSbin(name: string): string[] {
  return ['/sbin', '/usr/sbin'].map((folder) => join(folder, name));
}

/** Whether this process may make namespaces and mounts of its own. */
export function isPrivileged(): boolean {
  return process.getuid?.() === 0;
}

/** The names of Debian's packages that the lab would miss here, in alphabetical order; none where it can run. */
export async function missingPackages(): Promise<string[]> {
  const missing = await Promise.all(
    Object.entries(PACKAGES).map(async ([name, places]) => {
      const there = await Promise.all(places.map(isThere));
      return there.includes(true) ? [] : [name];
    }),
  );
  return missing.flat().sort();
}

function isThere(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}
