/** The requirements of a lab host, checked before one is started. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Debian packages, each with a file of it that the lab uses, at one of several paths if it has moved between releases. */
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

/** Whether this process may create namespaces and mounts. */
export function isPrivileged(): boolean {
  return process.getuid?.() === 0;
}

/** The names of the Debian packages that the lab lacks here, in alphabetical order; empty if it can run. */
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
