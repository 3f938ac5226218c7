/** The phases that make a backup: copy, digest, publish and, after a backup with a checkpoint, retire. */
import type { DraftBackupEffect } from '../../commands/backup-effect.ts';
import { recordXml } from '../../model/checkpoint-xml.ts';
import { activeFile, type HostState } from '../../model/host-state.ts';
import { whyUnwritten } from '../../model/left-out.ts';
import type { TrackedDisk } from '../../model/tracking.ts';
import {
  type BackedUp,
  backedUpTargets,
  basesFor,
  draftOf,
  folderOf,
  incrementsIn,
  retiredCheckpoints,
  trackedTargets,
} from '../backed-up-disks.ts';
import { NoRollback, type Phase } from '../define.ts';
import { awaitBackup, beginBackup, copyIn } from '../effects/backup.ts';
import { type Quiesce, quiesced, thawAgain, unfrozenText } from '../effects/quiesce.ts';
import { discardBackup } from '../rollbacks/discard-backup.ts';
import { discardCheckpoint } from '../rollbacks/discard-checkpoint.ts';
import {
  backupHasEnded,
  checkpointIsGone,
  checkpointIsRecorded,
  fileExists,
  fileIsAbsent,
  madeByRun,
} from './expect.ts';

/** How the summary of the phase says what is frozen at that instant. */
const FROZEN_TEXT = {
  required: ', with frozen file systems,',
  preferred: ', with frozen file systems if the guest agent answers,',
  no: '',
} as const;

export function copyPhase(params: BackedUp & Quiesce & { readonly timeout?: number }): Phase {
  const draft = draftOf(params);
  const { name, timeout, quiesce = 'no' } = params;
  const thaws = quiesce === 'no' ? '' : 'thaw the guest, ';
  const isTracking = params.incremental !== undefined;
  return {
    name: 'copy',
    summary: `copy the disks as they are at one instant${FROZEN_TEXT[quiesce]} into ${draft}, while the guest runs`,
    rollback: isTracking
      ? `${thaws}cancel the backup, delete its checkpoint and remove its folder`
      : `${thaws}cancel the backup and remove its folder`,
    effects(state, start) {
      const disks = backedUpTargets(params, state);
      const tracked = trackedTargets(params, state);
      const increments = incrementsIn(basesFor(params, start));
      const copies = disks.map((disk) => {
        const since = increments.get(disk)?.parent;
        return { disk, file: copyIn(draft, disk), ...(since === undefined ? {} : { since }) };
      });
      const begin = beginBackup(
        state,
        copies,
        tracked.length === 0 ? undefined : { name, disks: tracked },
      );
      return [
        { ...draftBackup(params, state, start), ...unfrozenText(params, state) },
        ...quiesced(params, state, draft, begin),
        awaitBackup(draft, disks, 'complete', timeout),
      ];
    },
    expects: (before) => [
      ...backedUpTargets(params, before).map((disk) => backupHasEnded(disk, copyIn(draft, disk))),
      fileExists(draft),
      ...(trackedTargets(params, before).length > 0 ? [checkpointIsRecorded(name)] : []),
    ],
    undo: (before, now) => [
      ...thawAgain(now),
      ...discardBackup(
        before,
        now,
        draft,
        backedUpTargets(params, before),
        checkpoint(params, before, now),
      ),
    ],
  };
}

/** What deletes the checkpoint of the backup: the draft must outlive it, because it says whose it is. */
function checkpoint(params: BackedUp, before: HostState, now: HostState) {
  const tracked = trackedTargets(params, before);
  return tracked.length === 0 ? [] : discardCheckpoint(before, now, params.name, tracked);
}

function draftBackup(params: BackedUp, state: HostState, start: HostState): DraftBackupEffect {
  const disks = backedUpTargets(params, state);
  const others = state.domain.disks.filter(({ target }) => !disks.includes(target));
  const bases = [...basesFor(params, start)];
  const increments = [...incrementsIn(basesFor(params, start))];
  const reasons = bases.flatMap(([target, basis]) =>
    basis.mode === 'full' ? [[target, basis.reason] as const] : [],
  );
  const [first] = increments;
  return {
    tool: 'draft-backup',
    ...{ draft: draftOf(params), name: params.name },
    sources: Object.fromEntries(disks.map((disk) => [disk, activeFile(state, disk) ?? ''])),
    left: Object.fromEntries(
      others.map((disk) => [disk.target, whyUnwritten(disk) ?? 'the plan does not list it']),
    ),
    ...(trackedTargets(params, state).length > 0 ? { checkpoint: params.name } : {}),
    ...(first ? { parent: first[1].parent } : {}),
    ...(first
      ? { roots: Object.fromEntries(increments.map(([target, { root }]) => [target, root])) }
      : {}),
    ...(reasons.length > 0 ? { reasons: Object.fromEntries(reasons) } : {}),
    why: 'create the folder of the backup',
  };
}

export function digestPhase(params: BackedUp): Phase {
  const draft = draftOf(params);
  return {
    name: 'digest',
    summary: 'compute checksums of each copy, so that later damage can be detected',
    rollback: 'nothing to undo: the checksums are removed with the folder',
    effects: (state) => [
      {
        tool: 'digest-backup',
        draft,
        disks: backedUpTargets(params, state),
        why: 'write the checksums of the copies',
      },
    ],
    expects: () => [fileExists(draft)],
    undo: () => [],
  };
}

export function publishPhase(params: BackedUp): Phase {
  const [draft, to] = [draftOf(params), folderOf(params)];
  return {
    name: 'publish',
    summary: `complete the backup and rename its folder to ${to}`,
    rollback: 'remove the folder of the backup',
    effects: () => [{ tool: 'publish-backup', draft, to, why: 'complete the backup' }],
    // Without its checkpoint it is a complete backup too, and the driver has seen the checkpoint before it renamed the folder.
    expects: () => [fileExists(to), madeByRun(to), fileIsAbsent(draft)],
    undo: (before, now, start) =>
      // Only a folder that has its final name is removed here; the phase before it removes a draft.
      discardBackup(before, now, to, backedUpTargets(params, before), [
        ...(now.files[to] ? checkpoint(params, start, now) : []),
      ]),
    commits: {
      what: `the backup ${params.name} in ${params.store}`,
      removal: `remove its folder ${to}`,
    },
  };
}

/** A checkpoint that has lost a bitmap, with the XML of those that it still has; empty where it has none. */
function incompleteRecord({ domain }: HostState, name: string): [name: string, xml: string][] {
  const tracked = domain.tracking?.find((each) => each.name === name);
  const isLost = ({ target, next }: TrackedDisk) =>
    next === 'missing' || !domain.disks.some((disk) => disk.target === target);
  if (!tracked?.disks.some(isLost)) return [];
  const left = tracked.disks.filter((disk) => !isLost(disk));
  return [[name, left.length === 0 ? '' : recordXml({ ...tracked, disks: left })]];
}

/** The backup is kept by then, so this only deletes what is no longer needed; and that is kept as well. */
export function retirePhase(params: BackedUp): Phase {
  const { name } = params;
  const gone = (before: HostState, start: HostState) =>
    `the checkpoints of earlier backups (${retiredCheckpoints(params, start, before).join(', ')}) are deleted`;
  return {
    name: 'retire',
    summary: 'delete the checkpoints of earlier backups that no later increment needs',
    rollback: 'nothing to undo while these checkpoints exist',
    effects(before, start) {
      const checkpoints = retiredCheckpoints(params, start, before);
      const why = `the next increment is made from ${name}`;
      const records = Object.fromEntries(
        checkpoints.flatMap((each) => incompleteRecord(start, each)),
      );
      return checkpoints.length === 0
        ? []
        : [{ tool: 'retire-checkpoints', checkpoints, records, why }];
    },
    expects: (before, start) => retiredCheckpoints(params, start, before).map(checkpointIsGone),
    pointOfNoReturn: (before, start) =>
      retiredCheckpoints(params, start, before).length > 0 ? gone(before, start) : undefined,
    undo(before, now, start) {
      const retired = retiredCheckpoints(params, start, before);
      if (retired.length === 0 || now.domain.checkpoints.some((each) => retired.includes(each)))
        return [];
      throw new NoRollback(gone(before, start));
    },
    commits: {
      what: `the backup ${name} in ${params.store}, with its checkpoint`,
      removal: `remove its folder ${folderOf(params)} and delete the checkpoint ${name}, after which the next backup is full`,
    },
  };
}
