/** Reads an amount of data per second as virsh and libvirt spell it. */
import { codes } from '../codes.ts';
import { MIB, scaledBytes } from '../plan/scaled-amount.ts';
import { inputRefusal } from './read.ts';

/**
 * The bandwidth in bytes per second: `50` and `50M` are 50 MiB/s, `50MB` is 50,000,000 bytes/s, 0 is unlimited.
 * @throws BlockplanError invalidBandwidth
 */
export function bandwidthOf(word: string): number {
  const bytes = /^\d+$/.test(word) ? Number(word) * MIB : scaledBytes(word);
  if (Number.isSafeInteger(bytes)) return bytes as number;
  throw inputRefusal(
    codes.invalidBandwidth,
    `"${word}" is not a bandwidth`,
    'write a number of MiB/s, an amount such as 50M, 800KiB or 50MB, or 0 for unlimited',
  );
}
