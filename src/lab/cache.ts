import { join } from 'node:path';

/** Where the lab keeps what is costly to make again: the guest kit and libvirt's knowledge of QEMU. */
export function cacheFolder(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return base === undefined || base === ''
    ? '/var/cache/blockplan/lab'
    : join(base, 'blockplan', 'lab');
}
