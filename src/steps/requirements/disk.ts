/** What block jobs require of a disk. */
import { codes } from '../../codes.ts';
import { blockplanOn, virshCommand } from '../../command.ts';
import { whyUnsupported } from '../../model/disk-elements.ts';
import { filesOfLayer, includesFile, otherWritersOf } from '../../model/file-identity.ts';
import { type Disk, diskOf, type HostState } from '../../model/host-state.ts';
import { onlyNearest } from '../../nearest.ts';
import { requireGuestUp } from './guest.ts';
import { checkOneFile } from './one-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

const OTHER_DISK = 'choose another disk';

/**
 * Requires that a block job can start on the disk.
 * @param instead what to do about a disk that does not support them, as a hint
 * @returns the disk; undefined if it cannot
 */
export function requireDiskForJob(
  needs: Needs,
  state: HostState,
  target: string,
  key: ParamPath = 'disk',
  instead = OTHER_DISK,
): Disk | undefined {
  const disk = requireSupportedDisk(needs, state, target, key, instead);
  return disk && requireIdleDisk(needs, state, disk, key) ? disk : undefined;
}

/** Requires that the disk supports block jobs. @returns the disk; undefined if it does not */
export function requireSupportedDisk(
  needs: Needs,
  state: HostState,
  target: string,
  key: ParamPath,
  instead = OTHER_DISK,
): Disk | undefined {
  const disk = findDisk(state, target, key);
  const checks = [checkDevice, checkMedium, checkSupported, checkImages];
  const unfit = Array.isArray(disk)
    ? disk
    : checks.map((check) => check(disk, key, instead)).find((found) => found.length > 0);
  const also = `, and ${target} is a disk on local files or block devices`;
  const isFit = requireGuestUp(needs, state, also, unfit);
  return isFit && !Array.isArray(disk) ? disk : undefined;
}

/** Requires that no block job runs on the disk and that no other guest writes to it. */
export function requireIdleDisk(
  needs: Needs,
  state: HostState,
  disk: Disk,
  key: ParamPath,
): boolean {
  const { job, target } = disk;
  const { name } = state.domain;
  const isEndless = job?.ready || job?.type === 'copy' || job?.type === 'active-commit';
  const hint = isEndless
    ? `it does not end by itself; to find out how to end it: ${blockplanOn(state.host.connect, 'doctor', name)}`
    : `wait until it ends; to see its progress: ${virshCommand(state.host, 'blockjob', name, target, '--info')}`;
  const isIdle = needs.require(
    `${target} has no block job`,
    'domain',
    job
      ? [
          refuse(
            codes.blockJobActive,
            key,
            `${target} already has a block job (${job.type}${job.ready ? ', ready' : ''})`,
            hint,
          ),
        ]
      : [],
  );
  if (!isIdle) return false;
  const written = writtenElsewhere(state, disk);
  return needs.require(
    `no other guest writes to a layer of ${target}`,
    'others',
    written === undefined
      ? []
      : [
          refuse(
            codes.layerHasOtherWriter,
            key,
            `${written}: a copy, snapshot or merge would miss those writes`,
            'detach the disk from the other writer first: blockplan supports only disks with a single writer',
          ),
        ],
  );
}

/** The disk with that target; a refusal if there is none, or more than one. */
export function findDisk(state: HostState, target: string, key: ParamPath): Disk | Refusal[] {
  const { name, disks } = state.domain;
  const disk = diskOf(state, target);
  if (!disk) {
    const targets = disks.map((each) => each.target);
    const names = targets.join(', ') || 'none';
    const near = onlyNearest(target, targets);
    return [
      refuseStep(
        codes.diskNotFound,
        key,
        `the domain "${name}" has no disk "${target}"; it has: ${names}`,
        near === undefined
          ? `see: ${virshCommand(state.host, 'domblklist', name)}`
          : `did you mean "${near}"?`,
      ),
    ];
  }
  // libvirt accepts no such definition, but a facts file may have one.
  if (disks.filter((each) => each.target === target).length > 1)
    return [
      refuseStep(
        codes.diskNotFound,
        key,
        `"${name}" has several disks named "${target}"`,
        'give each disk in the facts its own target',
      ),
    ];
  return target === ''
    ? [
        refuseStep(
          codes.diskNotFound,
          key,
          `a disk of "${name}" has no target`,
          'give each disk in the facts a target',
        ),
      ]
    : disk;
}

function checkDevice(
  { target, device, readonly }: Disk,
  key: ParamPath,
  instead: string,
): Refusal[] {
  if (device !== 'disk' && device !== 'lun')
    return [
      refuseStep(
        codes.diskNotEligible,
        key,
        `${target} is a ${device}, not a disk: it supports no block jobs`,
        instead,
      ),
    ];
  return readonly
    ? [
        refuseStep(
          codes.diskNotEligible,
          key,
          `${target} is read-only: nothing can be moved or merged`,
          instead,
        ),
      ]
    : [];
}

function checkMedium(
  { target, chain: [active] }: Disk,
  key: ParamPath,
  instead: string,
): Refusal[] {
  if (!active) return [refuseStep(codes.diskNotEligible, key, `${target} has no medium`, instead)];
  return active.file.startsWith('/')
    ? []
    : [
        refuseStep(
          codes.diskNotEligible,
          key,
          `${target} is on ${active.file}, which is neither a file nor a block device of this host`,
          `${instead}: blockplan supports only local files and block devices`,
        ),
      ];
}

/** Refuses a disk with a property that blockplan does not model: the effect of a step on it is unknown. */
export function checkSupported(
  { target, unsupported = [] }: Disk,
  key: ParamPath,
  instead = OTHER_DISK,
): Refusal[] {
  return unsupported.map((property) =>
    refuseStep(
      codes.diskUnsupported,
      key,
      `${target} has ${property}: ${whyUnsupported(property)}`,
      `${instead}: no step supports disks with ${property}`,
    ),
  );
}

function checkImages({ target, chain }: Disk, key: ParamPath, instead: string): Refusal[] {
  const hint = `${instead}: blockplan requires that each layer is a single file`;
  return chain
    .flatMap(({ file, dataFiles }) =>
      checkOneFile(key, `${target} uses ${file}, which`, dataFiles, hint),
    )
    .slice(0, 1);
}

/** The other writer of a layer of the disk, as the start of a sentence; undefined if there is none. */
function writtenElsewhere(state: HostState, disk: Disk): string | undefined {
  const own = state.domain.disks.filter((each) => each.target !== disk.target && !each.readonly);
  for (const file of disk.chain.flatMap(filesOfLayer)) {
    const writers = otherWritersOf(state, file).map((name) => `"${name}"`);
    if (writers.length > 0)
      return `${file}, a layer of ${disk.target}, is written to by ${writers.join(', ')}`;
    const second = own.find(({ chain: [top], job }) =>
      includesFile(state, [...(top ? filesOfLayer(top) : []), job?.mirror], file),
    );
    if (second) return `${file}, a layer of ${disk.target}, is also written to as ${second.target}`;
  }
  return undefined;
}
