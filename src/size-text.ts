/** Sizes for people, in one style: as qemu-img prints them. Every room may import this file. */
import prettyBytes from 'pretty-bytes';

/** `5.2 GiB`, with three significant digits; anything but a positive number of bytes counts as zero. */
export function sizeText(bytes: number): string {
  return prettyBytes(wholeBytes(bytes), { binary: true });
}

/** `40 GiB (42949672960 bytes)`, for sizes that must be equal. */
export function exactSizeText(bytes: number): string {
  const whole = wholeBytes(bytes);
  return whole < 1024 ? `${whole} bytes` : `${sizeText(whole)} (${whole} bytes)`;
}

/** Sizes in bytes that a sentence compares: exact if two different ones would look the same. */
export function comparedSizes<Sizes extends readonly number[]>(
  ...sizes: Sizes
): { [At in keyof Sizes]: string } {
  const isClear = new Set(sizes.map(sizeText)).size === new Set(sizes).size;
  return sizes.map(isClear ? sizeText : exactSizeText) as { [At in keyof Sizes]: string };
}

function wholeBytes(bytes: number): number {
  return Number.isFinite(bytes) && bytes > 0 ? Math.round(bytes) : 0;
}
