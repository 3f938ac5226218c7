/** Sums the map that `qemu-img` prints of an image. */
import type { Layer } from '../model/host-state.ts';
import type { ImageExtents, LayerExtents } from '../model/image-extents.ts';
import { startProgram } from './programs.ts';

/** After that time the rest of a preflight should have ended. */
const TIME_LIMIT_MS = 10_000;
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
  readonly data: boolean;
  readonly zero: boolean;
  /** Whether that file has an entry for it; absent before QEMU 6.1. */
  readonly present?: boolean;
}

/** Implements `HostIO.readExtents`. */
export async function readExtents({ file, format }: Layer): Promise<ImageExtents | undefined> {
  const words = ['qemu-img', 'map', '--force-share', '--output=json', '-f', format, file] as const;
  const program = startProgram(words, { stdin: 'ignore', tied: true });
  const map = new MapReader();
  const late = setTimeout(() => program.kill(), TIME_LIMIT_MS);
  program.stdout.on('data', (text: string) => {
    if (!map.add(text)) program.kill();
  });
  program.stderr.resume();
  const { code } = await program.exited;
  clearTimeout(late);
  return code === 0 ? map.extents : undefined;
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
    const { data: held, zeroes } = this.#layers[depth] ?? { data: 0, zeroes: 0 };
    this.#layers[depth] = {
      data: held + (data ? this.#count(start) : 0),
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
