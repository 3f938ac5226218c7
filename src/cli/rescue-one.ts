/** One definition that is written back: under the domain's lock, and only to the domain that it belongs to. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
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
import { preflightRefusal } from './refusal.ts';
import { type RescueTarget, requireFound } from './rescue-targets.ts';
import { withState } from './with-state.ts';

export interface RescueOptions {
  readonly connect?: string;
  /** Whether nobody has asked for this one by name. */
  readonly all?: boolean;
}

/** What is said where nothing had to be done. */
export function leftAlone(why: string): Pick<RescueReport, 'outcome' | 'state' | 'next'> {
  return { outcome: 'left alone', state: [why], next: [] };
}

/** @throws BlockplanError where it cannot be read, or must not be written back */
export async function rescueOne(
  state: string,
  target: RescueTarget,
  { connect, all }: RescueOptions,
): Promise<RescueReport> {
  const lost = await readLost(target.folder, requireFound(target));
  const { name: domain, run } = lost;
  const of = { domain, ...(run === undefined ? {} : { run }) };
  if (all && !lost.owed) return { ...of, ...leftAlone('its definition was given back already') };
  if (lost.runStatus === 'over' && !target.named) throw over(lost);
  const uri = connect ?? lost.uri;
  const virsh = await openVirsh(localHost, { ...(uri === undefined ? {} : { uri }) });
  try {
    const lock = await withState(
      state,
      takeLock(state, domainKey(LOCAL, lost.uuid), newRunId(new Date()), userInfo().username),
    );
    if ('heldBy' in lock) {
      if (all) return { ...of, ...leftAlone(`${ownerText(lock.heldBy)} works on it`) };
      throw taken(domain, lock.heldBy);
    }
    try {
      return { ...of, ...(await rescueWith(virsh, state, target, lost)) };
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
      `what ${found.file} holds is no definition: ${(error as Error).message}`,
      'look for a copy of it in your backups',
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
    return leftAlone(`libvirt knows it as "${known}": somebody has renamed it`);
  const { movedAway } = lost;
  const options = { uri: virsh.uri, domain, readonly: false, movedAway, writeDurably };
  const driver = await openLiveDriver(localHost, options, Promise.resolve(virsh));
  try {
    await refuseNamesake(lost, driver);
    const own = dirname(target.folder) === join(state, 'runs');
    // Beside a file that the user has named nothing is written.
    const folder = own ? target.folder : await mkdtemp(join(tmpdir(), 'blockplan-rescue-'));
    const rescued = await rescueDomain(lost, driver, folder);
    if (own)
      return { ...rescued, state: [...rescued.state, ...(await note(folder, lost, rescued))] };
    // What libvirt did not take is needed for another try.
    if (rescued.outcome !== 'stranded') await rm(folder, { recursive: true });
    return rescued;
  } finally {
    await driver.close();
  }
}

/** Another domain of the same name is nobody's definition of this one. */
async function refuseNamesake({ name, uuid }: LostDefinition, driver: Driver): Promise<void> {
  const { domain } = await driver.observe([]);
  if (domain.state === 'gone' || domain.uuid === uuid) return;
  throw preflightRefusal(
    codes.nameTaken,
    `"${name}" is another domain now, with the UUID ${domain.uuid}; the one that was kept had ${uuid}`,
    `look at both, and give one of them another name: virsh domrename`,
  );
}

/** Writes down that nothing is owed any more: who takes the definition away from now on does so on purpose. */
async function note(folder: string, lost: LostDefinition, rescued: Rescued): Promise<string[]> {
  if (rescued.outcome === 'left alone' || !rescued.whole) return [];
  const { found, name: domain, uuid, run = '', uri = '', records } = lost;
  const time = new Date().toISOString();
  const { kept, since = time } = found;
  const restored = { time, records };
  try {
    await writeBundle(folder, { run, domain, uuid, uri, since, kept, restored });
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return [
      `that it is back could not be written into ${join(folder, BUNDLE_FILE)}: ${(error as Error).message}`,
    ];
  }
}

function over({ run, name, found }: LostDefinition): BlockplanError {
  return preflightRefusal(
    codes.definitionOutdated,
    `run ${run} is over: what it had kept of "${name}" is older than what became of it since`,
    `to write it back all the same, name the file: ${blockplanCommand('rescue', found.file)}`,
  );
}

function taken(domain: string, owner: LockOwner): BlockplanError {
  return preflightRefusal(
    codes.domainLocked,
    `"${domain}" is taken by ${ownerText(owner)}`,
    'wait until it has ended: blockplan status',
  );
}

function ownerText({ run, pid, user, since }: LockOwner): string {
  return `run ${run} (${user}, pid ${pid}, since ${since})`;
}
