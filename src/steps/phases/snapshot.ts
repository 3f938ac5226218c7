/** The phase that lets disks go on in overlays. */
import { given } from '../../commands/define.ts';
import {
  type SnapshotArgs,
  snapshotCreateAs as snapshotCommand,
} from '../../commands/snapshot-create-as.ts';
import { diskOf, type World } from '../../model/world.ts';
import type { Phase } from '../define.ts';
import { makeFile, writesOver } from '../effects/files.ts';
import { AGENT_TIMEOUT_SECONDS, agentTimeout, thaw } from '../effects/guest-agent.ts';
import { externalSpec, overlaysOf, SNAPSHOT_TIMEOUT_MS, type Snapshot } from '../overlay.ts';
import { undoSnapshot } from '../rollbacks/undo-snapshot.ts';
import { growthOf } from '../sizes.ts';
import { notRemoved, recorded, runsOnOverlay } from './expect.ts';

export function snapshotPhase(params: Snapshot): Phase {
  return {
    name: 'snapshot',
    summary: `let the disks go on in overlays${params.quiesce ? ', with the file systems frozen for that moment' : ''}`,
    wayBack: params['reuse-external']
      ? 'commit each overlay back into the file below it, and pivot; the overlays stay'
      : 'commit each overlay back into the file below it, pivot, and remove the overlay',
    ...(params.memspec && !params.live ? { pauses: 'while its memory is written' } : {}),
    effects: (world) => [
      ...newFiles(params, world).map((file) => makeFile(file, 'take the place of what is made')),
      ...(params.quiesce ? [agentTimeout(world, AGENT_TIMEOUT_SECONDS)] : []),
      {
        tool: 'virsh',
        verb: 'snapshot-create-as',
        args: snapshotArgs(params, world),
        why: 'make the overlays',
        ...(params['reuse-external']
          ? writesOver(
              world,
              overlaysOf(params, world).map(({ file }) => file),
              false,
            )
          : {}),
        timeoutMs: params.memspec ? 3_600_000 : SNAPSHOT_TIMEOUT_MS,
      },
      ...(params.quiesce ? [thaw(world), agentTimeout(world, undefined)] : []),
    ],
    expects: (before) => [
      ...overlaysOf(params, before).map(runsOnOverlay),
      ...(params['no-metadata'] ? [] : [recorded(params.name)]),
      ...(params.memspec ? [notRemoved(params.memspec.file)] : []),
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

/** The files that are made: all but overlays that are there for reuse. */
function newFiles(params: Snapshot, world: World): string[] {
  const made = params['reuse-external'] ? [] : overlaysOf(params, world).map(({ file }) => file);
  return [...made, ...(params.memspec ? [params.memspec.file] : [])];
}

function snapshotArgs(params: Snapshot, world: World): SnapshotArgs {
  const taking = overlaysOf(params, world);
  const specs = world.domain.disks
    .filter((disk) => disk.chain.length > 0)
    .map((disk) => {
      const overlay = taking.find((each) => each.target === disk.target);
      return overlay ? externalSpec(overlay) : ({ disk: disk.target, snapshot: 'no' } as const);
    });
  return {
    ...given(snapshotCommand, params),
    domain: world.domain.name,
    name: params.name,
    diskspec: specs,
  };
}
