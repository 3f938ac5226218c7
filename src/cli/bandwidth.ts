/** Reads an amount of data per second as virsh and libvirt spell it. */
import { codes } from '../codes.ts';
import { inputRefusal } from './read.ts';

/** libvirt's units (virScaleInteger): a letter alone, or with "iB", is a power of 1024; with "B" one of 1000. */
const POWERS = ['', 'k', 'm', 'g', 't'];
const MIB = 1024 * 1024;

/**
 * The bandwidth in bytes per second: `50` and `50M` are 50 MiB/s, `50MB` is 50,000,000 bytes/s, 0 is unlimited.
 * @throws BlockplanError invalidBandwidth
 */
export function bandwidthOf(word: string): number {
  const [, digits = '', unit = '', suffix = ''] =
    /^(\d+)(?:([kmgt])(i?b)?|(?=$)|b)$/i.exec(word) ?? [];
  const isBytes = /b$/i.test(word) && unit === '';
  const factor =
    unit === ''
      ? isBytes
        ? 1
        : MIB
      : (suffix.toLowerCase() === 'b' ? 1000 : 1024) ** POWERS.indexOf(unit.toLowerCase());
  const bytes = Number(digits) * factor;
  if (digits !== '' && Number.isSafeInteger(bytes)) return bytes;
  throw inputRefusal(
    codes.invalidBandwidth,
    `"${word}" is not a bandwidth`,
    'write a number of MiB/s, an amount such as 50M, 800KiB or 50MB, or 0 for unlimited',
  );
}
