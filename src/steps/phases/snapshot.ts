/** The phase that switches disks to overlays. */
import { pickOptions } from '../../commands/define.ts';
import { type SnapshotArgs, snapshotCreateAs } from '../../commands/snapshot-create-as.ts';
import { diskOf, type HostState } from '../../model/host-state.ts';
import type { Phase } from '../define.ts';
import { makeFile, writesOver } from '../effects/files.ts';
import { AGENT_TIMEOUT_SECONDS, agentTimeout, thaw } from '../effects/guest-agent.ts';
import { externalSpec, overlaysOf, SNAPSHOT_TIMEOUT_MS, type Snapshot } from '../overlay.ts';
import { undoSnapshot } from '../rollbacks/undo-snapshot.ts';
import { growthOf } from '../sizes.ts';
import { fileNotRemoved, runsOnOverlay, snapshotIsRecorded } from './expect.ts';

export function snapshotPhase(params: Snapshot): Phase {
  return {
    name: 'snapshot',
    summary: `switch the disks to overlays${params.quiesce ? ', with the file systems frozen during the switch' : ''}`,
    rollback: params['reuse-external']
      ? 'commit each overlay back into the file below it, and pivot; the overlays stay'
      : 'commit each overlay back into the file below it, pivot, and remove the overlay',
    ...(params.memspec && !params.live ? { pauses: 'while its memory is written' } : {}),
    effects: (state) => [
      ...newFiles(params, state).map((file) => makeFile(file, 'reserve the path of the new file')),
      ...(params.quiesce ? [agentTimeout(state, AGENT_TIMEOUT_SECONDS)] : []),
      {
        tool: 'virsh',
        verb: 'snapshot-create-as',
        args: snapshotArgs(params, state),
        why: 'create the overlays',
        ...(params['reuse-external']
          ? writesOver(
              state,
              overlaysOf(params, state).map(({ file }) => file),
              false,
            )
          : {}),
        timeoutMs: params.memspec ? 3_600_000 : SNAPSHOT_TIMEOUT_MS,
      },
      ...(params.quiesce ? [thaw(state), agentTimeout(state, undefined)] : []),
    ],
    expects: (before) => [
      ...overlaysOf(params, before).map(runsOnOverlay),
      ...(params['no-metadata'] ? [] : [snapshotIsRecorded(params.name)]),
      ...(params.memspec ? [fileNotRemoved(params.memspec.file)] : []),
    ],
    undo: (before, now) => undoSnapshot(params, before, now),
    rollbackRoom: (before) =>
      overlaysOf(params, before).flatMap(({ target, base }) => {
        const disk = diskOf(before, target);
        const top = disk?.chain[0];
        const most = top ? growthOf(before, top, disk.capacity) : 0;
        return most === 0 ? [] : [{ file: base, least: 0, most }];
      }),
  };
}

/** The files that the phase creates: all except existing overlays that are reused. */
function newFiles(params: Snapshot, state: HostState): string[] {
  const made = params['reuse-external'] ? [] : overlaysOf(params, state).map(({ file }) => file);
  return [...made, ...(params.memspec ? [params.memspec.file] : [])];
}

function snapshotArgs(params: Snapshot, state: HostState): SnapshotArgs {
  const taking = overlaysOf(params, state);
  const specs = state.domain.disks
    .filter((disk) => disk.chain.length > 0)
    .map((disk) => {
      const overlay = taking.find((each) => each.target === disk.target);
      return overlay ? externalSpec(overlay) : ({ disk: disk.target, snapshot: 'no' } as const);
    });
  return {
    ...pickOptions(snapshotCreateAs, params),
    domain: state.domain.name,
    name: params.name,
    diskspec: specs,
  };
}
