/** Restores one definition, under the domain's lock, and only to the domain that it belongs to. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanOn, virshLine } from '../command.ts';
import type { Driver } from '../commands/driver.ts';
import type { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { BUNDLE_FILE, type FoundBundle, writeBundle } from '../journal/bundle.ts';
import { writeDurably } from '../journal/durable.ts';
import { newRunId } from '../journal/folder.ts';
import { type LockOwner, takeLock } from '../journal/lock.ts';
import { domainNameOf } from '../libvirt/domain-name.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { openVirsh, type Virsh } from '../libvirt/virsh.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';
import type { RescueReport } from '../render/rescue.ts';
import { type LostDefinition, lostDefinitionIn } from '../run/lost-definition.ts';
import { type Rescued, rescueDomain } from '../run/rescue.ts';
import { holderText } from './holder-text.ts';
import { lockHint } from './lock-hint.ts';
import { elsewhereText, ranElsewhere, refuseElsewhere } from './other-host.ts';
import { preflightRefusal } from './refusal.ts';
import { type RescueTarget, requireFound } from './rescue-targets.ts';
import { withState } from './with-state.ts';

export interface RescueOptions {
  readonly connect?: string;
  /** Whether all unfinished runs are rescued, and not one that was named. */
  readonly all?: boolean;
  readonly format: 'text' | 'json';
}

/** The report if nothing had to be done. */
export function leftAlone(why: string): Pick<RescueReport, 'outcome' | 'state' | 'next'> {
  return { outcome: 'left alone', state: [why], next: [] };
}

/** @throws BlockplanError if it cannot be read or must not be restored */
export async function rescueOne(
  state: string,
  target: RescueTarget,
  { connect, all }: RescueOptions,
): Promise<RescueReport> {
  const lost = await readLost(target.folder, requireFound(target));
  const { name: domain, run } = lost;
  const of = { domain, ...(run === undefined ? {} : { run }) };
  if (all && !lost.owed) return { ...of, ...leftAlone('its definition was already restored') };
  if (lost.runStatus === 'over' && !target.named) throw over(lost, connect);
  const { ranOn: host } = lost;
  const id = run ?? basename(target.folder);
  const isElsewhere = ranElsewhere(host, target.folder);
  if (all && isElsewhere) return { ...of, ...leftAlone(elsewhereText(id, host)) };
  // Who names the file wants it restored here, such as after the loss of the other host.
  const here = `restore it here: ${blockplanOn(connect, 'rescue', target.folder)}`;
  const { folder, named } = target;
  if (!named)
    refuseElsewhere({ run: id, folder, host }, 'rescue', (name) => `if ${name} is lost, ${here}`);
  const uri = connect ?? lost.uri;
  const virsh = await openVirsh(localHost, { ...(uri === undefined ? {} : { uri }) });
  try {
    const lock = await withState(
      state,
      takeLock(state, domainKey(LOCAL, lost.uuid), newRunId(new Date()), userInfo().username),
    );
    if ('heldBy' in lock) {
      if (all) return { ...of, ...leftAlone(`${holderText(lock.heldBy)} is working on it`) };
      throw taken(state, lost, lock.heldBy);
    }
    try {
      const elsewhere = isElsewhere ? { elsewhere: host.host } : {};
      return { ...of, ...(await rescueWith(virsh, state, target, { ...lost, ...elsewhere })) };
    } finally {
      await lock.release();
    }
  } finally {
    await virsh.close();
  }
}

async function readLost(folder: string, found: FoundBundle): Promise<LostDefinition> {
  try {
    return await lostDefinitionIn(folder, found);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw preflightRefusal(
      codes.definitionUnavailable,
      `${found.file} does not contain a valid definition: ${(error as Error).message}`,
      "look for a copy in your backups; the first record of the run's journal also contains the definition",
    );
  }
}

async function rescueWith(
  virsh: Virsh,
  state: string,
  target: RescueTarget,
  lost: LostDefinition,
): Promise<Pick<RescueReport, 'outcome' | 'state' | 'next'>> {
  const { name: domain, uuid } = lost;
  const known = await domainNameOf(virsh, uuid);
  if (known !== undefined && known !== domain)
    return leftAlone(`libvirt knows it as "${known}": it was renamed`);
  const { movedAway } = lost;
  const left = { movedAway, wasTransient: true };
  const options = { uri: virsh.uri, domain, readonly: false, ...left, writeDurably };
  const driver = await openLiveDriver(localHost, options, Promise.resolve(virsh));
  try {
    await refuseNamesake(lost, driver);
    const own = dirname(target.folder) === join(state, 'runs');
    // Nothing is written next to a file that the user named.
    const folder = own ? target.folder : await mkdtemp(join(tmpdir(), 'blockplan-rescue-'));
    const rescued = await rescueDomain(lost, driver, folder);
    if (own)
      return { ...rescued, state: [...rescued.state, ...(await note(folder, lost, rescued))] };
    // A definition that libvirt did not accept is needed for another attempt.
    if (rescued.outcome !== 'stranded') await rm(folder, { recursive: true });
    return rescued;
  } finally {
    await driver.close();
  }
}

/** Refuses if another domain has the name: its definition must not be replaced. */
async function refuseNamesake({ name, uuid }: LostDefinition, driver: Driver): Promise<void> {
  const { domain, host } = await driver.observe([]);
  if (domain.state === 'gone' || domain.uuid === uuid) return;
  throw preflightRefusal(
    codes.nameTaken,
    `"${name}" is now another domain, with the UUID ${domain.uuid}; the saved definition has ${uuid}`,
    `check both, and rename one of them: ${virshLine(host, 'domrename')} …`,
  );
}

/** Records that the definition was restored: if it is removed later, that is on purpose. */
async function note(folder: string, lost: LostDefinition, rescued: Rescued): Promise<string[]> {
  if (rescued.outcome === 'left alone' || !rescued.whole) return [];
  const { found, name: domain, uuid, run = '', uri = '', ranOn, records } = lost;
  const time = new Date().toISOString();
  const { kept, since = time } = found;
  const restored = { time, records };
  try {
    const of = { run, domain, uuid, uri, ...ranOn };
    await writeBundle(folder, { ...of, since, kept, restored });
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [
      `the restoration could not be recorded in ${join(folder, BUNDLE_FILE)}: ${(error as Error).message}`,
    ];
  }
}

function over({ run, name, found }: LostDefinition, connect: string | undefined): BlockplanError {
  return preflightRefusal(
    codes.definitionOutdated,
    `run ${run} is over: the definition of "${name}" that it saved may be outdated`,
    `to restore it anyway, name the file: ${blockplanOn(connect, 'rescue', found.file)}`,
  );
}

function taken(state: string, { name, uuid }: LostDefinition, owner: LockOwner): BlockplanError {
  return preflightRefusal(
    codes.domainLocked,
    `"${name}" is locked by ${holderText(owner)}`,
    lockHint(state, uuid, owner, 'wait until it has ended; to check: blockplan status'),
  );
}
