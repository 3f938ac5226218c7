/** The rollback of a pivot to a copy: the old file is out of date at once, so a second copy brings the data back. */
import type { Effect } from '../../commands/effect.ts';
import { isSameFile } from '../../model/file-identity.ts';
import { formerFile } from '../../model/former-file.ts';
import { diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { type CopyOptions, copyArgs } from '../copy.ts';
import { NoRollback } from '../define.ts';
import { moveByCopy, pivotWhenReady } from '../effects/move.ts';
import { checkOwnJob } from './cancel.ts';
import { restoreDefinition } from './definition.ts';
import { flattenBack } from './flatten-back.ts';

/**
 * The effects that are left of the rollback, from any state of the copy.
 * @throws NoRollback if the guest does not run, or if another job runs on the disk
 */
export function mirrorBack(copy: CopyOptions, before: HostState, now: HostState): Effect[] {
  const { disk, dest } = copy;
  const old = diskOf(before, disk)?.chain[0];
  const current = diskOf(now, disk);
  if (!isUp(now)) {
    // Without a running guest it is unknown whether it had moved, so either file may be the current one.
    throw new NoRollback(
      `"${now.domain.name}" is ${now.domain.state}: mirroring back from ${dest} to ${old?.file} needs a running guest, and ${dest} may hold its latest writes`,
    );
  }
  const [top, ...below] = diskOf(before, disk)?.chain ?? [];
  if (top && current && !copy.shallow && below.length > 0) {
    const copyTop = (state: HostState, file: string) =>
      copyArgs({ disk, dest: file, format: 'qcow2', shallow: true, 'reuse-external': true }, state);
    return flattenBack({ disk, dest, old: [top, ...below], copyTop }, before, now, current);
  }
  if (!old || !current || !isSameFile(now, current.chain[0]?.file, dest))
    return restoreDefinition(before, now, [disk]);
  checkOwnJob(now, disk, old.file);
  const back: CopyOptions = {
    disk,
    dest: old.file,
    format: old.format,
    ...(old.block ? { blockdev: true } : {}),
    ...(copy.shallow ? { shallow: true } : {}),
    'reuse-external': true,
  };
  const reasons = {
    until: 'until the old file holds all data of the copy',
    pivot: `move ${disk} back to ${old.file}`,
  };
  const start = `mirror ${disk} back to ${old.file}`;
  return current.job
    ? pivotWhenReady(now, disk, reasons)
    : moveByCopy(now, copyArgs(back, now), { start, ...reasons }, formerFile(before, old.file));
}
