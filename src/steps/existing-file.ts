/** What steps ask of a file or a block device that exists and that they write over. */
import { commandLine } from '../command.ts';
import type { VirshEffect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import { fileAt } from '../model/file-identity.ts';
import type { Layer, Place, World } from '../model/world.ts';
import type { Precondition } from './needs.ts';
import { refuse } from './preconditions.ts';

/** What is to be written over. */
export interface Existing {
  readonly file: string;
  readonly format: string;
  /** Whether libvirt is told that it is a block device. */
  readonly block: boolean;
  /** Whether its image is used as it is; without, libvirt writes a new header. */
  readonly reuse: boolean;
  /** The disk's size in bytes; undefined where the host did not tell. */
  readonly capacity: number | undefined;
  /** Bytes that are copied into it at most. */
  readonly bytes: number;
}

/**
 * Refuses what somebody uses, what is another kind of thing than the plan says, and what has another size than the disk:
 * "Source and target image have different sizes" (seen with QEMU 7.2). Only qcow2 on a block device may be smaller.
 */
export function checkExisting(
  world: World,
  key: string | readonly (string | number)[],
  existing: Existing,
): Finding[] {
  const found = fileAt(world, existing.file);
  const several = checkOneFile(key, existing, found?.dataFiles);
  const place = found?.place;
  if (several.length > 0 || !place) return several;
  const kind = checkKind(key, existing, place);
  if (kind.length > 0) return kind;
  return [...checkUnused(key, existing, place), ...checkSize(key, existing, place)];
}

/** What has to be so for it, as a preview lists it. */
export function existingNeeds(kind: 'file' | 'block device', file: string): Precondition[] {
  const needs = { place: file };
  return [
    { what: `${file} is a ${kind} that suits the disk's size`, needs },
    { what: `${file} is not mounted, used as swap, held by another device or open`, needs },
  ];
}

/**
 * What an effect says of existing files that it writes over. Lost is the content that somebody could miss: not what the run
 * has made, and not of a file that takes no room on its storage. A block device always holds something.
 */
export function writesOver(
  world: World,
  files: readonly string[],
  block: boolean,
): Pick<VirshEffect, 'writesInto' | 'loses'> {
  const loses = files.filter((path) => {
    const found = fileAt(world, path);
    const empty = found?.size === 0 && !found.sizeUntold && !block;
    return !found?.made && !empty;
  });
  return { writesInto: files, ...(loses.length === 0 ? {} : { loses }) };
}

/** Refuses an image whose header has QEMU write to other files: they may be anybody's. */
function checkOneFile(
  key: string | readonly (string | number)[],
  { file, format, reuse }: Existing,
  dataFiles: readonly string[] = [],
): Finding[] {
  return !reuse || format === 'raw' || dataFiles.length === 0
    ? []
    : [
        refuse(
          'BP144',
          key,
          `${file} keeps its data in other files: ${dataFiles.join(', ')}`,
          'choose an image that is one file',
        ),
      ];
}

function checkKind(
  key: string | readonly (string | number)[],
  { file, block }: Existing,
  { kind }: Place,
): Finding[] {
  if (kind === (block ? 'block device' : 'file')) return [];
  if (kind === 'other')
    return [refuse('BP146', key, `${file} is neither a regular file nor a block device`)];
  return [
    block
      ? refuse(
          'BP146',
          key,
          `${file} is a regular file, not a block device`,
          'leave "blockdev" out',
        )
      : refuse(
          'BP146',
          key,
          `${file} is a block device, not a regular file`,
          'add "blockdev: true"',
        ),
  ];
}

function checkUnused(
  key: string | readonly (string | number)[],
  { file }: Existing,
  { heldBy }: Place,
): Finding[] {
  return heldBy.map((how) =>
    refuse(
      'BP145',
      key,
      `${file} is ${how}: to write over it would destroy what is in use`,
      'choose another destination, or release it first',
    ),
  );
}

function checkSize(
  key: string | readonly (string | number)[],
  existing: Existing,
  place: Place,
): Finding[] {
  const { file, format, reuse, capacity, block } = existing;
  if (format === 'raw') {
    const length = wholeSectors(place.length);
    return capacity === undefined || length === wholeSectors(capacity)
      ? []
      : [
          refuse(
            'BP147',
            key,
            `${file} has ${length} bytes, but the disk has ${capacity}: a raw copy needs exactly that size`,
            block ? 'choose a device of that size, or "format: qcow2"' : makeIt(existing),
          ),
        ];
  }
  if (reuse && place.header?.format !== format)
    return [
      refuse('BP147', key, `${file} is not an image in the format ${format}`, makeIt(existing)),
    ];
  if (reuse && capacity !== undefined && place.header?.virtualSize !== capacity)
    return [
      refuse(
        'BP147',
        key,
        `${file} is an image of ${place.header?.virtualSize} bytes, but the disk has ${capacity}: they have to be equal`,
        makeIt(existing),
      ),
    ];
  return block ? checkDeviceRoom(key, existing, place.length) : [];
}

/** A block device does not grow with the image in it. */
function checkDeviceRoom(
  key: string | readonly (string | number)[],
  { file, capacity, bytes }: Existing,
  length: number,
): Finding[] {
  if (bytes > length)
    return [
      refuse(
        'BP108',
        key,
        `${file} has ${length} bytes, but up to ${bytes} are copied into it`,
        'choose a larger device',
      ),
    ];
  const most = capacity === undefined ? 0 : fullQcow2(capacity);
  if (most <= length) return [];
  return [
    {
      ...refuse(
        'BP148',
        key,
        `${file} has ${length} bytes, but the disk as qcow2 can take up to ${most}: a guest that fills it is paused, with no space left`,
        'choose a larger device',
      ),
      severity: 'warning',
    },
  ];
}

function makeIt({ file, format, capacity }: Existing): string {
  const size = capacity === undefined ? 'SIZE' : String(capacity);
  return `make one for the purpose: ${commandLine('qemu-img', 'create', '-f', format, file, size)}`;
}

/**
 * By how much a layer's file can grow until it is full; nothing for a block device, which is as large as it is, and where
 * the host did not tell the sizes.
 */
export function growthOf(world: World, layer: Layer, capacity: number | undefined): number {
  const found = fileAt(world, layer.file);
  if (layer.block || capacity === undefined || !found || found.sizeUntold) return 0;
  const full = layer.format === 'raw' ? capacity : fullQcow2(capacity);
  return Math.max(0, full - found.size);
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / 512) * 512;
}

const CLUSTER = 64 * 1024;

/**
 * What a qcow2 image of that size takes when it is full: its data, the tables that map it, and the reference counts
 * (QEMU, docs/interop/qcow2.txt, with the default cluster size; `qemu-img measure` says the same).
 */
export function fullQcow2(virtualSize: number): number {
  const clusters = (bytes: number) => Math.ceil(bytes / CLUSTER);
  const data = clusters(virtualSize);
  const level2 = clusters(data * 8);
  const level1 = clusters(level2 * 8);
  const counted = 1 + data + level2 + level1;
  const blocks = clusters((counted + clusters(counted * 2) + 1) * 2);
  return (counted + blocks + clusters(blocks * 8)) * CLUSTER;
}
