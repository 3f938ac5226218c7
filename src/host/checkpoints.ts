/** How libvirt and QEMU create, keep and delete the checkpoints of a simulated host. */
import { EffectFailed } from '../model/effect-failed.ts';
import { diskOf, isUp } from '../model/host-state.ts';
import { isBroken, type TrackedCheckpoint, type TrackedDisk } from '../model/tracking.ts';
import type { SimulatedBitmap } from './bitmaps.ts';
import { layersOf } from './file-names.ts';
import { refuseUnless, type SimulatedHost, updateDomain } from './simulated-host.ts';

/** libvirt creates a checkpoint of these disks. */
export function withCheckpoint(
  host: SimulatedHost,
  name: string,
  targets: readonly string[],
): SimulatedHost {
  const { checkpoints, tracking = [] } = host.state.domain;
  refuseUnless(isUp(host.state), 'domain is not running');
  refuseUnless(!checkpoints.includes(name), `domain moment ${name} already exists`);
  for (const target of targets) {
    const format = diskOf(host.state, target)?.chain[0]?.format;
    refuseUnless(format !== undefined, `no disk named '${target}'`);
    refuseUnless(
      format === 'qcow2',
      `checkpoint for disk ${target} unsupported for storage type ${format}`,
    );
    refuseUnless(!hasBitmap(host, target, name), `Bitmap already exists: ${name}`);
  }
  const made = targets.map((target) => ({ target, name, state: 'new' as const }));
  const disks = targets.map((target) => ({ target, bitmap: name, next: 0 }));
  const others = tracking.filter((each) => each.name !== name);
  return updateDomain(
    { ...host, bitmaps: [...host.bitmaps, ...made] },
    { checkpoints: [...checkpoints, name], tracking: [...others, { name, disks }] },
  );
}

/** libvirt deletes a checkpoint with its bitmaps, or with `metadata` its record only. */
export function withoutCheckpoint(
  host: SimulatedHost,
  name: string,
  metadata: boolean,
): SimulatedHost {
  const { checkpoints, tracking } = host.state.domain;
  // virsh's refusal says that there is nothing left to do.
  if (!checkpoints.includes(name)) return host;
  refuseUnless(metadata || isUp(host.state), 'domain is not running');
  const { disks = [] } = tracking?.find((each) => each.name === name) ?? {};
  const lost = disks.find(({ target, bitmap }) => !hasBitmap(host, target, bitmap));
  refuseUnless(
    metadata || !lost,
    `bitmap '${lost?.bitmap}' not found in backing chain of '${lost?.target}'`,
  );
  const isIts = ({ target, name: bitmap }: SimulatedBitmap) =>
    disks.some((disk) => disk.target === target && disk.bitmap === bitmap);
  return updateDomain(
    { ...host, bitmaps: metadata ? host.bitmaps : host.bitmaps.filter((each) => !isIts(each)) },
    {
      checkpoints: checkpoints.filter((each) => each !== name),
      ...(tracking ? { tracking: tracking.filter((each) => each.name !== name) } : {}),
    },
  );
}

/** The same host without a checkpoint and bitmaps of that name. */
export function withoutNamesake(host: SimulatedHost, name: string): SimulatedHost {
  const { checkpoints } = host.state.domain;
  return updateDomain(
    { ...host, bitmaps: host.bitmaps.filter((each) => each.name !== name) },
    { checkpoints: checkpoints.filter((each) => each !== name) },
  );
}

/** `qemu-img bitmap --remove`; the guest must not have the image open. */
export function withoutBitmap(host: SimulatedHost, targets: readonly string[], name: string) {
  if (isUp(host.state)) throw new EffectFailed('error: Failed to get "write" lock');
  const isIt = (each: SimulatedBitmap) => targets.includes(each.target) && each.name === name;
  return withTracking({ ...host, bitmaps: host.bitmaps.filter((each) => !isIt(each)) });
}

/** QEMU is killed: it has written no bitmap, and those that it had read are marked as in use. */
export function bitmapsAfterDeath(host: SimulatedHost): SimulatedHost {
  const left = host.bitmaps.filter(({ state }) => state !== 'new');
  return withTracking({
    ...host,
    bitmaps: left.map((each) =>
      each.left === undefined ? { ...each, state: 'inconsistent' } : each,
    ),
  });
}

/** The disk is on a file now that stores no bitmaps: QEMU has saved them in the former one. */
export function withBitmapsLeft(host: SimulatedHost, target: string, left: string): SimulatedHost {
  const bitmaps = host.bitmaps.map((each): SimulatedBitmap => {
    const state = each.state === 'new' ? 'stored' : each.state;
    return each.target === target && each.left === undefined ? { ...each, state, left } : each;
  });
  return withTracking({ ...host, bitmaps });
}

function bitmapOf(host: SimulatedHost, target: string, name: string): SimulatedBitmap | undefined {
  return host.bitmaps.find(
    (each) => each.target === target && each.name === name && isOnDisk(host, each),
  );
}

/** Whether the disk has the bitmap in one of its layers. */
function isOnDisk(host: SimulatedHost, { target, left }: SimulatedBitmap): boolean {
  const disk = diskOf(host.state, target);
  return left === undefined || (disk !== undefined && layersOf(host, disk).includes(left));
}

/** Whether a backup can use the bitmap of that checkpoint. */
export function isIntact(host: SimulatedHost, target: string, checkpoint: string): boolean {
  const { checkpoints } = host.state.domain;
  const found = bitmapOf(host, target, checkpoint);
  return checkpoints.includes(checkpoint) && found !== undefined && found.state !== 'inconsistent';
}

function hasBitmap(host: SimulatedHost, target: string, bitmap: string): boolean {
  return bitmapOf(host, target, bitmap) !== undefined;
}

/** The same host with the tracking that its bitmaps give. */
function withTracking(host: SimulatedHost): SimulatedHost {
  const { tracking } = host.state.domain;
  if (!tracking || tracking.length === 0) return host;
  const now = tracking.map(
    (each): TrackedCheckpoint => ({
      ...each,
      disks: each.disks.map((disk) => trackedNow(host, disk)),
    }),
  );
  return updateDomain(host, { tracking: now });
}

function trackedNow(host: SimulatedHost, disk: TrackedDisk): TrackedDisk {
  const { next, ...rest } = disk;
  const found = bitmapOf(host, disk.target, disk.bitmap);
  if (!found) return { ...rest, next: 'missing' };
  if (found.state === 'inconsistent') return { ...rest, next: 'inconsistent' };
  // libvirt reports the size of a running guest's bitmap only.
  return isUp(host.state) && next !== undefined && !isBroken(next) ? disk : rest;
}
