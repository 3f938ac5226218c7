/** Compares an image with the sums that were written when it was whole. */
import { readFile } from 'node:fs/promises';
import { EffectFailed } from '../model/effect-failed.ts';
import { type ImageSums, rootOf, SUM, sumsOfImage, TruncatedImage } from './digest-image.ts';
import { absentAsNull } from './files.ts';
import type { DigestOptions, ImageComparison, ImageDamage } from './image-digest.ts';

/** Implements `HostIO.compareImage`. */
export async function compareImage(
  image: string,
  sumsFile: string,
  options: DigestOptions = {},
): Promise<ImageComparison> {
  const unread = new Map<number, string>();
  const found = await sumsOfImage(image, options, (error, mib) => {
    unread.set(mib, readErrorOf(error));
  });
  const { capacity, sums } = found;
  const written = await absentAsNull(readFile(sumsFile));
  const known = written?.length === sums.length ? written : undefined;
  const numbers = new Set([...(known ? differences(sums, known) : []), ...unread.keys()]);
  const first = [...numbers].reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  return {
    ...(unread.size === 0 ? { root: rootOf(capacity, sums) } : {}),
    ...(known ? { sumsRoot: rootOf(capacity, known) } : {}),
    ...(numbers.size === 0 ? {} : { damage: damageAt(first, numbers.size, unread, found) }),
  };
}

function damageAt(
  first: number,
  count: number,
  unread: ReadonlyMap<number, string>,
  { layers, depthsAt }: Pick<ImageSums, 'layers' | 'depthsAt'>,
): ImageDamage {
  const why = unread.get(first);
  return {
    ...{ first, count, files: depthsAt(first).flatMap((depth) => layers[depth] ?? []) },
    ...(why === undefined ? {} : { unread: why }),
  };
}

/** The numbers of the MiB whose sums differ. */
function* differences(sums: Buffer, known: Buffer): Generator<number> {
  for (let at = 0; at < sums.length; at += SUM)
    if (sums.compare(known, at, at + SUM, at, at + SUM) !== 0) yield at / SUM;
}

/**
 * Why a part of the disk cannot be read.
 * @throws the error where it says nothing about the data: an abort, compressed data, or a bug
 */
function readErrorOf(error: unknown): string {
  if (error instanceof TruncatedImage) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof EffectFailed || typeof code !== 'string') throw error;
  return code;
}
