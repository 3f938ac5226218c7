/** A store with chains to prune, processes that prune it, and a host on which they die. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import type { PruneEffect } from '../../../src/commands/backup-effect.ts';
import type { MadeFile } from '../../../src/commands/driver.ts';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { MadeFiles } from '../../../src/libvirt/made-files.ts';
import { performPrune } from '../../../src/libvirt/prune-backups.ts';
import type { RetentionRule } from '../../../src/model/backup-store.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { copyStore, manifestOf, UUID, writeStore } from '../../stores.ts';

export const folder = scratchFolder('prune-backups');
const WHOLE = join(folder, 'whole');
/** A chain that goes, one that stays, and a full backup. */
const MANIFESTS = [
  manifestOf('a', 1),
  manifestOf('a1', 2, 'a'),
  manifestOf('b', 3),
  manifestOf('b1', 4, 'b'),
  manifestOf('c', 5),
];
export const KEPT = { b: 'complete', b1: 'complete', c: 'complete' };
beforeAll(() => writeStore(WHOLE, MANIFESTS), 120_000);

export const store = (change?: (store: string) => void) => copyStore(WHOLE, folder, change);

/** A process of a run: it knows what the run has recorded. */
export function processOf(
  path: string,
  records: MadeFile[],
  io: HostIO = localHost,
  requireUnused: (files: readonly string[]) => Promise<void> = async () => {},
) {
  const made = new MadeFiles(io, records);
  const notices: string[] = [];
  const perform = (effect: PruneEffect) =>
    performPrune(
      effect,
      { io, made, requireUnused },
      {
        folder: '/runs/r1',
        onProgress: () => {},
        onNotice: (each) => notices.push(each),
        onMade: async (each) => {
          records.push(each);
        },
      },
    );
  const keep: RetentionRule = { last: 2 };
  return {
    notices,
    mark: (rule = keep, checkpoints: readonly string[] = []) =>
      perform({
        ...{ tool: 'mark-prune', store: path, keep: rule, checkpoints, guest: UUID, why: 'w' },
      }),
    remove: () => perform({ tool: 'remove-pruned', store: path, why: 'w' }),
    unmark: () => perform({ tool: 'unmark-prune', store: path, why: 'w' }),
  };
}

export class Killed extends Error {}

/**
 * The local host, on which the process dies before a change of a file. A folder is removed file by file, so each counts.
 * @param at the number of that change, from 0
 */
export function dyingHost(at: number): { readonly io: HostIO; readonly changes: () => number } {
  let count = 0;
  const change = () => {
    if (count++ === at) throw new Killed();
  };
  const io: HostIO = {
    ...localHost,
    writeFile: async (...args) => {
      change();
      return localHost.writeFile(...args);
    },
    replaceFile: async (...args) => {
      change();
      return localHost.replaceFile(...args);
    },
    holdFile: async (path) => {
      const held = await localHost.holdFile(path);
      if (!held) return null;
      return Object.assign(Object.create(held), {
        remove: async () => {
          change();
          await held.remove();
        },
        moveTo: async (to: string) => {
          change();
          await held.moveTo(to);
        },
        stamp: () => held.stamp(),
        [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
      });
    },
    removeFolder: async (path, stamp, names) => {
      for (const name of names) {
        const file = join(path, name);
        if (!existsSync(file)) continue;
        change();
        rmSync(file);
      }
      change();
      return localHost.removeFolder(path, stamp, names);
    },
  };
  return { io, changes: () => count };
}
