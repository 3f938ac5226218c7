/** Broken chains: overlays that were never committed, missing files, headers that name other layers. */
import { basename, dirname, extname, join } from 'node:path';
import { codes } from '../codes.ts';
import { type Command, commandLine } from '../command.ts';
import { isTransient } from '../model/disk-elements.ts';
import type { HeaderChain } from '../model/examination.ts';

import {
  fileAt,
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
      ...uncommitted(patient, disk),
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

/** Overlays that may be left over. A plan merges them only into the file that the guest's definition names. */
function uncommitted(patient: Patient, disk: Disk): Defect[] {
  const { state, seen } = patient;
  // A snapshot whose record cannot be read may have made any of the layers.
  if (isTransient(disk) || seen?.unread?.some(({ part }) => part === 'snapshots')) return [];
  const files = chainFiles(patient, disk);
  const defined = indexOfFile(state, files, disk.persistentSource);
  const count = defined > 0 ? defined : leftByName(patient, files);
  const base = files[count];
  const overlays = files.slice(0, count);
  if (base === undefined || overlays.length === 0 || areRecorded(patient, overlays, base))
    return [];
  const found = { code: codes.overlayUncommitted, severity: 'warning' } as const;
  const left = `${overlays.join(' and ')} of ${disk.target}`;
  const leaves = 'an unfinished backup leaves such an overlay: it grows with every write';
  if (defined <= 0)
    return [
      {
        ...found,
        what: `${left} may be left over from a backup: its name is that of ${base} with a suffix, and libvirt has no record of a snapshot`,
        why: `${leaves}. But a clone of a template looks the same`,
        todo: `find out what ${base} is. A template, or a state that is still needed, must not change: leave the chain as it is. Otherwise, write a plan that merges the overlay, with a blockcommit step`,
        commands: [chainCommand(files[0] ?? base)],
      },
    ];
  const fits = isUnwritten(patient, base, overlays.at(-1));
  return [
    {
      ...found,
      what: `${left} ${count === 1 ? 'was' : 'were'} never merged into ${base}, which the definition names`,
      why: `${leaves}, and each additional layer makes reads slower`,
      ...(fits
        ? {
            todo: `unless another tool uses it, or ${base} must not change, merge it into ${base}; the plan keeps the merged files`,
            repair: mergeInto(disk, base),
          }
        : {
            todo: `find out whether anything else has written to ${base} since the overlay was created, or needs it as it is: merging would overwrite that. Otherwise, write a plan that merges the overlay, with a blockcommit step`,
            commands: [chainCommand(files[0] ?? base)],
          }),
    },
  ];
}

function mergeInto({ target: disk }: Disk, base: string): Repair {
  const name = `commit-${disk}`;
  return {
    name,
    title: `Merge the layers of ${disk} above ${base} into it.`,
    steps: [{ id: name, blockcommit: { disk, base, active: true, pivot: true } }],
  };
}

/** Shows the size and the backing files of an image, and changes nothing. */
function chainCommand(file: string): Command {
  return commandLine('qemu-img', 'info', '--force-share', '--backing-chain', file);
}

/** Whether libvirt has an external snapshot on record that made one of the overlays, or whose data a merge would change. */
function areRecorded({ state, seen }: Patient, overlays: readonly string[], base: string): boolean {
  const records = (seen?.snapshots ?? [])
    .flatMap(({ disks }) => disks)
    .filter(({ kind }) => kind === 'external');
  return (
    records.some(({ overlay }) => includesFile(state, overlays, overlay)) ||
    records.some((each) => includesFile(state, [...overlays, base], each.base))
  );
}

/** The guest writes to the file below until the overlay takes its writes. */
const SWITCHING_MS = 60_000;

/** Whether a file was certainly not written to since the overlay above it was created, not even by a guest of another host. */
function isUnwritten({ state, seen }: Patient, file: string, overlay = ''): boolean {
  const born = fileAt(state, overlay)?.born;
  const written = seen?.written[file];
  if (born === undefined || written === undefined) return false;
  return written <= Number(BigInt(born) / 1_000_000n) + SWITCHING_MS;
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
  const known = [...recorded, ...Object.values(seen?.saved ?? {})];
  const unread = state.others.flatMap((other) => other.unread);
  const users = `in no domain's chain${unread.length === 0 ? '' : ` that can be read (${unread.join(', ')} cannot)`}`;
  return (seen?.beside ?? [])
    .filter(({ file }) => usersOf(state, file).length === 0 && !includesFile(state, known, file))
    .map(({ file, backing }) => {
      const what = `${file} is an overlay above ${backing}, and ${users}`;
      const found = {
        code: codes.overlayOrphaned,
        severity: 'warning',
        commands: [chainCommand(file)],
      } as const;
      const kept = left.find((each) => isSameFile(state, each.file, file));
      if (kept?.isUnchanged) return { ...found, ...leftBehind(what, backing, kept) };
      const maker = runs.find(({ files }) => includesFile(state, files, file));
      const unsearched =
        newestSearched === undefined
          ? ''
          : `; none of the newest ${newestSearched} successful runs on the guest left it behind, and older runs were not searched`;
      const whose = kept
        ? `; run ${kept.run} (${kept.plan}) kept a file at this path on ${kept.time}, but this may be another one, or may have changed since`
        : maker
          ? `; run ${maker.run} (${maker.plan}) created a file at this path`
          : unsearched;
      return {
        ...found,
        what: `${what}${whose}`,
        why: 'it may hold the only copy of some writes, or be outdated: if the file below has changed, committing the overlay or running a guest on it would corrupt data',
        todo: 'keep it, and find out which guest or tool uses it; the command shows only its size and its backing files',
      };
    });
}

/** Its content is known: a run of blockplan took this very file out of the chain, and it has not changed since. */
function leftBehind(
  what: string,
  backing: string,
  { target, wasActive, run, plan, time }: LeftBehind,
): Pick<Defect, 'what' | 'why' | 'todo'> {
  const how = wasActive ? `moved ${target} away from it` : `took it out of the chain of ${target}`;
  return {
    what: `${what}; run ${run} (${plan}) ${how} on ${time}, and kept it`,
    why: `its content is from that time: it lacks all later writes of the guest, and committing it or running a guest on it would corrupt data where ${backing} has changed since`,
    todo: 'keep it while you may need that state, or anything that has it as its backing file; blockplan does not use it again',
  };
}
