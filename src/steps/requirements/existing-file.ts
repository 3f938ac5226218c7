/** What steps require of an existing file or block device that they overwrite. */
import { codes } from '../../codes.ts';
import { commandLine } from '../../command.ts';
import { backingPath } from '../../model/backing-path.ts';
import { fullQcow2 } from '../../model/copy-space.ts';
import type { Destination } from '../../model/destination.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import type { HostState, Layer } from '../../model/host-state.ts';
import { comparedSizes, exactSizeText } from '../../size-text.ts';
import { requireWritableByQemu } from './new-file.ts';
import { checkOneFile } from './one-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';
import { requireUnshared } from './unshared.ts';

/** The file or block device to overwrite. */
export interface ExistingFile {
  readonly file: string;
  readonly format: string;
  /** Whether it is given to libvirt as a block device. */
  readonly block: boolean;
  /** Whether its image is used unchanged; otherwise libvirt writes a new header. */
  readonly reuse: boolean;
  /** The disk's size in bytes; undefined if unknown. */
  readonly capacity: number | undefined;
  /** Bytes that are certainly copied into it. */
  readonly bytes: number;
  /** The hint if it is of another kind; by default a hint on the option `blockdev`. */
  readonly otherKind?: string;
}

/**
 * Requires that it is of the kind that the plan gives, has the size of the disk, and is not in use. Otherwise QEMU fails:
 * "Source and target image have different sizes" (seen with QEMU 7.2). Only qcow2 on a block device may be smaller.
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
    // A new header and a raw image name no other file.
    () =>
      reuse && format !== 'raw'
        ? checkOneFile(key, file, found?.dataFiles, 'choose an image that is one file')
        : [],
    () => (place ? checkPlaceKind(key, existing, place) : []),
    () => (place ? checkSize(key, existing, place) : []),
  ];
  const unfit = checks.map((check) => check()).find((unmet) => unmet.length > 0);
  // Where libvirt does not report the size of the disk, QEMU compares it.
  needs.require(
    `${file} is a ${block ? 'block device' : 'file'} of a suitable size`,
    existing.capacity === undefined ? 'run' : { place: file },
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
  if (kind === 'folder' || kind === 'other')
    return [
      refuse(
        codes.destinationKind,
        key,
        kind === 'folder'
          ? `${file} is a folder`
          : `${file} is neither a regular file nor a block device`,
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
      `${file} is ${how}: overwriting it would destroy data that is in use`,
      `choose another destination, or unmount or close ${file} first`,
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
            `${file} has ${exactSizeText(length)}, but the disk has ${exactSizeText(capacity)}: a raw copy needs exactly the size of the disk`,
            block ? 'choose a device of that size, or "format: qcow2"' : makeIt(existing),
          ),
        ];
  }
  if (reuse && place.header?.format !== format)
    return [
      refuse(codes.destinationImage, key, `${file} is not a ${format} image`, makeIt(existing)),
    ];
  if (reuse && capacity !== undefined && place.header?.virtualSize !== capacity)
    return [
      refuse(
        codes.destinationImage,
        key,
        `${file} is an image of ${exactSizeText(place.header?.virtualSize ?? 0)}, but the disk has ${exactSizeText(capacity)}: the sizes must be equal`,
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
  if (bytes > length) {
    const [has, copied] = comparedSizes(length, bytes);
    return [
      refuse(
        codes.noSpace,
        key,
        `${file} has ${has}, but at least ${copied} are copied into it`,
        'choose a larger device',
      ),
    ];
  }
  const most = capacity === undefined ? 0 : fullQcow2(capacity);
  if (most <= length) return [];
  const [has, full] = comparedSizes(length, most);
  return [
    {
      ...refuse(
        codes.deviceTooSmall,
        key,
        `${file} has ${has}, but a full qcow2 image of the disk takes up to ${full}: a guest that fills it is paused, with no space left`,
        'choose a larger device',
      ),
      severity: 'warning',
    },
  ];
}

function makeIt(existing: ExistingFile): string {
  return `create one: ${createCommand(existing)}`;
}

/** A file for `createCommand`. */
interface NewImage extends Pick<ExistingFile, 'file' | 'format' | 'capacity'> {
  /** Its backing file. */
  readonly below?: Layer | undefined;
}

/** The command that creates an image of the disk's size. */
export function createCommand({ file, format, capacity, below }: NewImage): string {
  const size = capacity === undefined ? 'SIZE' : String(capacity);
  const backing = below ? ['-b', below.file, '-F', below.format] : [];
  return commandLine('qemu-img', 'create', '-f', format, ...backing, file, size);
}

function wholeSectors(bytes: number): number {
  return Math.ceil(bytes / 512) * 512;
}

/**
 * Refuses a reused image with the wrong backing file: the guest would see other data.
 * @param backing the required backing file, `null` for none
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
          `${file} ${named === null ? 'has no backing file' : `is backed by ${named}`}, but must ${backing === null ? 'have no backing file' : `be backed by ${backing}`}`,
          `create it again: ${commandLine('qemu-img', 'create', '-f', 'qcow2', ...words)}`,
        ),
      ];
}
