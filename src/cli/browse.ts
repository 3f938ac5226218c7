/**
 * `blockplan browse`: serves the disks of a backup read-only, until it is interrupted. It changes nothing in the store except
 * for the lock.
 */
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { Finding } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { findNbdDevices } from '../libvirt/nbd-devices.ts';
import { type ServedDisks, serveDisks } from '../libvirt/served-disks.ts';
import { redactFindings } from '../model/redact-value.ts';
import { EXIT_CODES } from '../outcomes.ts';
import {
  type BrowsedBackup,
  browseCommands,
  browseJson,
  nbdUri,
  renderBrowse,
} from '../render/browse.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { browsableBackup, type WantedBackup, wantedBackup } from './browsable-backup.ts';
import { withJsonRefusal } from './json-refusal.ts';
import { printFindings } from './print-findings.ts';
import { lockForReading } from './reader-lock.ts';
import { preflightRefusal } from './refusal.ts';

export interface BrowseCommandOptions {
  /** Only this disk. */
  readonly disk?: string;
  readonly format: 'text' | 'json';
}

/** The signals that end the command. A terminal that is closed sends SIGHUP. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * @param word `STORE@NAME`
 * @returns the exit code: 0 once the user has ended it, 130 if that was before the disks were served
 * @throws BlockplanError if the backup cannot be served, or no longer is
 */
export async function browseCommand(word: string, options: BrowseCommandOptions): Promise<number> {
  const end = new AbortController();
  const stop = () => end.abort();
  for (const name of ENDING) process.on(name, stop);
  try {
    return await browse(word, options, end.signal);
  } catch (error) {
    if (error !== end.signal.reason) throw error;
    return EXIT_CODES.interrupted;
  } finally {
    for (const name of ENDING) process.off(name, stop);
  }
}

async function browse(
  word: string,
  { disk, format }: BrowseCommandOptions,
  signal: AbortSignal,
): Promise<number> {
  const served = await withJsonRefusal(format, () => serve(wantedBackup(word, disk), signal));
  let failure: string | undefined;
  try {
    await print(served, format);
    failure = await Promise.race([served.failure, aborted(signal)]);
  } finally {
    await served.close();
  }
  if (failure !== undefined)
    throw preflightRefusal(
      codes.diskNotServed,
      failure,
      `check the storage of the store, then serve the backup again: ${blockplanCommand('browse', word)}`,
    );
  if (format === 'text') process.stdout.write('\nThe backup is no longer served.\n');
  return EXIT_CODES.succeeded;
}

/** Resolves once the signal aborts. */
function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

/** A backup that is served until it is closed. */
interface Browsing extends Pick<ServedDisks, 'failure' | 'close'> {
  readonly backup: BrowsedBackup;
  readonly findings: readonly Finding[];
}

/** Nothing is left if it throws. */
async function serve(wanted: WantedBackup, signal: AbortSignal): Promise<Browsing> {
  const { store } = wanted;
  // Before the lock: a folder that is no store must not get one.
  await browsableBackup(wanted);
  const lock = await lockForReading(store, 'browse');
  try {
    // Once more: a prune may have removed it meanwhile.
    const { name, point, disks, findings } = await browsableBackup(wanted);
    const images = disks.map(({ target, file }) => ({ target, image: join(store, name, file) }));
    const served = await serveDisks(localHost, images, signal);
    const { domain, time, quiesced } = point;
    return {
      backup: {
        ...{ store, backup: name, domain, time, quiesced },
        disks: served.disks.map(({ target, socket }, at) => ({
          ...{ target, capacity: disks[at]?.capacity ?? 0, socket, uri: nbdUri(socket) },
        })),
      },
      findings: [...lock.findings, ...findings],
      failure: served.failure,
      close: () => served.close().finally(() => lock.release()),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function print({ backup, findings }: Browsing, format: 'text' | 'json'): Promise<void> {
  const { disks } = backup;
  const commands = browseCommands(disks, await findNbdDevices(localHost, disks.length));
  if (findings.length > 0) printFindings(findings);
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  process.stdout.write(
    format === 'json'
      ? browseJson(backup, commands, redactFindings(findings))
      : renderBrowse(backup, commands, color, process.stdout.columns || USUAL_COLUMNS),
  );
}
