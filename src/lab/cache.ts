import { join } from 'node:path';

/** Where the lab caches what is expensive to create: the guest kit and libvirt's capabilities of QEMU. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return base === undefined || base === ''
    ? '/var/cache/blockplan/lab'
    : join(base, 'blockplan', 'lab');
}
