/** The phases of a restore: new files first, then the definition. No existing file is written, renamed or removed. */
import { virshCommand } from '../../command.ts';
import type { Effect } from '../../commands/effect.ts';
import { isSameFile } from '../../model/file-identity.ts';
import { activeFile, type HostState, isUp } from '../../model/host-state.ts';
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
import { restoreDefinition } from '../rollbacks/definition.ts';
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
): Effect {
  return { tool: 'verify-image', file, disk: target, root, otherwise, why };
}

/** Has the definition of a guest that is off use those files. */
export function replaceDisksPhase(params: Restored): Phase {
  return {
    name: 'define',
    summary: 'have the definition use the restored files',
    rollback: 'restore the former definition, unless the guest has written to the restored files',
    effects: (before, start) => [
      defineDomain(
        definitionWith(before, restoredDisks(params, start)),
        'use the restored files from the next start on',
      ),
    ],
    expects: (before, start) => {
      const disks = restoredDisks(params, start);
      return [
        definitionIs(definitionWith(before, disks), 'the one that was given to libvirt'),
        ...disks.flatMap(({ target, file }) => [
          definedOn(target, file),
          fileExists(file),
          offOrRunsOn(target, file),
        ]),
      ];
    },
    undo(before, now, start) {
      const effects = restoreDefinition(before, now);
      if (effects.length === 0) return [];
      const disks = restoredDisks(params, start);
      const runs = disks.some(({ target, file }) => isSameFile(now, activeFile(now, target), file));
      if (isUp(now) && runs)
        throw new NoRollback(
          `"${now.domain.name}" was started from the restored files, and its latest writes are only there`,
          [virshCommand(now.host, 'domblklist', now.domain.name)],
        );
      const written = 'the guest has written to it since, so the former definition is not restored';
      const why = 'make sure that the guest has not written to it';
      return [...disks.map((disk) => verification(disk, why, written)), ...effects];
    },
  };
}

/** A guest that was started meanwhile must not write to the former file: the next start would not find these writes. */
function offOrRunsOn(target: string, file: string): Expectation {
  return (after) => {
    const active = activeFile(after, target);
    return !isUp(after) || isSameFile(after, active, file)
      ? []
      : [`the guest was started, and runs on ${active ?? 'nothing'} for ${target}`];
  };
}
