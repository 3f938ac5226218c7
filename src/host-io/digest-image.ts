/**
 * The sums of a qcow2 image: the SHA-256 of each MiB of the disk as its guest sees it, through all backing files. Areas
 * without data are not read, and the layout of the files does not matter. An image with compressed data has no sums yet.
 *
 * Sources: qemu-img(1), "map" (extents with their depth and offset) and "info --backing-chain" (the files by depth).
 */
import { createHash, webcrypto } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { EffectFailed } from '../model/effect-failed.ts';
import type { DigestOptions, ImageDigest, SumsFile } from './image-digest.ts';
import { runProgram } from './programs.ts';

const MIB = 1024 ** 2;

/** The bytes of one sum. */
const SUM = 32;

/** So many MiB are read and hashed at once: Node's thread pool has four threads. */
const AT_ONCE = 4;

/** A part of the disk, in bytes, as `qemu-img map` lists it. */
interface Extent {
  readonly start: number;
  readonly length: number;
  /** The layer that has it; 0 is the image itself. */
  readonly depth: number;
  readonly data: boolean;
  /** Where the layer's file has the data; absent for compressed data. */
  readonly offset?: number;
}

/** Of what `qemu-img info` prints. */
interface ImageInfo {
  readonly filename: string;
  readonly 'virtual-size': number;
}

interface ImageMap {
  /** The size of the disk as its guest sees it, in bytes. */
  readonly capacity: number;
  /** The files of the image and those below it, by depth. */
  readonly layers: readonly string[];
  readonly extents: readonly Extent[];
}

/** Implements `HostIO.digestImage`. */
export async function digestImage(
  image: string,
  into: string,
  options: DigestOptions = {},
): Promise<ImageDigest> {
  const { parent } = options;
  const known = parent && { capacity: parent.capacity, sums: await readSums(parent) };
  const { capacity, sums } = await sumsOf(image, options, known);
  const file = await open(into, 'wx', 0o600);
  try {
    await file.writeFile(sums);
    await file.sync();
  } finally {
    await file.close();
  }
  return { capacity, root: rootOf(capacity, sums) };
}

/** Implements `HostIO.verifyImage`. */
export async function verifyImage(
  image: string,
  expected: SumsFile,
  options: Omit<DigestOptions, 'parent'> = {},
): Promise<readonly number[]> {
  const known = await readSums(expected);
  const { capacity, sums } = await sumsOf(image, options);
  if (capacity !== expected.capacity)
    throw new EffectFailed(`${image} has ${capacity} bytes instead of ${expected.capacity}`);
  const count = sums.length / SUM;
  return Array.from({ length: count }, (_, at) => at).filter(
    (at) => sums.compare(known, at * SUM, (at + 1) * SUM, at * SUM, (at + 1) * SUM) !== 0,
  );
}

/**
 * The digest of a whole disk: the SHA-256 of its size in bytes as decimal digits, a line break, and its sums. So
 * `(echo 67108864; cat vda.sums) | sha256sum` prints it.
 */
function rootOf(capacity: number, sums: Uint8Array): string {
  return createHash('sha256').update(`${capacity}\n`).update(sums).digest('hex');
}

/** @throws EffectFailed where the file is not the one that the digest was made of */
async function readSums({ file, capacity, root }: SumsFile): Promise<Buffer> {
  const sums = await readFile(file);
  if (sums.length !== countOf(capacity) * SUM || rootOf(capacity, sums) !== root)
    throw new EffectFailed(`${file} is damaged: its digest is not the one in the manifest`);
  return sums;
}

function countOf(capacity: number): number {
  return Math.ceil(capacity / MIB);
}

/** The sums of a whole image, or of what differs from the image below it, whose sums are known. */
async function sumsOf(
  image: string,
  { signal, onProgress }: DigestOptions,
  known?: { readonly capacity: number; readonly sums: Buffer },
): Promise<{ capacity: number; sums: Buffer }> {
  const opened = await readMap(image, signal);
  const files: FileHandle[] = [];
  try {
    for (const layer of opened.layers) files.push(await open(layer, 'r'));
    const { capacity } = opened;
    const sums = Buffer.alloc(countOf(capacity) * SUM);
    const changed = known ? changedIn(opened, known.capacity) : mibs(0, capacity);
    known?.sums.copy(sums);
    const data = dataByMib(opened);
    const zeroes = await hash(Buffer.alloc(MIB));
    const todo: number[] = [];
    for (const at of changed) {
      if (data.has(at) || lengthOf(at, capacity) < MIB) todo.push(at);
      else sums.set(zeroes, at * SUM);
    }
    let done = 0;
    await inTurns(todo, async (at, buffer) => {
      signal?.throwIfAborted();
      const content = buffer.subarray(0, lengthOf(at, capacity));
      await fill(content, at * MIB, data.get(at) ?? [], { image, files });
      sums.set(await hash(content), at * SUM);
      onProgress?.({ current: ++done * MIB, total: todo.length * MIB });
    });
    return { capacity, sums };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

async function hash(content: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await webcrypto.subtle.digest('SHA-256', content));
}

function lengthOf(at: number, capacity: number): number {
  return Math.min(MIB, capacity - at * MIB);
}

/** The MiB that a range of bytes touches. */
function* mibs(start: number, end: number): Generator<number> {
  for (let at = Math.floor(start / MIB); at * MIB < end; at++) yield at;
}

/** The MiB in which an image has clusters of its own, or which the image below it is too small to have. */
function changedIn({ capacity, extents }: ImageMap, below: number): ReadonlySet<number> {
  const changed = new Set(capacity === below ? [] : mibs(Math.min(capacity, below), capacity));
  for (const { depth, start, length } of extents)
    if (depth === 0) for (const at of mibs(start, start + length)) changed.add(at);
  return changed;
}

/** The extents with data that each MiB has a part of. */
function dataByMib({ extents }: ImageMap): ReadonlyMap<number, readonly Extent[]> {
  const found = new Map<number, Extent[]>();
  for (const extent of extents) {
    if (!extent.data) continue;
    for (const at of mibs(extent.start, extent.start + extent.length)) {
      const others = found.get(at);
      if (others) others.push(extent);
      else found.set(at, [extent]);
    }
  }
  return found;
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
      throw new EffectFailed(`${image} has compressed data, of which blockplan makes no digest`);
    const begin = Math.max(from, start);
    const count = Math.min(from + content.length, start + length) - begin;
    const { bytesRead } = await file.read(content, begin - from, count, offset + begin - start);
    if (bytesRead < count) throw new EffectFailed(`a file of ${image} ends within its data`);
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

async function readMap(image: string, signal: AbortSignal | undefined): Promise<ImageMap> {
  const [layers, extents] = await Promise.all([
    qemuImg<ImageInfo>('info', ['--backing-chain'], image, signal),
    qemuImg<Extent>('map', [], image, signal),
  ]);
  return {
    capacity: layers[0]?.['virtual-size'] ?? 0,
    layers: layers.map(({ filename }) => filename),
    extents,
  };
}

/** @returns the list that qemu-img prints as JSON */
async function qemuImg<T>(
  verb: string,
  words: readonly string[],
  image: string,
  signal: AbortSignal | undefined,
): Promise<readonly T[]> {
  const result = await runProgram(
    ['qemu-img', verb, '-f', 'qcow2', '--output=json', ...words, image],
    signal === undefined ? {} : { signal },
  );
  signal?.throwIfAborted();
  if (!result.ok)
    throw new EffectFailed(result.stderr.replace(/^qemu-img: /, '') || `${image} cannot be read`);
  return JSON.parse(result.stdout) as readonly T[];
}
