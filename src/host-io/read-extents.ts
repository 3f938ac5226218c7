/** Sums the map that `qemu-img` prints of a chain of images. */
import type { Layer } from '../model/host-state.ts';
import { CHAINED, type ImageExtents, type LayerExtents } from '../model/image-extents.ts';
import { startProgram } from './programs.ts';

/** The map of a very fragmented image: some 600,000 extents. */
const MOST_TEXT = 64 * 1024 * 1024;
/** A copy writes whole clusters. */
const CLUSTER = 64 * 1024;

/** An element of the map (QEMU, qapi/block-core.json, MapEntry). */
interface Extent {
  readonly start: number;
  readonly length: number;
  /** The number of files above the one that it is in. */
  readonly depth: number;
  /** Whether it is allocated; with `zero`, it is allocated but holds nothing. */
  readonly data: boolean;
  readonly zero: boolean;
  /** Whether that file has an entry for it; absent before QEMU 6.1. */
  readonly present?: boolean;
}

/** Implements `HostIO.readExtents`. */
export function readExtents(
  chain: readonly Layer[],
  limitMs: number,
): Promise<ImageExtents | undefined> {
  const words = [
    'qemu-img',
    'map',
    '--output=json',
    `json:${JSON.stringify(nodeOf(chain))}`,
  ] as const;
  const program = startProgram(words, { stdin: 'ignore', tied: true });
  const map = new MapReader();
  program.stdout.on('data', (text: string) => {
    if (!map.add(text)) program.kill();
  });
  program.stderr.resume();
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      program.abandon();
      resolve(undefined);
    }, limitMs);
    void program.exited.then(({ code }) => {
      clearTimeout(late);
      resolve(code === 0 ? map.extents : undefined);
    });
  });
}

/**
 * The chain as QEMU's options, so that no file is locked: the lock of a reader, also with `--force-share`, fails a job that
 * is about to change the chain. Only a chain whose layers are all named can be opened so.
 */
function nodeOf([layer, ...below]: readonly Layer[]): object | null {
  if (!layer) return null;
  const { file: filename, format: driver, block } = layer;
  const file = { driver: block ? 'host_device' : 'file', filename, locking: 'off' };
  return { driver, file, ...(CHAINED.includes(driver) ? { backing: nodeOf(below) } : {}) };
}

/** Reads the map as it arrives: there may be more of it than fits into memory. */
export class MapReader {
  #rest = '';
  #read = 0;
  #broken = false;
  #end = 0;
  /** The end of the last cluster that counted as data. */
  #counted = 0;
  readonly #layers: LayerExtents[] = [];

  /** @returns false where reading on is useless */
  add(text: string): boolean {
    this.#read += text.length;
    const parts = (this.#rest + text).split('}');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#addExtent(part.slice(part.indexOf('{')));
    return !this.#broken && this.#read <= MOST_TEXT;
  }

  /** Undefined where something else was read. */
  get extents(): ImageExtents | undefined {
    if (this.#broken || this.#read > MOST_TEXT || this.#rest.trim() !== ']') return undefined;
    return { virtualSize: this.#end, layers: this.#layers };
  }

  #addExtent(text: string): void {
    const extent = extentIn(`${text}}`);
    if (!extent) {
      this.#broken = true;
      return;
    }
    const { start, length, depth, data, zero, present } = extent;
    this.#end = start + length;
    while (this.#layers.length <= depth) this.#layers.push({ data: 0, zeroes: 0 });
    const { data: held, empty = 0, zeroes } = this.#layers[depth] ?? { data: 0, zeroes: 0 };
    const blank = data && zero ? Math.max(0, this.#end - Math.max(start, this.#counted)) : 0;
    this.#layers[depth] = {
      data: held + (data && !zero ? this.#count(start) : 0),
      ...(empty + blank > 0 ? { empty: empty + blank } : {}),
      zeroes: zeroes + (zero && !data && present === true ? length : 0),
    };
  }

  /** How many bytes an extent that begins there and ends at the current end adds, in whole clusters. */
  #count(start: number): number {
    const from = Math.max(this.#counted, Math.floor(start / CLUSTER) * CLUSTER);
    this.#counted = Math.max(from, Math.ceil(this.#end / CLUSTER) * CLUSTER);
    return this.#counted - from;
  }
}

/** A chain is at most 200 layers deep (libvirt); anything else in the map is no extent. */
function extentIn(text: string): Extent | undefined {
  try {
    const found = JSON.parse(text) as Partial<Extent>;
    const { start, length, depth, data, zero } = found;
    const isExtent = [start, length].every((each) => Number.isSafeInteger(each));
    const isShallow = Number.isInteger(depth) && Number(depth) >= 0 && Number(depth) < 1000;
    return isExtent && isShallow && typeof data === 'boolean' && typeof zero === 'boolean'
      ? (found as Extent)
      : undefined;
  } catch {
    // Text that is no JSON is no map.
    return undefined;
  }
}
