/** Space over the whole plan: several steps share a file system, and an overlay grows while a copy runs. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { FileSet, fileAt, isSameFile, layerIndex } from '../model/file-identity.ts';
import { type Disk, diskOf, type HostState, type ImageFile, isUp } from '../model/host-state.ts';
import { comparedSizes } from '../size-text.ts';
import type { Product } from '../steps/sizes.ts';
import { rollbacksWithoutRoom } from './rollback-room.ts';
import { findingAt, type WalkedPhase } from './walked-phase.ts';

/** A destination folder, with its free space in bytes before the plan begins. */
interface Room {
  readonly folder: string;
  readonly free: number;
  /** Set where files may take less space than is written. */
  readonly mayCompress?: true | undefined;
  /** The same for all folders that share their free space. */
  readonly key: string;
}

/** All dangers of running out of space: in the plan as a whole, in overlays, in merges and in rollbacks. */
export function spaceDangers(initial: HostState, phases: readonly WalkedPhase[]): Finding[] {
  const least = takenAfter(initial, phases, certainSize);
  const most = takenAfter(initial, phases, ({ size }) => size);
  // A copy that was measured will take what it can take.
  const expected = takenAfter(initial, phases, (file, room, path) =>
    file.least !== undefined && isKnown(productsOf(phases, path), room)
      ? file.size
      : certainSize(file, room),
  );
  return [
    ...tooMuchTogether(initial, phases, least),
    ...copiesWithoutRoom(initial, phases, { least, most }),
    ...overlaysWithoutRoom(initial, phases, most),
    ...mergesWithoutRoom(initial, phases, most),
    ...rollbacksWithoutRoom(phases, (index, file) => {
      const room = roomOf(initial, file);
      const left = (taken: Taken) => (room?.free ?? 0) - (taken[index]?.get(room?.key ?? '') ?? 0);
      return room && { least: left(most), expected: left(expected) };
    }),
  ];
}

/** What a file certainly takes; nothing is certain of a copy that may be compressed. */
function certainSize({ size, least }: ImageFile, { mayCompress }: Pick<Room, 'mayCompress'>) {
  return least === undefined ? size : mayCompress ? 0 : least;
}

function isKnown(products: readonly Product[], { mayCompress }: Pick<Room, 'mayCompress'>) {
  return !mayCompress && products.length > 0 && products.every(({ known }) => known);
}

/** After each phase, by file system, the additional bytes that files take since the plan began; may be negative. */
type Taken = readonly ReadonlyMap<string, number>[];

function roomOf(initial: HostState, file: string): Room | undefined {
  const folder = dirname(file);
  const found = initial.folders[folder];
  return found && found.blockedBy === undefined
    ? {
        ...{ folder, free: found.free, mayCompress: found.mayCompress },
        key: found.fileSystem ?? folder,
      }
    : undefined;
}

function takenAfter(
  initial: HostState,
  phases: readonly WalkedPhase[],
  sizeOf: (file: ImageFile, room: Room, path: string) => number,
): Taken {
  return phases.map(({ after }) => {
    const taken = new Map<string, number>();
    for (const path of oneNameEach(after)) {
      const room = roomOf(initial, path);
      const file = after.files[path];
      if (!room || isDevice(after, path)) continue;
      const more = (file ? sizeOf(file, room, path) : 0) - (fileAt(initial, path)?.size ?? 0);
      taken.set(room.key, (taken.get(room.key) ?? 0) + more);
    }
    return taken;
  });
}

/** The files of a host state, each by one of its names, so that the target of a link is counted once. */
function oneNameEach(state: HostState): string[] {
  return new FileSet(state, Object.keys(state.files)).names;
}

/** A single file that does not fit is not reported here: its step's requirements do that. */
function tooMuchTogether(
  initial: HostState,
  phases: readonly WalkedPhase[],
  taken: Taken,
): Finding[] {
  const told = new Set<string>();
  return phases.flatMap((walked, index) => {
    const made = oneNameEach(walked.after).flatMap((path) => {
      const file = walked.after.files[path];
      const room = file && !fileAt(initial, path) ? roomOf(initial, path) : undefined;
      return room && file && file.size > 0 ? [{ path, room, size: certainSize(file, room) }] : [];
    });
    return made.flatMap(({ room }) => {
      const needed = taken[index]?.get(room.key) ?? 0;
      const together = made.filter((each) => each.room.key === room.key);
      const alone = together.some(({ size }) => size > room.free);
      if (needed <= room.free || alone || told.has(room.key)) return [];
      told.add(room.key);
      const [most, free] = comparedSizes(needed, room.free);
      return [
        findingAt(walked, {
          code: codes.totalSpaceTooSmall,
          severity: 'error',
          message: `${together.map(({ path }) => productsOf(phases, path)[0]?.file ?? path).join(', ')} need at least ${most} together, but ${room.folder} has ${free} free`,
          hint: 'free some space, or put one of them elsewhere',
        }),
      ];
    });
  });
}

/** Copies that can need more space than there is; once for each file system. Errors replace it. */
function copiesWithoutRoom(
  initial: HostState,
  phases: readonly WalkedPhase[],
  taken: { readonly least: Taken; readonly most: Taken },
): Finding[] {
  const told = new Set<string>();
  return phases.flatMap((walked, index) => {
    const { after } = walked;
    const copies = oneNameEach(after).flatMap((path) => {
      const isCopy = after.files[path]?.least !== undefined && !isDevice(after, path);
      const room = isCopy ? roomOf(initial, path) : undefined;
      return room ? [{ path, room }] : [];
    });
    return copies.flatMap(({ room }) => {
      const least = taken.least[index]?.get(room.key) ?? 0;
      const most = taken.most[index]?.get(room.key) ?? 0;
      if (told.has(room.key) || most <= room.free) return [];
      told.add(room.key);
      const products = copies.flatMap((copy) =>
        copy.room.key === room.key ? productsOf(phases, copy.path) : [],
      );
      const beside = activeDisksOn(walked.before, initial, room);
      return [findingAt(walked, copyAtRisk(products, { least, most, room, beside }))];
    });
  });
}

interface RiskyRoom {
  readonly least: number;
  readonly most: number;
  readonly room: Room;
  /** The disks of the running guest whose active layers are on the same file system. */
  readonly beside: readonly string[];
}

function copyAtRisk(
  products: readonly Product[],
  { least, most, room, beside }: RiskyRoom,
): Omit<Finding, 'path'> {
  const [from, to, free] = comparedSizes(least, most, room.free);
  const known = isKnown(products, room);
  const range = least < HARDLY_ANY ? `up to ${to}` : `${from} to ${to}`;
  const why =
    products.find(({ because }) => because !== undefined)?.because ??
    (least < HARDLY_ANY && !known ? 'the minimum is unknown' : undefined);
  return {
    code: codes.spaceAtRisk,
    severity: 'warning',
    message: [
      `${products.map(({ file }) => file).join(', ')} ${known ? `will probably need ${to}` : `can need ${range}`}, but ${room.folder} has ${free} free`,
      ...(why === undefined ? [] : [`: ${why}`]),
      ...(beside.length === 0
        ? []
        : [
            `; the guest writes to ${beside.join(', ')} on the same file system, and is paused if it fills up`,
          ]),
    ].join(''),
    hint: 'free some space before the run, or choose another folder; a copy that runs out of space fails',
  };
}

/** The disks whose guest is paused when the file system of that room is full. */
function activeDisksOn(state: HostState, initial: HostState, { key }: Room): string[] {
  if (!isUp(state)) return [];
  return state.domain.disks.flatMap(({ target, readonly, chain: [top] }) =>
    top && !top.block && !readonly && roomOf(initial, top.file)?.key === key ? [target] : [],
  );
}

/** An image without data takes less than that. */
const HARDLY_ANY = 64 * 1024;

/** What the step that copies into a file makes: the same under a name that it has later. None for other files. */
function productsOf(phases: readonly WalkedPhase[], path: string): readonly Product[] {
  const isCopy = ({ files }: HostState) => files[path]?.least !== undefined;
  const maker = phases.find(({ before, after }) => isCopy(after) && !isCopy(before));
  if (!maker) return [];
  const { step, params } = maker.node.planned;
  return step.products(params, maker.start).filter(({ room }) => room > 0);
}

/** The size of a block device is fixed: what is written into it takes no space elsewhere. */
function isDevice(state: HostState, path: string): boolean {
  const { files, domain } = state;
  const devices = domain.disks.flatMap(({ chain }) => chain.filter(({ block }) => block));
  return files[path]?.place?.kind === 'block device' || layerIndex(state, devices, path) >= 0;
}

/** The overlays that a phase switches disks to, with the disks. */
function overlaysOf({
  before,
  after,
}: WalkedPhase): { readonly file: string; readonly disk: Disk }[] {
  return after.domain.disks.flatMap((disk) => {
    const [top, below] = disk.chain;
    const was = diskOf(before, disk.target)?.chain[0];
    return top &&
      isSameFile(after, below?.file, was?.file) &&
      !isSameFile(after, top.file, was?.file)
      ? [{ file: top.file, disk }]
      : [];
  });
}

/** While a copy runs, the guest keeps writing: into an overlay that can grow to the disk's full size. */
function overlaysWithoutRoom(
  initial: HostState,
  phases: readonly WalkedPhase[],
  taken: Taken,
): Finding[] {
  return phases.flatMap((walked, index) =>
    overlaysOf(walked).flatMap(({ file, disk }) => {
      const room = roomOf(initial, file);
      if (!room || disk.capacity === undefined) return [];
      const alive = phases.flatMap(({ before, after }, at) => {
        const inChain = (state: HostState) =>
          layerIndex(state, diskOf(state, disk.target)?.chain ?? [], file) >= 0;
        return at > index && inChain(before) && copies(before, after) ? [at] : [];
      });
      const left = Math.min(...alive.map((at) => room.free - (taken[at]?.get(room.key) ?? 0)));
      const [full, free] = comparedSizes(disk.capacity, Math.max(0, left));
      return left >= disk.capacity
        ? []
        : [
            findingAt(walked, {
              code: codes.spaceAtRisk,
              severity: 'warning',
              message: `while the plan copies, the guest's writes to ${disk.target} go to ${file}, which can grow to ${full}; ${room.folder} has ${free} left for it, and a guest that runs out of space is paused`,
              hint: 'free some space, put the overlay elsewhere with "file" in "diskspec", or run the plan when the guest writes little',
            }),
          ];
    }),
  );
}

/** Whether a phase creates a file with content; a new overlay is empty. */
function copies(before: HostState, after: HostState): boolean {
  const overlays = after.domain.disks.flatMap(({ chain }) => chain.slice(0, -1));
  const isLayer = (path: string) => layerIndex(after, overlays, path) >= 0;
  return Object.entries(after.files).some(
    ([path, file]) => file && file.size > 0 && !before.files[path]?.size && !isLayer(path),
  );
}

/** A merge writes the data of other layers of the chain into a layer. */
function mergesWithoutRoom(
  initial: HostState,
  phases: readonly WalkedPhase[],
  taken: Taken,
): Finding[] {
  return phases.flatMap((walked, index) => {
    const { node, start } = walked;
    const { params, step } = node.planned;
    const layers = start.domain.disks.flatMap(({ chain }) => chain);
    const written = node.first
      ? step
          .products(params, start)
          .filter(({ file, room }) => room > 0 && layerIndex(start, layers, file) >= 0)
      : [];
    return written.flatMap(({ file, room: growth, because }) => {
      const room = roomOf(initial, file);
      if (!room) return [];
      const left = room.free - (taken[index]?.get(room.key) ?? 0);
      const [most, free] = comparedSizes(growth, Math.max(0, left));
      return growth <= left
        ? []
        : [
            findingAt(walked, {
              code: codes.spaceAtRisk,
              severity: 'warning',
              message: `the ${node.phase.name} writes up to ${most} into ${file}, and ${room.folder} has ${free} left: it may run out of space and fail, with the chain unchanged${because === undefined ? '' : ` (${because})`}`,
              hint: 'free some space before the run',
            }),
          ];
    });
  });
}
