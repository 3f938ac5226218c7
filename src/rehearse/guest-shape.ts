/** The guest that a rehearsal builds for a host state: the same disks, depths and formats; and how it differs. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { DEFAULT_SIZE, type GuestDiskSpec } from '../lab/images.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { sizeText } from '../size-text.ts';
import type { Paths } from './paths.ts';

/** The data on each disk besides the guest's numbers, in bytes, so that a copy takes some time. */
const FILL = 8 * 1024 * 1024;

/** A drive that the guest has but does not write to: a CD-ROM, a floppy, a read-only disk. */
export interface UnwrittenDrive {
  readonly target: string;
  readonly device: Disk['device'];
  readonly format: string;
  /** Its image and the layers below it; absent for an empty drive. */
  readonly spec?: GuestDiskSpec;
}

export interface GuestShape {
  /** The disks that the guest writes its numbers to. */
  readonly written: readonly GuestDiskSpec[];
  readonly drives: readonly UnwrittenDrive[];
  /** How the guest differs from the original, in sentences without a full stop. */
  readonly differences: readonly string[];
}

/** The shape of a host state's guest, at the lab's paths; pure. */
export function guestShapeOf(state: HostState, paths: Paths): GuestShape {
  const there = state.domain.disks.filter((disk) => !isElsewhere(disk));
  return {
    written: there.filter(isWritten).map((disk) => specOf(disk, paths)),
    drives: there
      .filter((disk) => !isWritten(disk))
      .map((disk) => ({
        target: disk.target,
        device: disk.device,
        format: disk.chain.length > 1 ? 'qcow2' : formatOf(disk.chain[0]?.format),
        ...(disk.chain.length > 0 ? { spec: specOf(disk, paths) } : {}),
      })),
    differences: differencesOf(state),
  };
}

/** What the kinds of steps do that need backups of the guest. */
const ON_BACKUPS: Readonly<Record<string, string>> = {
  restore: 'restores a backup',
  'backup-verify': 'verifies backups',
  'backup-prune': 'removes backups',
};

/** What a lab cannot provide for the plan or the host state; findings without positions. */
export function unbuildable(plan: Plan, state: HostState): Finding[] {
  const findings: Finding[] = plan.steps
    .filter(({ params }) => params['blockdev'] === true)
    .map(({ path, step }) => ({
      code: codes.notRehearsable,
      severity: 'error',
      message: 'the step writes to a block device, but a rehearsal has only files',
      hint: 'rehearse the plan with a file instead',
      path: [...path, step.kind, 'blockdev'],
    }));
  for (const { path, step } of plan.steps) {
    const does = ON_BACKUPS[step.kind];
    if (does === undefined) continue;
    findings.push({
      code: codes.notRehearsable,
      severity: 'error',
      message: `the step ${does}, but the private libvirt host has no backups`,
      hint: 'check the plan without a rehearsal: blockplan prove PLAN',
      path: [...path, step.kind],
    });
  }
  if (!state.domain.disks.some((disk) => isWritten(disk) && !isElsewhere(disk)))
    findings.push({
      code: codes.notRehearsable,
      severity: 'error',
      message: `"${state.domain.name}" has no writable disk in a file, so there is nothing to rehearse`,
      hint: 'check the plan without a rehearsal: blockplan prove PLAN',
    });
  return findings;
}

function isWritten(disk: Disk): boolean {
  return (
    (disk.device === 'disk' || disk.device === 'lun') && !disk.readonly && disk.chain.length > 0
  );
}

/** Whether the disk is not at a path, such as on a network or in a storage pool. */
function isElsewhere(disk: Disk): boolean {
  return disk.chain.some(({ file }) => !file.startsWith('/'));
}

function specOf(disk: Disk, paths: Paths): GuestDiskSpec {
  const layers = [...disk.chain].reverse();
  return {
    target: disk.target,
    chain: layers.map(({ file }) => paths.lab(file)),
    format: formatOf(layers[0]?.format),
    fill: FILL,
  };
}

function formatOf(format: string | undefined): 'qcow2' | 'raw' {
  return format === 'raw' ? 'raw' : 'qcow2';
}

function differencesOf({ domain, others }: HostState): string[] {
  const { disks } = domain;
  const layers = disks.flatMap((disk) =>
    disk.chain.map((layer) => ({ target: disk.target, layer })),
  );
  const foreign = layers.filter(({ layer }) => !['raw', 'qcow2'].includes(layer.format));
  const devices = layers.filter(({ layer }) => layer.block);
  return [
    `each disk has a file system of ${sizeText(DEFAULT_SIZE)}, to which the guest writes consecutive numbers`,
    ...said(
      'sizes in the original',
      disks.flatMap(({ target, capacity }) =>
        capacity === undefined ? [] : [`${target} ${sizeText(capacity)}`],
      ),
    ),
    'the definition is a fixed one: one processor, 96 MiB of memory, disks on virtio, no network and no graphics',
    ...said(
      'built as qcow2',
      foreign.map(({ target, layer }) => `a layer of ${target} (${layer.format})`),
    ),
    ...said(
      'in a file, not on a block device',
      devices.map(({ target, layer }) => `${target}: ${layer.file}`),
    ),
    ...said(
      'without properties that blockplan does not support',
      disks.flatMap(({ target, unsupported }) =>
        unsupported ? [`${target} (${unsupported.join(', ')})`] : [],
      ),
    ),
    ...said(
      'left out, because it is not in a file',
      disks.filter(isElsewhere).map(({ target }) => target),
    ),
    ...said(
      'without its block job',
      disks.filter((disk) => disk.job).map(({ target }) => target),
    ),
    ...(domain.nvram || domain.tpm ? ['the guest has no NVRAM file and no TPM'] : []),
    ...(domain.managedSave ? ['the guest has no managed save image'] : []),
    ...(others.length > 0
      ? [`other domains of the host (${others.length}) are left out; preflight has checked them`]
      : []),
    'free space, owners and permissions of files, and security labels are those of the private libvirt host',
  ];
}

function said(what: string, subjects: readonly string[]): string[] {
  return subjects.length === 0 ? [] : [`${what}: ${subjects.join(', ')}`];
}
