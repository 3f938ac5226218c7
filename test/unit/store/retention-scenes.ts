/** Backups of different ages, for the tests of the retention rule. */
import type { StoredBackup } from '../../../src/model/backup-store.ts';
import { stored } from '../../stored.ts';

export const GUEST = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';
const HOUR = 3_600_000;
const NEWEST = Date.UTC(2026, 11, 2, 2);

/** A backup of some hours before the newest one. */
export function at(name: string, hours: number, change: Partial<StoredBackup> = {}): StoredBackup {
  const time = new Date(NEWEST - hours * HOUR).toISOString();
  const point = { ...stored('x').point!, time };
  return { ...stored(name), point, needs: [], ...change };
}

export const needing = (...names: string[]) => ({ needs: names });
export const broken = {
  findings: [{ code: 'BP185', severity: 'error', message: 'it is broken' }],
} as const;
export const verified = (good = true) => ({
  verified: {
    time: '2026-12-01T00:00:00Z',
    disks: [{ target: 'vda', root: 'root-of-vda', ...(good ? {} : { problem: 'p' }) }],
  },
});
