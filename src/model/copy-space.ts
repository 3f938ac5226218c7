/** The space that a copy takes: a lower and an upper bound. */
import { sizeText } from '../size-text.ts';
import { fileAt, filesOfLayer, layerIndex } from './file-identity.ts';
import type { Disk, HostState, ImageFile, Layer } from './host-state.ts';

/** The layers that a copy reads, as one image. */
export interface CopySource {
  /** The space that their files certainly take. */
  readonly certain: number;
  /** The most space that their files take, as far as known: compressed data counts as it is stored. */
  readonly stored: number;
  /** Why that space is unknown, as a clause; absent where it is known. */
  readonly unknown?: string;
  /** What the tables of the images say; absent where they were not read. */
  readonly measured?: MeasuredData;
  /** The size in bytes that a guest sees; absent where unknown. */
  readonly virtualSize?: number;
  /** Set if one of them can have compressed clusters. */
  readonly compressible?: true;
}

/** Bytes that reading some layers as one image returns. */
interface MeasuredData {
  readonly data: number;
  /** Areas that are allocated but empty. */
  readonly empty: number;
  /** Bytes that the layers hide from those below them with zeroes, such as discarded areas. */
  readonly zeroes: number;
  readonly virtualSize: number;
}

/** What a copy writes besides data, as the tables of its source name it. */
export type Extra = 'empty' | 'zeroes';

/** What a copy makes of its source. */
export interface CopyTarget {
  readonly format: string;
  /** Why it takes the space of the whole disk, as a clause; absent where it takes only that of the data. */
  readonly whole?: string;
  /** Set if areas without data are written too, as data. */
  readonly filled?: true;
  /** What it writes besides data; nothing unless specified. */
  readonly also?: readonly Extra[];
  /** Set if data can take less space than in its source: it is compressed, or its zeroes are left out. */
  readonly shrinks?: true;
  /** The cluster size in bytes; absent for the default. */
  readonly cluster?: number;
  /** The size in bytes of the areas that are copied as a whole; absent for the default. */
  readonly granularity?: number;
}

export interface CopySpace {
  /** The most bytes that are copied. */
  readonly copied: number;
  /** Bytes that the copy certainly takes. */
  readonly least: number;
  /** The most bytes that it takes, with its tables. */
  readonly most: number;
  /** Set if the space of the source is unknown, so that no number is a limit. */
  readonly unknown?: true;
  /** Set if `most` is about what it takes, as far as the guest does not write meanwhile. */
  readonly known?: true;
  /** Why it can take much more than the files of the source, as a clause; absent where it cannot. */
  readonly because?: string;
}

/**
 * The source of a copy.
 * @param layers topmost first
 * @param reach `alone` if the layers below them are not copied; `below` if all of them are
 */
export function copySource(
  state: Pick<HostState, 'files' | 'names'>,
  layers: readonly Layer[],
  reach: 'alone' | 'below',
  virtualSize: number | undefined,
): CopySource {
  const files = layers.flatMap(filesOfLayer).map((file) => fileAt(state, file));
  const tops = layers.map(({ file }) => fileAt(state, file));
  const measured = layers.some(isRawDevice) ? undefined : measuredIn(tops, reach);
  const size = measured?.virtualSize ?? virtualSize;
  const unknown = layers.some(({ block }, at) => block && !tops[at]?.size)
    ? 'a block device does not report how much of it is in use'
    : files.some((file) => !file || file.sizeUntold)
      ? 'the space of one of its layers is unknown'
      : undefined;
  return {
    certain: files.reduce((sum, file) => sum + (file?.least ?? file?.size ?? 0), 0),
    stored: files.reduce((sum, file) => sum + (file?.size ?? 0), 0),
    ...(unknown === undefined ? {} : { unknown }),
    ...(measured === undefined ? {} : { measured }),
    ...(size === undefined ? {} : { virtualSize: size }),
    ...(layers.some(({ format }) => COMPRESSIBLE.includes(format)) ? { compressible: true } : {}),
  };
}

const COMPRESSIBLE = ['qcow2', 'qcow', 'vmdk'];

/** `qemu-img map` lists all of it as data. */
export function isRawDevice({ block, format }: Layer): boolean {
  return block === true && format === 'raw';
}

/**
 * The size in bytes that a guest sees of an image; undefined where unknown. A raw image has no header: what
 * looks like one was written by the guest.
 */
export function guestSize(state: HostState, image: Layer | undefined): number | undefined {
  if (!image) return undefined;
  const { extents, place } = fileAt(state, image.file) ?? {};
  const told = image.format === 'raw' ? place?.length : place?.header?.virtualSize;
  const disk = state.domain.disks.find(({ chain }) => layerIndex(state, chain, image.file) >= 0);
  return extents?.virtualSize ?? disk?.capacity ?? told;
}

/** Maximum size in bytes of an overlay that nothing was written to. */
const EMPTY = 256 * 1024;

/** Whether it is an overlay of the plan that is still empty. How much the guest will write to it is unknown in advance. */
function isEmptyOverlay(file: ImageFile | null | undefined): boolean {
  return file?.made === true && file.extents === undefined && file.size <= EMPTY;
}

function measuredIn(
  tops: readonly (ImageFile | null | undefined)[],
  reach: 'alone' | 'below',
): MeasuredData | undefined {
  const at = tops.findIndex((file) => !isEmptyOverlay(file));
  const extents = tops[at]?.extents;
  if (!extents) return undefined;
  const layers = reach === 'below' ? extents.layers : extents.layers.slice(0, tops.length - at);
  return {
    data: layers.reduce((sum, { data }) => sum + data, 0),
    empty: layers.reduce((sum, { empty = 0 }) => sum + empty, 0),
    zeroes: layers.reduce((sum, { zeroes }) => sum + zeroes, 0),
    virtualSize: extents.virtualSize,
  };
}

/**
 * The layers whose tables show how much a copy of these layers reads, as the chains of a survey: from the topmost one on that
 * exists. Empty where the tables contain no information.
 */
export function chainsToMeasure(
  state: Pick<HostState, 'files' | 'names'>,
  layers: readonly Layer[],
): readonly (readonly Layer[])[] {
  const isTelling = layers.some(({ file }) => !isEmptyOverlay(fileAt(state, file)));
  return isTelling && !layers.some(isRawDevice) ? [layers] : [];
}

/**
 * The space that a copy takes. Only a copy that was measured and cannot shrink certainly takes more than its header: its
 * files may hold snapshots, reserved space, and data that other layers hide.
 */
export function spaceOfCopy(source: CopySource, target: CopyTarget): CopySpace {
  const { certain, stored, unknown, measured, virtualSize } = source;
  const { whole, filled, shrinks } = target;
  const isKnown = measured !== undefined || unknown === undefined;
  const read = measured ? bytesRead(measured, target.also) : isKnown ? stored : virtualSize;
  const size = whole === undefined ? read : virtualSize;
  if (read === undefined || size === undefined)
    return { copied: stored, least: 0, most: stored, unknown: true };
  const unit = unitOf(target);
  const limit = virtualSize ?? Number.POSITIVE_INFINITY;
  const content = Math.min(size * (unit / CLUSTER), limit);
  // The files of a source that was not measured contain tables of about the same size.
  const isBare = measured !== undefined || unknown !== undefined || whole !== undefined;
  const most = content + (isBare && virtualSize ? tablesOf(target, virtualSize) : 0);
  const because = isMuchMore(content, stored) ? (whole ?? whyMore(source, target)) : undefined;
  const known = filled || (measured !== undefined && !shrinks && unit === CLUSTER);
  return {
    copied: Math.min(filled ? size : read, limit),
    least: Math.min(certain, most, measured && !shrinks ? read : headerOf(target)),
    most,
    ...(known ? { known } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/**
 * The space of a backup of these disks: each is copied with all its layers into a qcow2 image.
 * @param changed by target, the bytes of those of which only an increment is copied; the guest may write more until then
 */
export function spaceOfBackup(
  state: HostState,
  disks: readonly Disk[],
  changed: ReadonlyMap<string, number> = new Map(),
): CopySpace {
  return spaceTogether(
    disks.map(({ target, chain, capacity }) => {
      const bytes = changed.get(target);
      return bytes === undefined
        ? spaceOfCopy(copySource(state, chain, 'below', capacity), { format: 'qcow2' })
        : { copied: bytes, least: 0, most: bytes + EMPTY };
    }),
  );
}

/** What a job reads of its source and writes. */
export function bytesRead(measured: MeasuredData, also: readonly Extra[] = []): number {
  const { data, virtualSize } = measured;
  return Math.min(
    virtualSize,
    also.reduce((sum, extra) => sum + measured[extra], data),
  );
}

const WRITTEN: Readonly<Record<Extra, string>> = {
  empty: 'areas that are allocated but empty are written too',
  zeroes: 'discarded areas are written as zeroes',
};

/**
 * Why a copy can take much more than the files of its source, as a clause. If their space is unknown, there is nothing to
 * compare with what their tables say.
 */
export function whyMore(source: CopySource, target: CopyTarget): string | undefined {
  const { stored, unknown, measured, compressible } = source;
  if (!measured && unknown !== undefined) return unknown;
  const unit = unitOf(target);
  const reasons = [
    ...(measured && unknown === undefined && isMuchMore(measured.data, stored)
      ? [
          compressible
            ? 'compressed clusters are written uncompressed'
            : 'the file system of the source stores its data in less space',
        ]
      : []),
    ...(target.also ?? []).flatMap((extra) =>
      measured && unknown === undefined && isMuchMore(measured[extra], 0) ? WRITTEN[extra] : [],
    ),
    ...(unit > CLUSTER ? [`data is written in areas of ${sizeText(unit)}`] : []),
  ];
  return reasons.length === 0 ? undefined : reasons.join(', and ');
}

/** The space of several copies. */
export function spaceTogether(copies: readonly CopySpace[]): CopySpace {
  const sum = (of: (copy: CopySpace) => number) => copies.reduce((all, copy) => all + of(copy), 0);
  const because = copies.find((copy) => copy.because !== undefined)?.because;
  return {
    copied: sum(({ copied }) => copied),
    least: sum(({ least }) => least),
    most: sum(({ most }) => most),
    ...(copies.some(({ unknown }) => unknown) ? { unknown: true } : {}),
    ...(because !== undefined && copies.every((copy) => copy.known || copy.because === undefined)
      ? { known: true }
      : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/** Every format but raw has a header, which takes a block. */
function headerOf({ format }: CopyTarget): number {
  return format === 'raw' ? 0 : 4096;
}

/** Whether the difference is larger than tables and rounding explain. */
export function isMuchMore(most: number, stored: number): boolean {
  return most - stored > Math.max(1024 * 1024, stored / 16);
}

const CLUSTER = 64 * 1024;

/** A vdi image is written in whole blocks of that size (QEMU, block/vdi.c). */
const VDI_BLOCK = 1024 * 1024;

/** What the smallest area with data takes in a copy, in bytes; never less than what the areas of a map are rounded to. */
function unitOf({ format, cluster = CLUSTER, granularity = CLUSTER }: CopyTarget): number {
  return Math.max(CLUSTER, cluster, granularity, format === 'vdi' ? VDI_BLOCK : 0);
}

/** The size of a copy's tables in bytes. Those of the other formats are about as large as those of qcow2. */
function tablesOf({ format, cluster }: CopyTarget, virtualSize: number): number {
  return format === 'raw' ? 0 : fullQcow2(virtualSize, cluster) - virtualSize;
}

/**
 * The size in bytes of a full qcow2 image: its data, the tables that map it, and the reference counts
 * (QEMU, docs/interop/qcow2.txt; `qemu-img measure` reports the same).
 */
export function fullQcow2(virtualSize: number, cluster = CLUSTER): number {
  const clusters = (bytes: number) => Math.ceil(bytes / cluster);
  const data = clusters(virtualSize);
  const level2 = clusters(data * 8);
  const level1 = clusters(level2 * 8);
  const counted = 1 + data + level2 + level1;
  const blocks = clusters((counted + clusters(counted * 2) + 1) * 2);
  return (counted + blocks + clusters(blocks * 8)) * cluster;
}
