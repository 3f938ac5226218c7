/** Creates, writes, moves and removes files of a simulated host. */
import type { CopySpace } from '../model/copy-space.ts';
import type { ImageFile } from '../model/host-state.ts';
import { withFileEmptied, withLayersCopied } from './content.ts';
import { nameIn, withFileOn } from './file-names.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** The same host with that file at the path; its content does not change. */
export function withImage(host: SimulatedHost, file: string, image: ImageFile): SimulatedHost {
  const { format } = image;
  return {
    ...host,
    state: withFileOn(host, file, image),
    formats: format === undefined ? host.formats : { ...host.formats, [file]: format },
  };
}

/**
 * The same host with a new, empty image at that path.
 * @param backing the backing file name in its header
 */
export function withNewImage(
  host: SimulatedHost,
  file: string,
  image: ImageFile,
  backing?: string,
): SimulatedHost {
  const { [file]: _former, ...others } = host.headers;
  return {
    ...withImage(host, file, image),
    content: withFileEmptied(host.content, file),
    headers: backing === undefined ? others : { ...others, [file]: backing },
  };
}

/** The same host with a suitable file at that path: the size of an existing file counts as unknown, so it is not refused. */
export function withSuitableFile(host: SimulatedHost, path: string): SimulatedHost {
  const file = nameIn(host, path);
  const found = host.state.files[file];
  if (!found) return withNewImage(host, file, { size: 0 });
  const { place: _unsuitable, ...known } = found;
  return withImage(host, file, known);
}

/** The same host after a write into an existing file. */
export function writtenOver(host: SimulatedHost, path: string, block: boolean): SimulatedHost {
  const file = nameIn(host, path);
  if (file in host.overwritten) return host;
  const found = host.state.files[file];
  const held = block || !found || found.size > 0 || found.sizeUntold === true;
  const lost = held && !found?.made ? path : null;
  return { ...host, overwritten: { ...host.overwritten, [file]: lost } };
}

/** The same host without a file at that path. */
export function withoutFile(host: SimulatedHost, file: string): SimulatedHost {
  const { [file]: _former, ...headers } = host.headers;
  const { [file]: _what, ...formats } = host.formats;
  return {
    ...host,
    state: withFileOn(withoutOverlay(host, file), file, null),
    content: withFileEmptied(host.content, file),
    headers,
    formats,
  };
}

/** The same host in which a file does not count as an overlay that no domain uses. */
export function withoutOverlay(host: SimulatedHost, file: string): SimulatedHost {
  const { overlays, ...state } = host.state;
  if (!overlays) return host;
  const others = overlays.filter((overlay) => overlay.file !== file);
  return { ...host, state: { ...state, ...(others.length === 0 ? {} : { overlays: others }) } };
}

/** The same host with a file moved to another, free path; there it no longer counts as created by the run. */
export function withFileMoved(host: SimulatedHost, file: string, to: string): SimulatedHost {
  const image = host.state.files[file];
  if (!image) return host;
  const { made: _made, ...known } = image;
  const format = host.formats[file];
  const moved = withNewImage(
    host,
    to,
    { ...known, ...(format === undefined ? {} : { format }) },
    host.headers[file],
  );
  return withoutFile({ ...moved, content: withLayersCopied(moved.content, [file], to) }, file);
}

/**
 * The bounds of a simulated copy's size, which is at least a byte.
 * @param former the existing file that is written over, which keeps the space that it takes
 */
export function sizesOf(
  { least, most }: Pick<CopySpace, 'least' | 'most'>,
  former: Pick<ImageFile, 'size' | 'least'> = { size: 0 },
): { readonly size: number; readonly least: number } {
  return {
    size: Math.max(1, most, former.size),
    least: Math.max(least, former.least ?? former.size),
  };
}

/** The same host after a job has begun to merge these layers: what their tables said no longer holds. */
export function withoutExtents(host: SimulatedHost, files: readonly string[]): SimulatedHost {
  let state = host.state;
  for (const file of files) {
    const found = state.files[file];
    if (!found?.extents) continue;
    const { extents: _former, ...rest } = found;
    state = withFileOn({ ...host, state }, file, rest);
  }
  return state === host.state ? host : { ...host, state };
}

/** The total size of the files in bytes. */
export function bytesIn(host: SimulatedHost, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (host.state.files[file]?.size ?? 0), 0);
}
