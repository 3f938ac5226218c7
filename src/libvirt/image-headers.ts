/** The files below an image, as the images' own headers name them. */
import { dirname } from 'node:path';
import { BlockplanError } from '../errors.ts';
import type { HostIO } from '../host-io/host-io.ts';
import type { ChainImage } from '../model/backing-path.ts';
import type { Layer } from '../model/host-state.ts';
import { pathsNamed } from '../model/image-names.ts';
import { describeExit } from './exit-text.ts';
import { TaskQueue } from './task-queue.ts';

/** How many qemu-img run at once: each is a process, and a host may have hundreds of images. */
const AT_ONCE = 4;

/** Chains deeper than QEMU would open (libvirt: at most 200 layers) are not followed. */
export const MAX_CHAIN_DEPTH = 200;

/** An image and what is below it, as far as could be read. */
export interface Headers {
  /** The image itself and the files below it, from the top. */
  readonly files: readonly string[];
  /** The same images with the formats that the headers name (empty where none is named) and their data files. */
  readonly layers: readonly Layer[];
  /** The other files that hold data of one of them. */
  readonly dataFiles: readonly string[];
  /** The backing file as the image's own header names it; `null` for none, absent where the header cannot be read. */
  readonly name?: string | null;
  /** Files that exist, but whose backing files or data files cannot be determined. */
  readonly unread: readonly string[];
}

/** Reads the headers of a host's images, a few at a time and none twice. */
export class ImageHeaders {
  readonly #io: HostIO;
  readonly #seen = new Map<string, Promise<Headers>>();
  readonly #queue = new TaskQueue(AT_ONCE);

  /** @param io the host that the images are on */
  constructor(io: HostIO) {
    this.#io = io;
  }

  /** What a guest has written into a raw image is no header, and an image without a path on this host cannot be read. */
  of({ file, format }: Layer): Promise<Headers> {
    if (!file.startsWith('/') || format === 'raw')
      return Promise.resolve({
        files: [file],
        layers: [{ file, format }],
        dataFiles: [],
        unread: [],
      });
    const key = `${format} ${file}`;
    const seen = this.#seen.get(key) ?? this.#queue.run(() => readHeaders(this.#io, file, format));
    this.#seen.set(key, seen);
    return seen;
  }
}

/** The chain that the headers name, as qemu-img reads it; undefined where it cannot be read as a whole. */
export async function chainByProgram(
  io: HostIO,
  { file, format }: Layer,
): Promise<readonly ChainImage[] | undefined> {
  const told = await imageInfo(io, file, format, ['--backing-chain']);
  if (typeof told === 'string') return undefined;
  return told.map((info) => ({
    file: info.filename,
    format: info.format,
    name: info['backing-filename'] ?? null,
    backingFormat: info['backing-filename-format'],
  }));
}

/** The whole chain at once; where that fails, one qemu-img for each header, as far as the chain can be followed. */
async function readHeaders(io: HostIO, top: string, format: string): Promise<Headers> {
  // Starting qemu-img takes longer than reading the headers, and a host may have hundreds of images.
  const whole =
    (await io.readBackingChain({ file: top, format })) ??
    (await chainByProgram(io, { file: top, format }));
  if (whole)
    return followed(io, whole, [], whole[0]?.name, [
      format,
      ...whole.map(({ backingFormat }) => backingFormat ?? ''),
    ]);
  const own = await imageInfo(io, top, format, []);
  const layers: Layer[] = [];
  let layer: Layer | undefined = { file: top, format };
  while (
    layer &&
    layers.length < MAX_CHAIN_DEPTH &&
    !layers.some(({ file }) => file === layer?.file)
  ) {
    layers.push(layer);
    const below = await layerBelow(io, layer);
    if (below === 'unread') return followed(io, layers, [layer.file], nameIn(own));
    layer = below;
  }
  return followed(io, layers, [], nameIn(own));
}

function nameIn(told: readonly ImageInfo[] | string): string | null | undefined {
  return typeof told === 'string' ? undefined : (told[0]?.['backing-filename'] ?? null);
}

/** The layer that an image's own header names; undefined where it names none, or the image does not exist. */
async function layerBelow(
  io: HostIO,
  { file, format }: Layer,
): Promise<Layer | undefined | 'unread'> {
  if (!file.startsWith('/')) return undefined;
  const header = await imageInfo(io, file, format, []);
  if (typeof header === 'string') return (await isAbsent(io, file)) ? undefined : 'unread';
  const [info] = header;
  const below = info?.['full-backing-filename'] ?? info?.['backing-filename'];
  if (below === undefined) return undefined;
  const [path, ...more] = pathsNamed(below, dirname(file)) ?? [];
  return path === undefined || more.length > 0
    ? 'unread'
    : { file: path, format: info?.['backing-filename-format'] ?? '' };
}

/** QEMU names an image that is more than a file by its own JSON, which may contain any number of paths. */
async function followed(
  io: HostIO,
  layers: readonly Layer[],
  unread: readonly string[],
  name: string | null | undefined,
  formats = layers.map(({ format }) => format),
): Promise<Headers> {
  const paths = layers.map(({ file }) => pathsNamed(file, '/'));
  const data = await Promise.all(layers.map((layer) => io.readDataFiles(layer)));
  return {
    files: layers.flatMap(({ file }, at) => paths[at] ?? [file]),
    layers: layers.map(({ file }, at) => ({
      file: paths[at]?.join() ?? file,
      format: data[at]?.unread ? '' : (formats[at] ?? ''),
      dataFiles: data[at]?.files ?? [],
    })),
    dataFiles: data.flatMap(({ files }) => files),
    unread: [
      ...unread,
      ...layers.flatMap(({ file }, at) =>
        paths[at] === undefined || data[at]?.unread ? [file] : [],
      ),
    ],
    ...(name === undefined ? {} : { name }),
  };
}

/** A definition may name an image that does not exist: then there is nothing to read. */
async function isAbsent(io: HostIO, file: string): Promise<boolean> {
  try {
    return (await io.inspectFile(file)) === null;
  } catch (error) {
    if (error instanceof BlockplanError) return false;
    throw error;
  }
}

/** What `qemu-img info --output=json` prints for an image (QEMU, qapi/block-core.json, ImageInfo). */
export interface ImageInfo {
  readonly filename: string;
  readonly format: string;
  readonly 'backing-filename'?: string;
  readonly 'full-backing-filename'?: string;
  readonly 'backing-filename-format'?: string;
  readonly snapshots?: readonly { readonly name: string }[];
  readonly 'format-specific'?: {
    readonly data?: {
      readonly bitmaps?: readonly { readonly name: string; readonly flags: readonly string[] }[];
    };
  };
}

/**
 * Runs `qemu-img info`; returns a string with the reason where it fails.
 * @param format the image's format; where it is empty qemu-img guesses, which is allowed only for images that no guest
 *   writes to
 */
export async function imageInfo(
  io: HostIO,
  path: string,
  format: string,
  words: readonly string[],
): Promise<readonly ImageInfo[] | string> {
  const result = await io.run(
    [
      ...(['qemu-img', 'info', '--force-share', '--output=json', ...words] as const),
      ...(format === '' ? [] : ['-f', format]),
      path,
    ],
    { timeoutMs: 60_000 },
  );
  if (!result.ok) return result.stderr || describeExit('qemu-img', result);
  const told = JSON.parse(result.stdout) as ImageInfo | ImageInfo[];
  return Array.isArray(told) ? told : [told];
}
