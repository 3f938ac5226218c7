/** What a restore requires of the disks of the guest whose files it replaces. */
import { codes } from '../../codes.ts';
import { commandLine } from '../../command.ts';
import type { StoredBackup } from '../../model/backup-store.ts';
import { whyUnsupported } from '../../model/disk-elements.ts';
import { definedConfinement } from '../../model/domain-xml.ts';
import { type Disk, diskOf, type HostState } from '../../model/host-state.ts';
import { onlyNearest } from '../../nearest.ts';
import { sizeText } from '../../size-text.ts';
import { type Restored, type RestoredDisk, restoredDisks } from '../restored-disks.ts';
import { findDisk } from './disk.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

/** Requires that the chosen disks of the backup can be restored to the disks of the guest with the same targets. */
export function requireReplaceableDisks(
  needs: Needs,
  state: HostState,
  params: Restored,
  backup: StoredBackup,
): void {
  needs.require(
    `the definition has the disks of the backup ${backup.name}, and their images are complete`,
    'domain',
    [
      ...checkListed(params, backup),
      ...restoredDisks(params, state).flatMap((disk) => checkDisk(params, state, backup, disk)),
      ...warnOfOthers(params, state, backup),
      ...warnOfOwner(params, state),
    ],
  );
}

/** Where a plan chooses the disk; for a disk that is restored by default, the backup. */
function keyOf({ disks }: Restored, target: string): ParamPath {
  return disks === undefined ? 'backup' : ['disks', disks.indexOf(target)];
}

/** How a plan leaves a disk out. */
function without(params: Restored, backup: StoredBackup, state: HostState, target: string): string {
  if (params.disks !== undefined) return `remove ${target} from \`disks\``;
  const others = backup.disks
    .map((disk) => disk.target)
    .filter((each) => each !== target && diskOf(state, each));
  return others.length === 0
    ? 'name another backup'
    : `list the disks to restore: \`disks: [${others.join(', ')}]\``;
}

function checkListed({ disks = [], ...params }: Restored, { name, disks: stored }: StoredBackup) {
  const known = stored.map(({ target }) => target);
  return disks
    .filter((target) => !known.includes(target))
    .map((target) => {
      const near = onlyNearest(target, known);
      return refuseStep(
        codes.diskNotFound,
        keyOf({ ...params, disks }, target),
        `the backup ${name} has no disk "${target}"; it has: ${known.join(', ') || 'none'}`,
        near === undefined ? 'list disks that it has' : `did you mean "${near}"?`,
      );
    });
}

function checkDisk(
  params: Restored,
  state: HostState,
  backup: StoredBackup,
  { target, broken, root, capacity }: RestoredDisk,
): Refusal[] {
  const { name } = backup;
  const key = keyOf(params, target);
  const another = 'name another backup';
  const unusable = (problem: string, hint = another) =>
    refuseStep(codes.backupUnusable, key, problem, hint);
  if (broken) {
    const hint = broken.hint === undefined ? another : `${broken.hint}, or ${another}`;
    return [unusable(`${name}: ${broken.problem}`, hint)];
  }
  if (root === undefined)
    return [
      unusable(`the backup ${name} has no digest of ${target}, so the copy could not be verified`),
    ];
  const leave = without(params, backup, state, target);
  const disk = findDisk(state, target, key);
  if (Array.isArray(disk)) return disk.map((refusal) => ({ ...refusal, hint: leave }));
  const unfit = checkSource(disk, key, leave);
  if (unfit.length > 0 || disk.capacity === undefined || disk.capacity === capacity) return unfit;
  return [
    {
      ...refuse(
        codes.restoredSizeDiffers,
        key,
        `${target} has ${sizeText(disk.capacity)} now, and had ${sizeText(capacity)} in the backup ${name}: the disk gets its former size again`,
        'resize the restored image afterwards if the disk should keep its current size',
      ),
      severity: 'warning',
    },
  ];
}

/** Refuses a disk whose source in the definition cannot become a file. A disk that the guest only reads can. */
function checkSource(disk: Disk, key: ParamPath, leave: string): Refusal[] {
  const { target, device, unsupported = [] } = disk;
  const [active] = disk.chain;
  const unfit = (why: string) => [
    refuseStep(codes.diskNotEligible, key, `${target} ${why}`, leave),
  ];
  if (device === 'lun') return unfit('is a lun, whose source can only be a device');
  if (device !== 'disk') return unfit(`is a ${device}, not a disk: its medium is not restored`);
  if (!active) return unfit('has no source in the definition that a restored file could replace');
  if (!active.file.startsWith('/'))
    return unfit(`is on ${active.file}, which is neither a file nor a block device of this host`);
  return unsupported.map((property) =>
    refuseStep(
      codes.diskUnsupported,
      key,
      `${target} has ${property}: ${whyUnsupported(property)}`,
      leave,
    ),
  );
}

/** Disks from different times are only safe if the plan says so: a database may have its log on another disk. */
function warnOfOthers(
  { disks }: Restored,
  { domain }: HostState,
  { name, disks: stored, left = {} }: StoredBackup,
): Refusal[] {
  const known = stored.map(({ target }) => target);
  return domain.disks
    .filter(({ target, device, readonly }) => {
      const isWritten = !readonly && (device === 'disk' || device === 'lun');
      return disks === undefined && isWritten && !known.includes(target);
    })
    .map(({ target }) => {
      const reason = Object.hasOwn(left, target) ? ` (left out: ${left[target]})` : '';
      return {
        ...refuse(
          codes.diskNotRestored,
          'backup',
          `${target} is not in the backup ${name}${reason}: it keeps its present data, so the disks of the guest will be from different times`,
          `use a backup of all disks; if the others do not depend on ${target}: \`disks: [${known.join(', ')}]\``,
        ),
        severity: 'warning',
      };
    });
}

/** libvirt gives a new file to the user of the guest's QEMU, unless the definition says not to. */
function warnOfOwner(params: Restored, state: HostState): Refusal[] {
  const { definition, name } = state.domain;
  const confinement = definition === undefined ? undefined : definedConfinement(definition);
  if (!confinement || confinement.givesFiles) return [];
  const { user } = confinement;
  if (user && user.uid === state.host.user) return [];
  const owner = user ? `${user.uid}:${user.gid}` : 'USER:GROUP';
  const files = restoredDisks(params, state).map(({ file }) => file);
  return [
    {
      ...refuse(
        codes.qemuAccessDenied,
        'dest',
        `the seclabel of "${name}" has relabel='no', so libvirt does not change the owner of the restored files, and QEMU cannot open them`,
        `before the next start: ${commandLine('chown', owner, ...files)}`,
      ),
      severity: 'warning',
    },
  ];
}
