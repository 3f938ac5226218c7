/** Amounts as libvirt spells them (virScaleInteger): a letter alone, or with "iB", is a power of 1024; with "B" one of 1000. */

const POWERS = ['', 'k', 'm', 'g', 't'];

export const MIB = 1024 * 1024;

/**
 * The amount in bytes: `50M` and `50MiB` are 52,428,800, `50MB` is 50,000,000.
 * @returns undefined if it is none, or has no unit
 */
export function scaledBytes(word: string): number | undefined {
  const [, digits = '', unit = '', suffix = ''] = /^(\d+)(?:([kmgt])(i?b)?|b)$/i.exec(word) ?? [];
  if (digits === '') return undefined;
  const base = unit !== '' && suffix.toLowerCase() === 'b' ? 1000 : 1024;
  const bytes = Number(digits) * base ** POWERS.indexOf(unit.toLowerCase());
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
