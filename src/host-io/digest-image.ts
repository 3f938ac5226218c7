/**
 * The sums of a qcow2 image: the SHA-256 of each MiB of the disk as its guest sees it, through all backing files. Areas
 * without data are not read, and the layout of the files does not matter. An image with compressed data has no sums yet.
 *
 * Sources: qemu-img(1), "map" (extents with their depth and offset) and "info --backing-chain" (the files by depth).
 */
import { createHash, webcrypto } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DigestOptions, ImageDigest } from './image-digest.ts';
import { runProgram, startProgram } from './programs.ts';

const MIB = 1024 ** 2;

/** The bytes of one sum. */
export const SUM = 32;

/** How many MiB are read and hashed at once: Node's thread pool has four threads. */
const AT_ONCE = 4;

/** A part of the disk with data, in bytes, as `qemu-img map` lists it. */
interface Extent {
  readonly start: number;
  readonly length: number;
  /** The layer that contains it; 0 is the image itself. */
  readonly depth: number;
  readonly data: boolean;
  /** Where the layer's file has the data; absent for compressed data. */
  readonly offset?: number;
}

/** An image, or one below it, ends before its data. */
export class TruncatedImage extends EffectFailed {}

/** Of what `qemu-img info` prints. */
interface ImageInfo {
  readonly filename: string;
  readonly 'virtual-size': number;
}

/** Implements `HostIO.digestImage`. */
export async function digestImage(
  image: string,
  into: string | undefined,
  options: DigestOptions = {},
): Promise<ImageDigest> {
  const { capacity, sums } = await sumsOfImage(image, options, (error) => {
    throw error;
  });
  if (into !== undefined) await writeSums(into, sums);
  return { capacity, root: rootOf(capacity, sums) };
}

/** The sums of an image. */
export interface ImageSums {
  /** The size of the disk in bytes. */
  readonly capacity: number;
  readonly sums: Buffer;
  /** The image and those below it, by depth. */
  readonly layers: readonly string[];
  /** The depths of the layers that have data of each MiB, by its number. */
  depthsAt(mib: number): readonly number[];
}

/** @param unread what to do about a MiB that cannot be read; unless it throws, the MiB counts as all zeroes */
export async function sumsOfImage(
  image: string,
  { signal, onProgress, below }: DigestOptions,
  unread: (error: unknown, mib: number) => void,
): Promise<ImageSums> {
  const [layers, found] = await Promise.all([layersOf(image, signal), contentByMib(image, signal)]);
  const capacity = layers[0]?.['virtual-size'] ?? 0;
  const smaller = layers[1]?.['virtual-size'] ?? 0;
  const known = below && (await sumsBelow(below, smaller));
  const sums = await sumsWithoutData(capacity);
  known?.copy(sums, 0, 0, Math.floor(smaller / MIB) * SUM);
  const data = known ? withPart(found, smaller) : found.data;
  const files: FileHandle[] = [];
  let done = 0;
  try {
    for (const { filename } of layers) files.push(await open(filename, 'r'));
    await inTurns([...data.keys()], async (at, buffer) => {
      signal?.throwIfAborted();
      const content = buffer.subarray(0, lengthOf(at, capacity));
      try {
        await fill(content, at * MIB, data.get(at) ?? [], { image, files });
        sums.set(await hash(content), at * SUM);
      } catch (error) {
        unread(error, at);
      }
      onProgress?.({ current: ++done * MIB, total: data.size * MIB });
    });
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
  return {
    ...{ capacity, sums, layers: layers.map(({ filename }) => filename) },
    depthsAt: (mib) => [...new Set((data.get(mib) ?? []).map(({ depth }) => depth))],
  };
}

async function writeSums(into: string, sums: Buffer): Promise<void> {
  const file = await open(into, 'wx', 0o600);
  try {
    await file.writeFile(sums);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The digest of a whole disk: the SHA-256 of its size in bytes as decimal digits, a line break, and its sums. So
 * `(echo 67108864; cat vda.sums) | sha256sum` prints it.
 */
export function rootOf(capacity: number, sums: Uint8Array): string {
  return createHash('sha256').update(`${capacity}\n`).update(sums).digest('hex');
}

/** The sums of a disk of that size that is all zeroes. */
async function sumsWithoutData(capacity: number): Promise<Buffer> {
  const count = Math.ceil(capacity / MIB);
  const sums = Buffer.alloc(count * SUM);
  const zeroes = await hash(Buffer.alloc(MIB));
  for (let at = 0; at < count; at++) sums.set(zeroes, at * SUM);
  const last = lengthOf(count - 1, capacity);
  if (count > 0 && last < MIB) sums.set(await hash(Buffer.alloc(last)), (count - 1) * SUM);
  return sums;
}

async function hash(content: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', content));
}

function lengthOf(at: number, capacity: number): number {
  return Math.min(MIB, capacity - at * MIB);
}

/** Extents with data, by the number of each MiB that they have a part of. */
type ContentByMib = ReadonlyMap<number, readonly Extent[]>;

/** The MiB with data and, of these and all others, those that the image itself has a part of, be it zeroes. */
async function contentByMib(
  image: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly data: ContentByMib; readonly own: ContentByMib }> {
  const data = new Map<number, Extent[]>();
  const own = new Set<number>();
  for await (const extent of extentsOf(image, signal)) {
    for (let at = Math.floor(extent.start / MIB); at * MIB < extent.start + extent.length; at++) {
      if (extent.depth === 0) own.add(at);
      if (!extent.data) continue;
      const others = data.get(at);
      if (others) others.push(extent);
      else data.set(at, [extent]);
    }
  }
  return { data, own: new Map([...own].map((at) => [at, data.get(at) ?? []])) };
}

/** What is hashed of an increment. The last MiB of the disk below has another sum if only a part of it existed there. */
function withPart(
  { own, data }: { readonly own: ContentByMib; readonly data: ContentByMib },
  size: number,
): ContentByMib {
  const last = Math.floor(size / MIB);
  return size % MIB === 0 ? own : new Map([...own, [last, data.get(last) ?? []]]);
}

/** The sums of the disk below; undefined where they are missing or damaged. */
async function sumsBelow(
  { sums: file, root }: NonNullable<DigestOptions['below']>,
  capacity: number,
): Promise<Buffer | undefined> {
  const sums = await readFile(file).catch(() => undefined);
  return sums && rootOf(capacity, sums) === root ? sums : undefined;
}

/** `qemu-img map` prints a line for each extent. A large image has millions, too many to hold their text. */
async function* extentsOf(image: string, signal: AbortSignal | undefined): AsyncGenerator<Extent> {
  const words = ['map', '-f', 'qcow2', '--output=json', image] as const;
  const program = startProgram(['qemu-img', ...words], { stdin: 'ignore', tied: true });
  let stderr = '';
  program.stderr.on('data', (text: string) => {
    stderr += text;
  });
  try {
    for await (const line of createInterface({ input: program.stdout })) {
      signal?.throwIfAborted();
      yield JSON.parse(line.replace(/^\[/, '').replace(/[,\]]+$/, '')) as Extent;
    }
    const { code } = await program.exited;
    if (code !== 0) throw unreadable(image, stderr);
  } finally {
    program.kill();
  }
}

function unreadable(image: string, stderr: string): EffectFailed {
  return new EffectFailed(stderr.trim().replace(/^qemu-img: /, '') || `${image} cannot be read`);
}

/** The image and those below it, by depth. */
async function layersOf(
  image: string,
  signal: AbortSignal | undefined,
): Promise<readonly ImageInfo[]> {
  const words = ['info', '-f', 'qcow2', '--output=json', '--backing-chain', image] as const;
  const result = await runProgram(['qemu-img', ...words], signal === undefined ? {} : { signal });
  signal?.throwIfAborted();
  if (!result.ok) throw unreadable(image, result.stderr);
  return JSON.parse(result.stdout) as readonly ImageInfo[];
}

/** Reads a part of the disk; what no extent has is zero. */
async function fill(
  content: Buffer,
  from: number,
  extents: readonly Extent[],
  { image, files }: { readonly image: string; readonly files: readonly FileHandle[] },
): Promise<void> {
  content.fill(0);
  for (const { depth, start, length, offset } of extents) {
    const file = files[depth];
    if (offset === undefined || !file)
      throw new EffectFailed(
        `${image} contains compressed data, for which blockplan cannot compute checksums`,
      );
    const begin = Math.max(from, start);
    const count = Math.min(from + content.length, start + length) - begin;
    const { bytesRead } = await file.read(content, begin - from, count, offset + begin - start);
    if (bytesRead < count)
      throw new TruncatedImage(`${image} or one of its backing files is truncated`);
  }
}

/** Performs work on a few MiB at a time, each with a buffer of its own. */
async function inTurns(
  todo: readonly number[],
  work: (at: number, buffer: Buffer) => Promise<void>,
): Promise<void> {
  const waiting = todo.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      const buffer = Buffer.alloc(MIB);
      for (const at of waiting) await work(at, buffer);
    }),
  );
}
