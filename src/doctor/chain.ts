/** Broken chains: overlays that were never committed, missing files, headers that name other layers. */
import { basename, dirname, extname, join } from 'node:path';
import { codes } from '../codes.ts';
import { commandLine } from '../command.ts';
import { isTransient } from '../model/disk-elements.ts';
import type { HeaderChain } from '../model/examination.ts';

import {
  includesFile,
  indexOfFile,
  isSameFile,
  otherUsersOf,
  usersOf,
} from '../model/file-identity.ts';
import { type Disk, type HostState, isUp } from '../model/host-state.ts';

import { disksDefinedElsewhere, redefineStepFor } from './definition.ts';
import type { Defect, LeftBehind, Patient, Repair } from './patient.ts';

export function chainDefects(patient: Patient): Defect[] {
  const { disks } = patient.state.domain;
  return [
    ...disks.flatMap((disk) => [
      ...(uncommitted(patient, disk) ?? []),
      ...missing(patient, disk),
      ...misread(patient, disk),
    ]),
    ...beside(patient),
  ];
}

/** The files of a disk's chain: those that QEMU has open or, if the guest is off, those that the headers name. */
export function chainFiles({ state, seen }: Patient, { chain }: Disk): readonly string[] {
  const headers = seen?.headers[chain[0]?.file ?? '']?.layers ?? [];
  const layers = isUp(state) || headers.length < chain.length ? chain : headers;
  return layers.map(({ file }) => file);
}

function uncommitted(patient: Patient, disk: Disk): Defect[] | undefined {
  const { state } = patient;
  if (isTransient(disk)) return undefined;
  const files = chainFiles(patient, disk);
  const defined = indexOfFile(state, files, disk.persistentSource);
  const count = defined > 0 ? defined : leftByName(patient, files);
  const base = files[count];
  if (count === 0 || base === undefined) return undefined;
  const overlays = files.slice(0, count);
  const told =
    defined > 0 ? 'which the definition names' : 'and libvirt has no record of a snapshot';
  const were = count === 1 ? 'was' : 'were';
  return [
    {
      code: codes.overlayUncommitted,
      severity: 'warning',
      what: `${overlays.join(' and ')} of ${disk.target} ${were} never merged into ${base}, ${told}`,
      why: 'an unfinished backup leaves such an overlay: it grows with every write, and each additional layer makes reads slower',
      todo: `unless another tool uses it, merge it into ${base}; the plan removes it after the merge`,
      repair: {
        name: `commit-${disk.target}`,
        title: `Merge the layers of ${disk.target} above ${base} into it.`,
        steps: [
          {
            id: `commit-${disk.target}`,
            blockcommit: { disk: disk.target, base, active: true, pivot: true, delete: true },
          },
        ],
      },
    },
  ];
}

/**
 * How many layers at the top look like overlays of a backup: each is in the folder of the layer below and has its name
 * with a suffix, as libvirt names overlays; no recorded snapshot made it, and no other domain uses the layer below.
 */
function leftByName({ state, seen }: Patient, files: readonly string[]): number {
  const recorded =
    seen?.snapshots.flatMap(({ disks }) => disks.map(({ overlay }) => overlay)) ?? [];
  const isLeft = (file: string, below: string | undefined) =>
    below !== undefined &&
    dirname(file) === dirname(below) &&
    ['.', '-', '_'].some((sign) => basename(file).startsWith(`${stem(below)}${sign}`)) &&
    basename(file) !== basename(below) &&
    !includesFile(state, recorded, file) &&
    otherUsersOf(state, below).length === 0;
  // A snapshot whose record cannot be read may have made any of them.
  if (seen?.unread?.some(({ part }) => part === 'snapshots')) return 0;
  const end = files.findIndex((file, at) => !isLeft(file, files[at + 1]));
  return end < 0 ? 0 : end;
}

/** The name without its last suffix, from which libvirt makes an overlay's name. */
function stem(file: string): string {
  return basename(file, extname(file));
}

function missing(patient: Patient, disk: Disk): Defect[] {
  const { state, seen } = patient;
  const data = disk.chain.flatMap(({ dataFiles = [] }) => dataFiles);
  const gone = [...chainFiles(patient, disk), ...data].filter((file) => state.files[file] === null);
  const unread = seen?.headers[disk.chain[0]?.file ?? '']?.unread;
  const up = isUp(state);
  if (gone.length > 0)
    return [
      {
        code: codes.layerUnreadable,
        severity: 'error',
        what: `${gone.join(' and ')} in the chain of ${disk.target} ${gone.length === 1 ? 'is' : 'are'} missing`,
        why: up
          ? 'QEMU still has every removed file open: the data exists while this guest runs, and is lost when it stops'
          : 'the guest cannot be started without its complete chain',
        todo: up
          ? 'do not stop the guest; copy the whole disk into a new file'
          : 'restore what is missing from a backup; no command can recreate it',
        ...(up ? { repair: wholeCopy(state, disk) } : {}),
      },
    ];
  return unread === undefined
    ? []
    : [
        {
          code: codes.layerUnreadable,
          severity: 'error',
          what: `${unread.file} in the chain of ${disk.target} cannot be read: ${unread.why}`,
          why: 'the layers below it are unknown, and the next start may fail',
          todo: 'if access is denied, run the command as root; otherwise the image may be damaged',
          commands: [commandLine('qemu-img', 'info', '--force-share', unread.file)],
        },
      ];
}

/** Copies the whole disk into one new file and moves the guest to it. */
function wholeCopy(state: HostState, disk: Disk): Repair {
  const { target, chain } = disk;
  const active = chain[0]?.file ?? '';
  const isApart = disksDefinedElsewhere(state).some((each) => each.target === target);
  return {
    name: `copy-${target}`,
    title: `Copy the whole disk ${target} into a new file, and move the guest to it.`,
    steps: [
      ...(isApart ? [redefineStepFor(target, active)] : []),
      {
        id: `copy-${target}`,
        blockcopy: { disk: target, dest: wholeCopyPath(state.domain.name, disk), pivot: true },
      },
    ],
  };
}

/** The path for a whole copy of a disk. The survey has to include it, or the repair plan cannot be checked. */
export function wholeCopyPath(domain: string, { target, chain: [top] }: Disk): string {
  const name = `${domain}-${target}-whole.${top?.format === 'raw' ? 'raw' : 'qcow2'}`;
  return join(dirname(top?.file ?? '/'), name);
}

/** Compares a running guest's layers with those that its next start would read from the headers. */
function misread({ state, seen }: Patient, disk: Disk): Defect[] {
  const headers = seen?.headers[disk.chain[0]?.file ?? ''];
  // A job rewrites the headers when it ends.
  if (!headers || !isUp(state) || disk.job) return [];
  const at = firstDifference(state, disk, headers);
  if (at === undefined) return [];
  const above = disk.chain[at - 1]?.file;
  const told = headers.layers[at]?.file ?? 'nothing';
  return [
    {
      code: codes.headerMismatch,
      severity: 'error',
      what: `the header of ${above} (${disk.target}) names ${told}, but the running guest has ${disk.chain[at]?.file ?? 'nothing'} below it`,
      why: 'the next start would open a different chain, with different data',
      todo: 'copy the whole disk into a new file before the guest stops',
      repair: wholeCopy(state, disk),
    },
  ];
}

/** The first layer that differs, up to a layer that cannot be read. */
function firstDifference(
  state: HostState,
  { chain }: Disk,
  { layers, unread }: HeaderChain,
): number | undefined {
  const ends = unread !== undefined || layers.some(({ file }) => state.files[file] === null);
  const length = ends ? layers.length : Math.max(layers.length, chain.length);
  for (let at = 1; at < length; at++) {
    const [live, told] = [chain[at]?.file, layers[at]?.file];
    if (!isSameFile(state, live, told)) return at;
  }
  return undefined;
}

/** Overlays above the guest's files that no chain uses. They are only reported: the user decides what to do with them. */
function beside({ state, seen, runs, left = [], newestSearched }: Patient): Defect[] {
  const recorded =
    seen?.snapshots.flatMap(({ disks }) => disks.map(({ overlay }) => overlay)) ?? [];
  return (seen?.beside ?? [])
    .filter(({ file }) => usersOf(state, file).length === 0 && !includesFile(state, recorded, file))
    .map(({ file, backing }) => {
      const kept = left.find((each) => isSameFile(state, each.file, file));
      if (kept) return leftBehind(file, backing, kept);
      const maker = runs.find(({ files }) => includesFile(state, files, file));
      const unsearched =
        newestSearched === undefined
          ? ''
          : `; none of the newest ${newestSearched} successful runs on the guest left it behind, and older runs were not searched`;
      const whose =
        maker === undefined ? unsearched : `; run ${maker.run} (${maker.plan}) created it`;
      return {
        code: codes.overlayOrphaned,
        severity: 'warning',
        what: `${file} is an overlay above ${backing}, and in no domain's chain${whose}`,
        why: 'it may hold the only copy of some writes, or be outdated: if the file below has changed, committing the overlay or running a guest on it would corrupt data',
        todo: 'find out which guest or tool uses it before you move or remove it; the command shows only its size and its backing files',
        commands: [commandLine('qemu-img', 'info', '--force-share', '--backing-chain', file)],
      };
    });
}

/** Its content is known: a run of blockplan took it out of the chain, and the guest has not used it since. */
function leftBehind(
  file: string,
  backing: string,
  { target, wasActive, run, plan, time }: LeftBehind,
): Defect {
  const how = wasActive ? `moved ${target} away from it` : `took it out of the chain of ${target}`;
  return {
    code: codes.overlayOrphaned,
    severity: 'warning',
    what: `${file} is an overlay above ${backing}, and in no domain's chain; run ${run} (${plan}) ${how} on ${time}, and kept it`,
    why: `its content is from that time: it lacks all later writes of the guest, and committing it or running a guest on it would corrupt data where ${backing} has changed since`,
    todo: 'keep it while you may need that state, then remove it yourself: blockplan does not remove it',
    commands: [commandLine('qemu-img', 'info', '--force-share', '--backing-chain', file)],
  };
}
