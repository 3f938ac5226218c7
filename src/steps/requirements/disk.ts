/** What block jobs require of a disk. */
import { codes } from '../../codes.ts';
import { virshCommand } from '../../command.ts';
import { whyUnsupported } from '../../model/disk-elements.ts';
import { filesOfLayer, includesFile, otherWritersOf } from '../../model/file-identity.ts';
import { type Disk, diskOf, type HostState } from '../../model/host-state.ts';
import { requireGuestUp } from './guest.ts';
import { checkOneFile } from './one-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

/** Requires that a block job can be started on the disk. @returns the disk; undefined where it is not so */
export function requireDiskForJob(
  needs: Needs,
  state: HostState,
  target: string,
  key: ParamPath = 'disk',
): Disk | undefined {
  const disk = requireSupportedDisk(needs, state, target, key);
  return disk && requireIdleDisk(needs, state, disk, key) ? disk : undefined;
}

/** Requires that block jobs can be started on such a disk. @returns the disk; undefined where it is not so */
export function requireSupportedDisk(
  needs: Needs,
  state: HostState,
  target: string,
  key: ParamPath,
): Disk | undefined {
  const disk = findDisk(state, target, key);
  const checks = [checkDevice, checkMedium, checkSupported, checkImages];
  const unfit = Array.isArray(disk)
    ? disk
    : checks.map((check) => check(disk, key)).find((found) => found.length > 0);
  const also = `, and ${target} is a disk on local files or block devices`;
  const isFit = requireGuestUp(needs, state, also, unfit);
  return isFit && !Array.isArray(disk) ? disk : undefined;
}

/** Requires that neither a job nor another guest works on the disk. */
export function requireIdleDisk(
  needs: Needs,
  state: HostState,
  disk: Disk,
  key: ParamPath,
): boolean {
  const { job, target } = disk;
  const isIdle = needs.require(
    `${target} has no block job`,
    'domain',
    job
      ? [
          refuse(
            codes.blockJobActive,
            key,
            `${target} already has a block job (${job.type}${job.ready ? ', ready' : ''})`,
            `let it end, or end it: ${virshCommand('blockjob', state.domain.name, target, '--info')}`,
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
            `${written}: a copy, a snapshot or a merge would leave out what is written there`,
            'blockplan works on disks that one guest alone writes to',
          ),
        ],
  );
}

/** The disk of that target; else why there is not one alone. */
export function findDisk(state: HostState, target: string, key: ParamPath): Disk | Refusal[] {
  const { name, disks } = state.domain;
  const disk = diskOf(state, target);
  if (!disk) {
    const names = disks.map((each) => each.target).join(', ') || 'none';
    return [
      refuseStep(
        codes.diskNotFound,
        key,
        `the domain "${name}" has no disk "${target}"; it has: ${names}`,
        `see: ${virshCommand('domblklist', name)}`,
      ),
    ];
  }
  // libvirt takes no such definition, but a file of facts may have one.
  if (disks.filter((each) => each.target === target).length > 1)
    return [refuseStep(codes.diskNotFound, key, `"${name}" has several disks "${target}"`)];
  return target === ''
    ? [refuseStep(codes.diskNotFound, key, `a disk of "${name}" has no target`)]
    : disk;
}

function checkDevice({ target, device, readonly }: Disk, key: ParamPath): Refusal[] {
  if (device !== 'disk' && device !== 'lun')
    return [
      refuseStep(
        codes.diskNotEligible,
        key,
        `${target} is a ${device}: there is no block job for it`,
      ),
    ];
  return readonly
    ? [
        refuseStep(
          codes.diskNotEligible,
          key,
          `${target} is read-only: there is nothing to move or to merge`,
        ),
      ]
    : [];
}

function checkMedium({ target, chain: [active] }: Disk, key: ParamPath): Refusal[] {
  if (!active) return [refuseStep(codes.diskNotEligible, key, `${target} has no medium`)];
  return active.file.startsWith('/')
    ? []
    : [
        refuseStep(
          codes.diskNotEligible,
          key,
          `${target} is on ${active.file}, which is neither a file nor a block device of this host`,
          'blockplan works on local files and block devices only',
        ),
      ];
}

/** Refuses a disk with a property that blockplan does not model: what a step would make of it is not known. */
export function checkSupported({ target, unsupported = [] }: Disk, key: ParamPath): Refusal[] {
  return unsupported.map((property) =>
    refuseStep(
      codes.diskUnsupported,
      key,
      `${target} has ${property}: ${whyUnsupported(property)}`,
      `no step works on a disk with ${property}`,
    ),
  );
}

function checkImages({ target, chain }: Disk, key: ParamPath): Refusal[] {
  const hint = 'blockplan works on disks whose layers are one file each';
  return chain
    .flatMap(({ file, dataFiles }) =>
      checkOneFile(key, `${target} rests on ${file}, which`, dataFiles, hint),
    )
    .slice(0, 1);
}

/** Who else writes to a layer of the disk, as the beginning of a sentence; undefined where nobody does. */
function writtenElsewhere(state: HostState, disk: Disk): string | undefined {
  const own = state.domain.disks.filter((each) => each.target !== disk.target && !each.readonly);
  for (const file of disk.chain.flatMap(filesOfLayer)) {
    const writers = otherWritersOf(state, file).map((name) => `"${name}"`);
    if (writers.length > 0)
      return `${file}, a layer of ${disk.target}, is written to by ${writers.join(', ')}`;
    const second = own.find(({ chain: [top], job }) =>
      includesFile(state, [...(top ? filesOfLayer(top) : []), job?.mirror], file),
    );
    if (second)
      return `${file}, a layer of ${disk.target}, is written to as ${second.target} as well`;
  }
  return undefined;
}
