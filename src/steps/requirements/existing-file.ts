/** What steps require of a file or a block device that exists and that they write over. */
import { codes } from '../../codes.ts';
import { commandLine } from '../../command.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { backingPath } from '../../model/headers.ts';
import type { Destination, HostState } from '../../model/host-state.ts';
import { fullQcow2 } from '../sizes.ts';
import { requireWritableByQemu } from './new-file.ts';
import { checkOneFile } from './one-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';
import { requireUnshared } from './unshared.ts';

/** What is to be written over. */
export interface ExistingFile {
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
  /** What to do about another kind of thing; the option `blockdev` by default. */
  readonly otherKind?: string;
}

/**
 * Requires that it is the kind of thing that the plan says, of the size of the disk, and that nobody uses it: "Source and
 * target image have different sizes" (seen with QEMU 7.2). Only qcow2 on a block device may be smaller.
 */
export function requireOverwritable(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  existing: ExistingFile,
): void {
  const { file, block, format, reuse } = existing;
  const found = fileAt(state, file);
  const place = found?.place;
  const checks = [
    // A new header, and a raw image, name no other file.
    () =>
      reuse && format !== 'raw'
        ? checkOneFile(key, file, found?.dataFiles, 'choose an image that is one file')
        : [],
    () => (place ? checkPlaceKind(key, existing, place) : []),
    () => (place ? checkSize(key, existing, place) : []),
  ];
  const unfit = checks.map((check) => check()).find((unmet) => unmet.length > 0);
  needs.require(
    `${file} is a ${block ? 'block device' : 'file'} that suits the disk's size`,
    { place: file },
    unfit,
  );
  needs.require(
    `${file} is not mounted, used as swap, held by another device or open`,
    { place: file },
    place ? checkUnused(key, existing, place) : [],
  );
  requireUnshared(needs, state, key, [file]);
  requireWritableByQemu(needs, state, key, file, false);
}

function checkPlaceKind(
  key: ParamPath,
  { file, block, otherKind }: ExistingFile,
  { kind }: Destination,
): Refusal[] {
  if (kind === (block ? 'block device' : 'file')) return [];
  if (kind === 'other')
    return [
      refuse(
        codes.destinationKind,
        key,
        `${file} is neither a regular file nor a block device`,
        otherKind,
      ),
    ];
  const [is, not] = block ? ['regular file', 'block device'] : ['block device', 'regular file'];
  const hint = otherKind ?? (block ? 'leave "blockdev" out' : 'add "blockdev: true"');
  return [refuse(codes.destinationKind, key, `${file} is a ${is}, not a ${not}`, hint)];
}

function checkUnused(key: ParamPath, { file }: ExistingFile, { heldBy }: Destination): Refusal[] {
  return heldBy.map((how) =>
    refuse(
      codes.destinationInUse,
      key,
      `${file} is ${how}: to write over it would destroy what is in use`,
      'choose another destination, or release it first',
    ),
  );
}

function checkSize(key: ParamPath, existing: ExistingFile, place: Destination): Refusal[] {
  const { file, format, reuse, capacity, block } = existing;
  if (format === 'raw') {
    const length = wholeSectors(place.length);
    return capacity === undefined || length === wholeSectors(capacity)
      ? []
      : [
          refuse(
            codes.destinationImage,
            key,
            `${file} has ${length} bytes, but the disk has ${capacity}: a raw copy needs exactly that size`,
            block ? 'choose a device of that size, or "format: qcow2"' : makeIt(existing),
          ),
        ];
  }
  if (reuse && place.header?.format !== format)
    return [
      refuse(
        codes.destinationImage,
        key,
        `${file} is not an image in the format ${format}`,
        makeIt(existing),
      ),
    ];
  if (reuse && capacity !== undefined && place.header?.virtualSize !== capacity)
    return [
      refuse(
        codes.destinationImage,
        key,
        `${file} is an image of ${place.header?.virtualSize} bytes, but the disk has ${capacity}: they have to be equal`,
        makeIt(existing),
      ),
    ];
  return block ? checkDeviceRoom(key, existing, place.length) : [];
}

/** A block device does not grow with the image in it. */
function checkDeviceRoom(
  key: ParamPath,
  { file, capacity, bytes }: ExistingFile,
  length: number,
): Refusal[] {
  if (bytes > length)
    return [
      refuse(
        codes.noSpace,
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
        codes.deviceTooSmall,
        key,
        `${file} has ${length} bytes, but the disk as qcow2 can take up to ${most}: a guest that fills it is paused, with no space left`,
        'choose a larger device',
      ),
      severity: 'warning',
    },
  ];
}

function makeIt({ file, format, capacity }: ExistingFile): string {
  const size = capacity === undefined ? 'SIZE' : String(capacity);
  return `make one for the purpose: ${commandLine('qemu-img', 'create', '-f', format, file, size)}`;
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / 512) * 512;
}

/**
 * Refuses a reused image that rests on another file than the guest's data does: the guest would see other data.
 * @param backing the file that it has to rest on, `null` for none
 */
export function checkBacking(
  state: HostState,
  key: ParamPath,
  file: string,
  backing: string | null,
): Refusal[] {
  const name = fileAt(state, file)?.backing;
  const named = typeof name === 'string' ? backingPath(file, name) : name;
  const isRight =
    named === null ? backing === null : backing !== null && isSameFile(state, named, backing);
  const words = backing === null ? [file, 'SIZE'] : ['-b', backing, '-F', 'FORMAT', file];
  return named === undefined || isRight
    ? []
    : [
        refuse(
          codes.backingMismatch,
          key,
          `${file} ${named === null ? 'has no backing file' : `rests on ${named}`}, but it has to rest on ${backing ?? 'no file'}`,
          `make it anew: ${commandLine('qemu-img', 'create', '-f', 'qcow2', ...words)}`,
        ),
      ];
}
