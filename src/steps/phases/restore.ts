/** The phases of a restore: new files first, then the definition. No existing file is written, renamed or removed. */
import { virshCommand } from '../../command.ts';
import type { VerifyImageEffect } from '../../commands/backup-effect.ts';
import type { Effect, Former } from '../../commands/effect.ts';
import { fileAt, isSameFile } from '../../model/file-identity.ts';
import { activeFile, diskOf, type HostState, isUp } from '../../model/host-state.ts';
import { NoRollback, type Phase } from '../define.ts';
import { defineDomain } from '../effects/definition.ts';
import {
  definitionWith,
  type Restored,
  type RestoredDisk,
  restoredDisks,
  spaceOfRestored,
} from '../restored-disks.ts';
import { removeMade } from '../rollbacks/cancel.ts';
import {
  definedOn,
  definitionIs,
  type Expectation,
  fileExists,
  guestIsOff,
  madeByRun,
} from './expect.ts';

/** Copies the disks of a backup into new files, and compares these with the backup. */
export function stageDisksPhase(params: Restored): Phase {
  return {
    name: 'stage',
    summary: `copy the disks of the backup into new files in ${params.dest}, and verify them`,
    rollback: 'remove the new files',
    effects: (_before, start) =>
      restoredDisks(params, start).flatMap((disk) => staged(disk, start)),
    expects: (before, start) => [
      guestIsOff,
      backupIsKnown(restoredDisks(params, start)),
      ...(before.domain.definition === undefined
        ? []
        : [definitionIs(before.domain.definition, 'the one that the guest had before')]),
      ...restoredDisks(params, start).flatMap(({ file }) => [fileExists(file), madeByRun(file)]),
    ],
    undo: (before, now, start) =>
      restoredDisks(params, start).flatMap(({ file }) => removeMade(before, now, file, false)),
  };
}

function staged(disk: RestoredDisk, state: HostState): Effect[] {
  const { target, file, layers } = disk;
  return [
    {
      tool: 'qemu-img',
      verb: 'convert',
      args: {
        ...{ progress: true, 'out-of-order': true, coroutines: 8 },
        ...{ 'source-format': 'qcow2', 'target-format': 'qcow2' },
        ...{ source: layers[0] ?? '', dest: file },
      },
      bytes: spaceOfRestored(state, disk).copied,
      why: `copy ${target} of the backup`,
    },
    verification(disk, 'make sure that the copy is what was backed up', 'the backup is damaged'),
  ];
}

function verification(
  { target, file, root = '' }: RestoredDisk,
  why: string,
  otherwise: string,
): VerifyImageEffect {
  return { tool: 'verify-image', file, disk: target, root, otherwise, why };
}

/** Has the definition of a guest that is off use those files. Its rollback also removes them: they were exposed to guests. */
export function replaceDisksPhase(params: Restored): Phase {
  return {
    name: 'define',
    summary: 'have the definition use the restored files',
    rollback:
      'restore the former definition and remove the new files, unless the guest has written to them',
    effects: (before, start) => {
      const disks = restoredDisks(params, start);
      return [
        defineDomain(
          definitionWith(before, disks),
          'use the restored files from the next start on',
          {
            definition: start.domain.definition ?? '',
            off: true,
            made: disks.map(({ file }) => file),
            compared: disks.map(({ file }) => file),
          },
        ),
      ];
    },
    again: (_before, start) =>
      restoredDisks(params, start).map((disk) =>
        verification(
          disk,
          'make sure that the copy has not changed while blockplan was stopped',
          'it has changed since it was copied',
        ),
      ),
    expects: (before, start) => {
      const disks = restoredDisks(params, start);
      return [
        definitionIs(definitionWith(before, disks), 'the one that was given to libvirt'),
        nothingSaved(start),
        ...disks.flatMap(({ target, file }) => [
          definedOn(target, file),
          fileExists(file),
          madeByRun(file),
          offOrRunsOn(target, file),
        ]),
      ];
    },
    // The guest may have been started from the restored files since, which fits no prediction.
    provenByResult: true,
    mayStay: true,
    undo: (before, now, start) => takenBack(restoredDisks(params, start), before, now, start),
  };
}

/**
 * One round puts the definition back, the next one removes the files. Each file is compared right before both, because the
 * guest may have run on it at any time, and its latest writes may be only there.
 */
function takenBack(
  disks: readonly RestoredDisk[],
  before: HostState,
  now: HostState,
  start: HostState,
): Effect[] {
  const { name, definition, managedSave } = now.domain;
  const there = disks.filter(({ file }) => fileAt(now, file));
  const removed = there.flatMap((disk) =>
    removeMade(start, now, disk.file, true).map((removal) => ({ disk, removal })),
  );
  const isNamed = disks.some(({ target, file }) =>
    isSameFile(now, diskOf(now, target)?.persistentSource, file),
  );
  if (removed.length === 0 && !isNamed) return [];
  const listed = [virshCommand(now.host, 'domblklist', name, '--inactive')];
  const runs = disks.some(({ target, file }) => isSameFile(now, activeFile(now, target), file));
  if (isUp(now) && runs)
    throw new NoRollback(
      `"${name}" was started from the restored files, and its latest writes are only there`,
      [virshCommand(now.host, 'domblklist', name)],
    );
  if (managedSave)
    throw new NoRollback(
      `"${name}" has a managed save image, whose memory may belong to the restored files`,
      listed,
    );
  if (!isNamed) {
    const written = 'the guest may have written to it, so it is not removed';
    return removed.flatMap(({ disk, removal }) => [unwritten(disk, written), removal]);
  }
  if (definition === undefined || definition !== definitionWith(before, disks))
    throw new NoRollback(
      `the definition of "${name}" was changed after the run replaced it`,
      listed,
    );
  const restored = (over: Omit<Former, 'definition'>) =>
    defineDomain(before.domain.definition ?? '', 'restore the definition', { definition, ...over });
  // A guest that runs on its former files has its latest writes there.
  if (isUp(now)) return [restored({})];
  const written = 'the guest may have written to it, so the former definition is not restored';
  return [
    ...there.map((disk) => unwritten(disk, written)),
    restored({ off: true, compared: there.map(({ file }) => file) }),
  ];
}

function unwritten(disk: RestoredDisk, otherwise: string): Effect {
  return verification(
    disk,
    'make sure that the guest has not written to the restored file',
    otherwise,
  );
}

/** A run that knew nothing of the store would restore nothing. */
function backupIsKnown(disks: readonly RestoredDisk[]): Expectation {
  return () => (disks.length > 0 ? [] : ['the disks of the backup are unknown']);
}

/** A managed save image or a new checkpoint belongs to the former files. */
function nothingSaved({ domain: { checkpoints: known } }: HostState): Expectation {
  return ({ domain: { name, managedSave, checkpoints } }) => [
    ...(managedSave ? [`"${name}" has a managed save image now`] : []),
    ...checkpoints
      .filter((each) => !known.includes(each))
      .map((each) => `"${name}" has a new checkpoint, ${each}`),
  ];
}

/** A guest that was started meanwhile must not write to the former file: the next start would not find these writes. */
function offOrRunsOn(target: string, file: string): Expectation {
  return (after) => {
    const active = activeFile(after, target);
    return !isUp(after) || isSameFile(after, active, file)
      ? []
      : [`the guest was started, with ${target} on ${active ?? 'nothing'}`];
  };
}
