/** Chains that are not as they should be: overlays nobody commits, files that are missing, headers that say otherwise. */
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
import type { Defect, Patient, Repair } from './patient.ts';

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

/** The files of a disk's chain: those that QEMU runs on or, of a guest that is off, those that headers name. */
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
    defined > 0
      ? `above ${base}, which the definition names`
      : `above ${base}, and libvirt has no snapshot on record that it belongs to`;
  return [
    {
      code: codes.overlayUncommitted,
      severity: 'warning',
      what: `${disk.target} runs on ${overlays.join(' above ')}, ${told}`,
      why: 'a backup that did not come to its end leaves such an overlay: it grows with every write, and each one more makes reads slower',
      todo: `unless somebody works with it, merge it into ${base}; the plan removes it once its data is there`,
      repair: {
        name: `commit-${disk.target}`,
        title: `Merge what ${disk.target} has written since into ${base}.`,
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
 * How many layers at the top look like overlays of a backup: each lies beside the one below and has its name with a word
 * more, as libvirt names overlays, no snapshot on record has made it, and no other domain rests on the one below.
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
  const end = files.findIndex((file, at) => !isLeft(file, files[at + 1]));
  return end < 0 ? 0 : end;
}

/** The name without its last suffix, as libvirt takes it for an overlay's. */
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
        what: `${gone.join(' and ')} of the chain of ${disk.target} ${gone.length === 1 ? 'is' : 'are'} missing`,
        why: up
          ? 'QEMU still has what was removed open: the data is there as long as this guest runs, and gone once it stops'
          : 'the guest cannot be started without it',
        todo: up
          ? 'do not stop the guest; copy what it sees into a file of its own'
          : 'bring it back to its place from a backup; no command can make it again',
        ...(up ? { repair: wholeCopy(state, disk) } : {}),
      },
    ];
  return unread === undefined
    ? []
    : [
        {
          code: codes.layerUnreadable,
          severity: 'error',
          what: `${unread.file} in the chain of ${disk.target} cannot be made out: ${unread.why}`,
          why: 'nobody can tell what is below it, and the next start may fail',
          todo: 'look at it as a user who may read it, and see what is wrong with it',
          commands: [commandLine('qemu-img', 'info', '--force-share', unread.file)],
        },
      ];
}

/** Everything that the guest sees of a disk, in one new file, on which it goes on. */
function wholeCopy(state: HostState, disk: Disk): Repair {
  const { target, chain } = disk;
  const active = chain[0]?.file ?? '';
  const isApart = disksDefinedElsewhere(state).some((each) => each.target === target);
  return {
    name: `copy-${target}`,
    title: `Copy what the guest sees of ${target} into a file of its own, and let it go on there.`,
    steps: [
      ...(isApart ? [redefineStepFor(target, active)] : []),
      {
        id: `copy-${target}`,
        blockcopy: { disk: target, dest: wholeCopyPath(state.domain.name, disk), pivot: true },
      },
    ],
  };
}

/** Where a whole copy of a disk would go: a host state that is surveyed with it tells whether it can. */
export function wholeCopyPath(domain: string, { target, chain: [top] }: Disk): string {
  const name = `${domain}-${target}-whole.${top?.format === 'raw' ? 'raw' : 'qcow2'}`;
  return join(dirname(top?.file ?? '/'), name);
}

/** A running guest's layers against those that the headers would give at its next start. */
function misread({ state, seen }: Patient, disk: Disk): Defect[] {
  const headers = seen?.headers[disk.chain[0]?.file ?? ''];
  // A job that ends writes the headers again.
  if (!headers || !isUp(state) || disk.job) return [];
  const at = firstDifference(state, disk, headers);
  if (at === undefined) return [];
  const above = disk.chain[at - 1]?.file;
  const told = headers.layers[at]?.file ?? 'nothing';
  return [
    {
      code: codes.headerMismatch,
      severity: 'error',
      what: `below ${above} (${disk.target}) the running guest has ${disk.chain[at]?.file ?? 'nothing'}, but its header names ${told}`,
      why: 'the next start would build another chain than the guest has now, and the guest would find other data',
      todo: 'copy what the guest sees into a file of its own, before it stops',
      repair: wholeCopy(state, disk),
    },
  ];
}

/** The first place where they differ; what cannot be read differs from nothing. */
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

/** Overlays above the guest's files that no chain uses; explained, and left to people. */
function beside({ state, seen, runs }: Patient): Defect[] {
  const recorded =
    seen?.snapshots.flatMap(({ disks }) => disks.map(({ overlay }) => overlay)) ?? [];
  return (seen?.beside ?? [])
    .filter(({ file }) => usersOf(state, file).length === 0 && !includesFile(state, recorded, file))
    .map(({ file, backing }) => {
      const maker = runs.find(({ files }) => includesFile(state, files, file));
      const whose = maker === undefined ? '' : `; run ${maker.run} (${maker.plan}) made it`;
      return {
        code: codes.overlayOrphaned,
        severity: 'warning',
        what: `${file} is an overlay above ${backing}, and in no domain's chain${whose}`,
        why: 'it may hold writes that are nowhere else, or be stale: once the file below has changed, a commit of it, or a guest on it, would spoil data',
        todo: 'find out whose it is before you move or remove it; blockplan does neither',
        commands: [commandLine('qemu-img', 'info', '--force-share', '--backing-chain', file)],
      };
    });
}
