/** The rollback of a snapshot: commits each overlay back into the file below it, and thaws the guest. */
import type { Effect } from '../../commands/effect.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { hasEnded } from '../../model/guest-process.ts';
import { activeFile, diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { NoRollback } from '../define.ts';
import { removeFile } from '../effects/files.ts';
import { agentTimeout, FROZEN, thaw } from '../effects/guest-agent.ts';
import { moveByCommit } from '../effects/move.ts';
import { isOnOverlay, type Overlay, overlaysOf, type Snapshot } from '../overlay.ts';
import { abortOwnJob, removeMade } from './cancel.ts';
import { restoreDefinition } from './definition.ts';

/** Without a running guest it is unknown whether it had moved: the overlay may hold its latest writes. */
function mayHaveMoved(before: HostState, now: HostState, overlay: Overlay): boolean {
  const { file, target } = overlay;
  const isNew = !fileAt(before, file);
  return Boolean(fileAt(now, file)) && (isNew || isOnOverlay(now, overlay) || !diskOf(now, target));
}

export function undoSnapshot(params: Snapshot, before: HostState, now: HostState): Effect[] {
  const { name, state, snapshots } = now.domain;
  const running = isUp(now);
  const effects: Effect[] = [];
  const overlays = overlaysOf(params, before);
  const targets = overlays.map(({ target }) => target);
  for (const overlay of overlays) {
    if (!running && mayHaveMoved(before, now, overlay)) {
      throw new NoRollback(
        `"${name}" is ${state}: a commit of ${overlay.file} into ${overlay.base} needs a running guest, and the overlay may hold its latest writes`,
      );
    }
    if (isOnOverlay(now, overlay)) {
      effects.push(
        ...abortOwnJob(now, overlay.target, overlay.base, 'active-commit'),
        ...moveByCommit(now, overlay.target, overlay.base, {
          start: `commit ${overlay.file} back into ${overlay.base}`,
          until: 'until the file below holds all data of the overlay',
          pivot: `move ${overlay.target} back to ${overlay.base}`,
        }),
        ...(params['reuse-external']
          ? []
          : [{ ...removeFile(overlay.file, 'remove the overlay'), made: true as const }]),
      );
    } else {
      effects.push(...removeMade(before, now, overlay.file, false));
    }
  }
  if (
    !params['no-metadata'] &&
    snapshots.includes(params.name) &&
    !before.domain.snapshots.includes(params.name)
  ) {
    effects.push({
      tool: 'virsh',
      verb: 'snapshot-delete',
      args: { domain: name, snapshotname: params.name, metadata: true },
      why: `remove libvirt's record of snapshot ${params.name}`,
    });
  }
  if (params.memspec) effects.push(...removeMade(before, now, params.memspec.file, false));
  // An overlay that ran out of space has paused the guest; on the file below it can continue.
  if (effects.length > 0 && state === 'paused' && before.domain.state === 'running') {
    effects.push({
      tool: 'virsh',
      verb: 'resume',
      args: { domain: name },
      why: 'resume the guest',
    });
  }
  return [
    ...(effects.length > 0 ? effects : restoreDefinition(before, now, targets)),
    ...(params.quiesce && running ? helpThaw(params, before, now) : []),
  ];
}

/**
 * If no overlay was created, the freeze itself failed or libvirt has already thawed. If one was created, only the thaw can
 * have failed, and the guest may still be frozen.
 */
function helpThaw(params: Snapshot, before: HostState, now: HostState): Effect[] {
  const made = overlaysOf(params, before).some((overlay) =>
    isSameFile(now, activeFile(now, overlay.target), overlay.file),
  );
  const { process } = now.domain;
  const about = { doubt: FROZEN, ...(process ? { of: process } : {}) };
  const thawing = { ...thaw(now), optional: true, ...(made ? about : {}) } as const;
  // A guest that was restarted since then is not frozen, and its agent may not be connected yet.
  if (hasEnded(before.domain.process, now.domain)) return [];
  return [
    ...(made || now.domain.agent ? [thawing] : []),
    { ...agentTimeout(now, undefined), optional: true },
  ];
}
