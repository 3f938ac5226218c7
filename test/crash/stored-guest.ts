/** Backups that exist before a case: made by the shipped plan, from a guest that writes. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openedDisks } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import type { GuestDiskSpec } from '../../src/lab/images.ts';
import { readLog } from '../../src/lab/log.ts';
import { definition } from '../../src/lab/picture.ts';
import { expectEnd, startRun } from '../lab/support.ts';
import { contentOf, faultsOfStore, sumsIn } from './stores.ts';

/** A second disk for guests with backups: all copies of a backup must be of the same instant. */
export const SECOND_DISK: GuestDiskSpec = {
  target: 'vdb',
  chain: ['data'],
  format: 'raw',
  size: 32 * 1024 * 1024,
};

/** The name of the backup that is in a store before a case. */
export const EARLIER = 'earlier';

/** Makes a store with a backup of the guest, and judges it. */
export async function storeWithBackup(
  host: LabHost,
  guest: Guest,
  store: string,
): Promise<Readonly<Record<string, string>>> {
  await mkdir(store, { mode: 0o711 });
  const set = { domain: guest.name, store, backup: EARLIER };
  const words = Object.entries(set).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const running = await startRun(host, { file: 'plans/full-backup.yaml' }, { words });
  expectEnd(await running.ended, 0);
  const { unreadable, calledGood, complete } = await faultsOfStore(host, store, {});
  if (complete.join() !== EARLIER || unreadable.length + calledGood.length > 0)
    throw new Error(`the first backup is not good: ${[...unreadable, ...calledGood].join('; ')}`);
  return sumsIn(store);
}

/** A disk of a guest that is off, and what it holds before and after a restore. */
export interface RestorableDisk {
  readonly target: string;
  readonly former: string;
  readonly format: string;
  /** The SHA-256 of the former content, and of that in the backup. */
  readonly sums: { readonly former: string; readonly backup: string };
  /** The last number in the guest's log there. */
  readonly logs: { readonly former: number; readonly backup: number };
}

/** A guest that is off, with a backup that is older than its disks. */
export interface StoredGuest {
  readonly guest: Guest;
  readonly store: string;
  /** The sums of the store's files. */
  readonly stored: Readonly<Record<string, string>>;
  readonly disks: readonly RestorableDisk[];
  /** The definition that names the former disks. */
  readonly definition: string;
}

export async function makeStoredGuest(host: LabHost): Promise<StoredGuest> {
  const guest = await host.createGuest({
    disks: [{ target: 'vda', chain: ['base', 'top'], fill: 3_000_000 }, SECOND_DISK],
    extraXml: "<graphics type='vnc' autoport='yes' passwd='secret'/>",
  });
  await guest.waitForWrites(2);
  const store = join(host.dir, `store-of-${guest.name}`);
  const stored = await storeWithBackup(host, guest, store);
  await guest.waitForWrites(3);
  const opened = openedDisks(await host.virsh('dumpxml', guest.name));
  await guest.destroy();
  const disks: RestorableDisk[] = [];
  for (const { target, files, image } of opened) {
    const format = target === 'vdb' ? 'raw' : 'qcow2';
    const former = files[0] ?? '';
    const copy = join(store, EARLIER, `${target}.qcow2`);
    const sums = [await contentOf(host, former, format), await contentOf(host, copy, 'qcow2')];
    const logs = [await readLog(image), await readLog(copy)];
    disks.push({
      ...{ target, former, format },
      sums: { former: sums[0]!.sum, backup: sums[1]!.sum },
      logs: { former: logs[0]!.length, backup: logs[1]!.length },
    });
  }
  return { guest, store, stored, disks, definition: await definition(host, guest.name) };
}
