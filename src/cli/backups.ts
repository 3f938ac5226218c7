/** `blockplan backups`: lists the backups in a backup store. Changes nothing, and needs no libvirt. */
import { resolve } from 'node:path';
import { redactValue } from '../model/redact-value.ts';
import { renderBackups } from '../render/backups.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { jsonText } from '../render/json.ts';
import { listBackups, storedTargets } from '../store/listing.ts';
import { backupStoreOf } from '../store/store.ts';
import { notStore, storeAt } from './backup-store.ts';
import { withJsonRefusal } from './json-refusal.ts';

export interface BackupsCommandOptions {
  /** Only backups of this disk. */
  readonly disk?: string;
  readonly format: 'text' | 'json';
}

/** @returns the exit code */
export function backupsCommand(store: string, options: BackupsCommandOptions): Promise<number> {
  return withJsonRefusal(options.format, () => list(store, options));
}

async function list(place: string, { disk, format }: BackupsCommandOptions): Promise<number> {
  const store = backupStoreOf(await storeAt(place));
  if (disk !== undefined) checkDisk(disk, storedTargets(store), place);
  const listing = redactValue(listBackups(store, disk));
  process.stdout.write(
    format === 'json'
      ? `${jsonText({ format: 'blockplan-backups/v1', store: resolve(place), ...listing }, 2)}\n`
      : renderBackups(
          listing,
          place,
          colorWanted(process.env, process.stdout.isTTY === true),
          process.stdout.columns || USUAL_COLUMNS,
        ),
  );
  return 0;
}

function checkDisk(disk: string, targets: readonly string[], place: string): void {
  if (targets.includes(disk)) return;
  throw notStore(
    `no backup in ${resolve(place)} has the disk "${disk}"`,
    targets.length === 0 ? 'omit --disk' : `name one of ${targets.join(', ')}`,
  );
}
