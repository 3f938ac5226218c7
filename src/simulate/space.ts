/** Space over the whole plan: several steps share a file system, and an overlay grows while a copy runs. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { FileSet, fileAt, isSameFile, layerIndex } from '../model/file-identity.ts';
import { type Disk, diskOf, type HostState } from '../model/host-state.ts';
import { comparedSizes } from '../size-text.ts';
import { rollbacksWithoutRoom } from './rollback-room.ts';
import { findingAt, type WalkedPhase } from './walked-phase.ts';

/** A destination folder, with its free space in bytes before the plan begins. */
interface Room {
  readonly folder: string;
  readonly free: number;
  /** The same for all folders that share their free space. */
  readonly key: string;
}

/** All dangers of running out of space: in the plan as a whole, in overlays, in merges and in rollbacks. */
export function spaceDangers(initial: HostState, phases: readonly WalkedPhase[]): Finding[] {
  const taken = takenAfter(initial, phases);
  return [
    ...tooMuchTogether(initial, phases, taken),
    ...overlaysWithoutRoom(initial, phases, taken),
    ...mergesWithoutRoom(initial, phases, taken),
    ...rollbacksWithoutRoom(phases, (index, file) => {
      const room = roomOf(initial, file);
      return room && room.free - (taken[index]?.get(room.key) ?? 0);
    }),
  ];
}

function roomOf(initial: HostState, file: string): Room | undefined {
  const folder = dirname(file);
  const found = initial.folders[folder];
  return found && found.blockedBy === undefined
    ? { folder, free: found.free, key: found.fileSystem ?? folder }
    : undefined;
}

/** After each phase, by file system, the additional bytes that files take since the plan began; may be negative. */
function takenAfter(
  initial: HostState,
  phases: readonly WalkedPhase[],
): readonly ReadonlyMap<string, number>[] {
  return phases.map(({ after }) => {
    const taken = new Map<string, number>();
    for (const path of oneNameEach(after)) {
      const room = roomOf(initial, path);
      const more = (after.files[path]?.size ?? 0) - (fileAt(initial, path)?.size ?? 0);
      if (room) taken.set(room.key, (taken.get(room.key) ?? 0) + more);
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
  taken: readonly ReadonlyMap<string, number>[],
): Finding[] {
  const told = new Set<string>();
  return phases.flatMap((walked, index) => {
    const made = oneNameEach(walked.after).flatMap((path) => {
      const file = walked.after.files[path];
      const room = file && !fileAt(initial, path) ? roomOf(initial, path) : undefined;
      return room && file && file.size > 0 ? [{ path, room, size: file.size }] : [];
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
          message: `${together.map(({ path }) => path).join(', ')} need up to ${most} together, but ${room.folder} has ${free} free`,
          hint: 'free some space, or put one of them elsewhere',
        }),
      ];
    });
  });
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
  taken: readonly ReadonlyMap<string, number>[],
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
  taken: readonly ReadonlyMap<string, number>[],
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
    return written.flatMap(({ file, room: growth }) => {
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
              message: `the ${node.phase.name} writes up to ${most} into ${file}, and ${room.folder} has ${free} left: it may run out of space and fail, with the chain unchanged`,
              hint: 'free some space before the run',
            }),
          ];
    });
  });
}
