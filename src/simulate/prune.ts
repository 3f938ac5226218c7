/** Prunes a backup store on a simulated host as the driver would. */
import { join } from 'node:path';
import type { MarkPruneEffect, PruneEffect } from '../commands/backup-effect.ts';
import { nameIn } from '../host/file-names.ts';
import { withNewImage, withoutFile } from '../host/image-files.ts';
import { refuseUnless, type SimulatedHost } from '../host/simulated-host.ts';
import { type BackupStore, STORE_NAMES } from '../model/backup-store.ts';
import { storeIn } from '../model/known-stores.ts';
import { retentionOf } from '../store/retention.ts';

/** @throws EffectFailed if the driver would refuse */
export function applyPrune(host: SimulatedHost, effect: PruneEffect): SimulatedHost {
  const file = nameIn(host, join(effect.store, STORE_NAMES.mark));
  const store = storeIn(host.state, effect.store);
  const changed = (next: SimulatedHost, to: (known: BackupStore) => BackupStore): SimulatedHost =>
    store
      ? {
          ...next,
          state: {
            ...next.state,
            stores: { ...next.state.stores, [effect.store]: to(store) },
          },
        }
      : next;
  switch (effect.tool) {
    case 'mark-prune':
      return changed(withNewImage(host, file, { size: 1, made: true }), (known) =>
        marked(known, effect),
      );
    case 'remove-pruned': {
      const names = (store?.mark?.drop ?? []).map(({ name }) => name);
      const files = store ? filesOf(store, effect.store, names) : [];
      const known = files
        .map((each) => nameIn(host, each))
        .filter((each) => host.state.files[each]);
      return changed([file, ...known].reduce(withoutFile, host), (pruned) => ({
        ...withoutMark(pruned),
        backups: pruned.backups.filter(({ name }) => !names.includes(name)),
      }));
    }
    case 'unmark-prune': {
      const found = host.state.files[file];
      refuseUnless(!found || found.made === true, `${file} was not created by this run`);
      return changed(withoutFile(host, file), (known) => ({
        ...withoutMark(known),
        backups: known.backups.map(({ dropped: _kept, ...backup }) => backup),
      }));
    }
  }
}

function marked(store: BackupStore, { keep, guest, checkpoints }: MarkPruneEffect): BackupStore {
  const removed = new Set(
    retentionOf(store, keep, guest, checkpoints).flatMap(({ kept, name }) => (kept ? [] : [name])),
  );
  const drop = [...removed].map((name) => ({ name }));
  const backups = store.backups.map((each) =>
    removed.has(each.name) ? { ...each, dropped: { name: each.name } } : each,
  );
  return { ...store, backups, mark: { drop } };
}

function withoutMark({ mark: _done, ...store }: BackupStore): BackupStore {
  return store;
}

/** The folders and images of the backups, as far as the host state knows them. */
function filesOf({ backups }: BackupStore, store: string, names: readonly string[]): string[] {
  return backups
    .filter(({ name }) => names.includes(name))
    .flatMap(({ name, disks }) => [
      join(store, name),
      ...disks.map(({ file }) => join(store, name, file)),
    ]);
}
