/** Snapshots and checkpoints that libvirt has on record but whose data is missing. */
import { codes } from '../codes.ts';
import { commandLine, virshLine } from '../command.ts';
import { definedDisks } from '../model/defined-disks.ts';
import type { ImageHeader, SnapshotDisk } from '../model/examination.ts';
import { includesFile, otherUsersOf } from '../model/file-identity.ts';
import { type Disk, diskOf, type HostState, isUp } from '../model/host-state.ts';
import { isOlder } from '../model/release.ts';
import { externalSnapshotCaveat, INTERNAL_SNAPSHOT_CAVEAT } from '../model/snapshot-caveats.ts';
import type { TrackedDisk } from '../model/tracking.ts';
import { chainFiles } from './chain.ts';
import type { Defect, Patient } from './patient.ts';

export function recordDefects(patient: Patient): Defect[] {
  return [
    ...unreadParts(patient),
    ...snapshotDefects(patient),
    ...checkpointDefects(patient),
    ...(isUp(patient.state) ? [] : strayBitmaps(patient)),
  ];
}

/** A defect of these may stay hidden: another one may depend on the part, so a repair may harm it. */
function unreadParts({ state, seen }: Patient): Defect[] {
  return (seen?.unread ?? []).map(({ what, why }) => ({
    code: codes.domainUnreadable,
    severity: 'warning',
    what: `libvirt does not show ${what}: ${why}`,
    why: 'it was not examined, and what depends on it may be wrong',
    todo: 'find out why libvirt refuses, and run doctor again',
    commands: [virshLine(state.host, 'dumpxml', '--domain', state.domain.name)],
  }));
}

/**
 * Bitmaps in use when QEMU died that no checkpoint has on record. An intact bitmap may belong to another tool, and one in an
 * image that another guest may use is in use there.
 */
function strayBitmaps({ state, seen }: Patient): Defect[] {
  if (seen?.unread?.some(({ part }) => part === 'checkpoints')) return [];
  if (state.others.some(({ unread }) => unread.length > 0)) return [];
  const recorded = new Set(
    (seen?.checkpoints ?? []).flatMap(({ disks }) => disks.map(({ bitmap }) => bitmap)),
  );
  return state.domain.disks.flatMap(({ target, chain: [top] }) =>
    (seen?.headers[top?.file ?? '']?.layers ?? []).flatMap(({ file, bitmaps }) =>
      bitmaps
        .filter(({ name, inUse }) => inUse && !recorded.has(name))
        .filter(() => otherUsersOf(state, file).length === 0)
        .map(
          ({ name }): Defect => ({
            code: codes.checkpointBroken,
            severity: 'warning',
            what: `the bitmap "${name}" in ${file} (${target}) ${UNTRUSTED}, and no checkpoint refers to it`,
            why: 'an incremental backup based on it would miss changes',
            todo: 'remove it while the guest is off, and take a full backup',
            commands: [commandLine('qemu-img', 'bitmap', '--remove', file, name)],
          }),
        ),
    ),
  );
}

function snapshotDefects(patient: Patient): Defect[] {
  const { state, seen } = patient;
  const { name: domain } = state.domain;
  return (seen?.snapshots ?? []).flatMap(({ name, disks, memory }): Defect[] => {
    const wrong = [
      ...disks.flatMap((each) => wrongWith(patient, name, each)),
      ...(memory !== undefined && state.files[memory] === null
        ? [`its memory file ${memory} is missing`]
        : []),
    ];
    if (wrong.length === 0) return [];
    const elsewhere = disks.flatMap((each) => formerFileOf(patient, each) ?? []);
    return [
      {
        code: codes.snapshotMismatch,
        severity: 'warning',
        what: `libvirt's record of snapshot "${name}" does not match the disks: ${wrong.join('; ')}`,
        why: `${disks.some(({ kind }) => kind === 'internal') ? INTERNAL_SNAPSHOT_CAVEAT : externalSnapshotCaveat(state.host.libvirt)}, and a new snapshot of that name is refused`,
        ...(elsewhere.length > 0
          ? {
              todo: `keep the record: ${elsewhere.join(' and ')}, on which the snapshot was taken, may still hold it`,
            }
          : {
              todo: 'if the snapshot is no longer needed, delete its record; no file is changed',
              commands: [
                virshLine(
                  patient.state.host,
                  'snapshot-delete',
                  ...['--domain', domain, '--snapshotname', name, '--metadata'],
                ),
              ],
            }),
      },
    ];
  });
}

function wrongWith(patient: Patient, snapshot: string, recorded: SnapshotDisk): string[] {
  const { state } = patient;
  const { target, kind, overlay, base } = recorded;
  const disk = diskOf(state, target);
  if (!disk) return isDefined(state, target) ? [] : [`the domain has no disk ${target}`];
  const layers = layersRead(patient, disk);
  if (kind === 'internal')
    return layers === undefined || layers.some(({ snapshots }) => snapshots.includes(snapshot))
      ? []
      : [`no layer of ${target} holds it`];
  if (base !== undefined && state.files[base] === null)
    return [`${base}, the former file of ${target}, is missing`];
  if (overlay === undefined || isInChain(patient, disk, overlay)) return [];
  if (state.files[overlay] === null) return [`${overlay} (${target}) is missing`];
  return isOtherBranch(patient, disk, base) || (!isUp(state) && layers === undefined)
    ? []
    : [`${overlay} is no longer in the chain of ${target}`];
}

/** Whether the guest has the disk at its next start: it may be detached from the running guest only. */
function isDefined({ domain }: HostState, target: string): boolean {
  return definedDisks(domain).some((disk) => disk.target === target);
}

/** The headers of all layers of a disk; undefined if one of them was not read. */
function layersRead({ state, seen }: Patient, { chain }: Disk): readonly ImageHeader[] | undefined {
  const read = seen?.headers[chain[0]?.file ?? ''];
  const isWhole =
    read !== undefined &&
    read.unread === undefined &&
    read.layers.length >= chain.length &&
    read.layers.every(({ file }) => file.startsWith('/') && state.files[file] !== null);
  return isWhole ? read.layers : undefined;
}

/** The file that an internal snapshot was taken on, unless it is missing, or was read as a layer of the disk. */
function formerFileOf(patient: Patient, { target, kind, base }: SnapshotDisk): string | undefined {
  const { state } = patient;
  const disk = diskOf(state, target);
  if (kind !== 'internal' || base === undefined || state.files[base] === null) return undefined;
  const layers = disk === undefined ? [] : (layersRead(patient, disk) ?? []);
  const read = layers.map(({ file }) => file);
  return includesFile(state, read, base) ? undefined : base;
}

function isInChain(patient: Patient, disk: Disk, file: string): boolean {
  return includesFile(patient.state, chainFiles(patient, disk), file);
}

/**
 * A reverted guest continues in a new overlay above the old base, and the overlay that it left is kept (libvirt's news,
 * v9.9.0: "implement reverting external snapshots").
 */
function isOtherBranch(patient: Patient, disk: Disk, base: string | undefined): boolean {
  const { libvirt } = patient.state.host;
  if (base === undefined || libvirt === undefined || isOlder(libvirt, '9.9.0')) return false;
  const [, ...below] = chainFiles(patient, disk);
  return includesFile(patient.state, below, base);
}

function checkpointDefects(patient: Patient): Defect[] {
  const { domain } = patient.state;
  return (patient.seen?.checkpoints ?? []).flatMap(({ name, disks }): Defect[] => {
    const broken = disks.flatMap((each) => {
      const how = brokenBy(patient, each);
      return how === undefined ? [] : [{ ...each, how }];
    });
    if (broken.length === 0) return [];
    // libvirt deletes an untrusted bitmap with its checkpoint, but fails if the bitmap is missing (seen with 9.0.0).
    const records = isUp(patient.state) && broken.every(({ how }) => how === UNTRUSTED);
    const missing = broken.filter(({ how }) => how !== UNTRUSTED).map(({ target }) => target);
    const stay = records ? [] : disks.filter(({ target }) => !missing.includes(target));
    return [
      {
        code: codes.checkpointBroken,
        severity: 'warning',
        what: `checkpoint "${name}" no longer tracks changes: ${broken.map(({ target, bitmap, how }) => `the bitmap "${bitmap}" of ${target} ${how}`).join('; ')}`,
        why: 'no incremental backup can be based on it',
        todo: `delete it, and take a full backup with a new checkpoint${bitmapsText(stay)}`,
        commands: [
          virshLine(
            patient.state.host,
            'checkpoint-delete',
            ...['--domain', domain.name, '--checkpointname', name],
            ...(records ? [] : ['--metadata']),
          ),
        ],
      },
    ];
  });
}

/** With `--metadata`, libvirt forgets a checkpoint and leaves its bitmaps. */
function bitmapsText(stay: readonly TrackedDisk[]): string {
  if (stay.length === 0) return '';
  const names = stay.map(({ target, bitmap }) => `"${bitmap}" of ${target}`).join(', ');
  return `. That leaves other bitmaps of it in the images (${names}): remove them while the guest is off, with qemu-img bitmap --remove`;
}

const UNTRUSTED = 'was in use when QEMU died and cannot be trusted';
const GONE = 'is missing';

function brokenBy({ state }: Patient, { target, next }: TrackedDisk): string | undefined {
  if (!diskOf(state, target))
    return isDefined(state, target) ? undefined : `was lost with the disk`;
  if (next === 'inconsistent') return UNTRUSTED;
  return next === 'missing' ? GONE : undefined;
}
