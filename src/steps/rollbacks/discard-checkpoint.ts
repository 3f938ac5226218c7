/** The rollback of a new checkpoint: deletes it with its bitmaps. */
import type { Effect } from '../../commands/effect.ts';
import { hasEnded } from '../../model/guest-process.ts';
import { diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { deleteCheckpoint } from '../effects/checkpoint.ts';

/**
 * Leads to a state without that checkpoint, if it is new. QEMU writes a bitmap into the image when it closes the image. So once
 * the QEMU of the checkpoint has ended, the bitmaps exist if it was stopped, and are missing if it was killed. libvirt refuses
 * to delete a checkpoint whose bitmap is missing, or whose guest is off (seen on libvirt 9.0): then only its record is removed.
 */
export function discardCheckpoint(
  before: HostState,
  now: HostState,
  name: string,
  targets: readonly string[],
): readonly Effect[] {
  if (before.domain.checkpoints.includes(name) || !now.domain.checkpoints.includes(name)) return [];
  const record = deleteCheckpoint(now, name, true, 'remove the record of the checkpoint');
  if (!isUp(now)) return [...targets.flatMap((target) => removeBitmap(now, target, name)), record];
  const whole = deleteCheckpoint(now, name, false, 'delete the checkpoint with its bitmaps');
  return hasEnded(before.domain.process, now.domain)
    ? [{ ...whole, optional: true }, record]
    : [whole];
}

/** A bitmap without a checkpoint would be tracked forever. */
function removeBitmap(now: HostState, target: string, name: string): Effect[] {
  const active = diskOf(now, target)?.chain[0];
  if (active?.format !== 'qcow2') return [];
  return [
    {
      tool: 'qemu-img',
      verb: 'bitmap',
      args: { remove: true, format: active.format, dest: active.file, name },
      bytes: 0,
      why: `remove the bitmap of ${target}, if QEMU has saved it`,
    },
  ];
}
