/** What the headers of a chain's images contain: layers, bitmaps, internal snapshots. */
import type { HostIO } from '../host-io/host-io.ts';
import type { HeaderChain, ImageHeader } from '../model/examination.ts';
import type { Layer } from '../model/host-state.ts';
import { type ImageInfo, imageInfo, MAX_CHAIN_DEPTH } from './image-headers.ts';

/** Reads an image and those below it, one layer at a time where necessary, so that a broken one hides no other. */
export async function readHeaderChain(io: HostIO, top: Layer): Promise<HeaderChain> {
  const whole = await chainAtOnce(io, top);
  if (whole) return { layers: whole };
  const layers: ImageHeader[] = [];
  let next: Layer | undefined = top;
  while (
    next &&
    layers.length < MAX_CHAIN_DEPTH &&
    !layers.some(({ file }) => file === next?.file)
  ) {
    const info = await headerOf(io, next);
    if (typeof info === 'string') {
      const bare = { ...next, bitmaps: [], snapshots: [] };
      const isThere = (await io.stat(next.file)) !== null;
      return {
        layers: [...layers, bare],
        ...(isThere ? { unread: { file: next.file, why: info } } : {}),
      };
    }
    layers.push(headerFrom(next.file, info));
    next = layerBelow(info);
  }
  return { layers };
}

/** What a guest has written into a raw image is no header, and an image without a path on this host cannot be read. */
async function chainAtOnce(io: HostIO, top: Layer): Promise<ImageHeader[] | undefined> {
  if (!isReadable(top)) return [{ ...top, bitmaps: [], snapshots: [] }];
  const read = await imageInfo(io, top.file, top.format, ['--backing-chain']);
  return typeof read === 'string' ? undefined : read.map((info) => headerFrom(info.filename, info));
}

async function headerOf(io: HostIO, layer: Layer): Promise<ImageInfo | string> {
  if (!isReadable(layer)) return { filename: layer.file, format: layer.format };
  const read = await imageInfo(io, layer.file, layer.format, []);
  return typeof read === 'string' ? read : (read[0] ?? 'qemu-img reports nothing about it');
}

function isReadable({ file, format }: Layer): boolean {
  return file.startsWith('/') && format !== 'raw';
}

function layerBelow(info: ImageInfo): Layer | undefined {
  const file = info['full-backing-filename'] ?? info['backing-filename'];
  return file === undefined ? undefined : { file, format: info['backing-filename-format'] ?? '' };
}

function headerFrom(file: string, info: ImageInfo): ImageHeader {
  const bitmaps = info['format-specific']?.data?.bitmaps ?? [];
  return {
    file,
    format: info.format,
    bitmaps: bitmaps.map(({ name, flags }) => ({ name, inUse: flags.includes('in-use') })),
    snapshots: (info.snapshots ?? []).map(({ name }) => name),
  };
}
