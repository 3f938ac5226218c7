/** Compares two host states, to verify a rollback or a finished run. */
import { dirname } from 'node:path';
import { readDomainXml } from '../model/domain-xml.ts';
import { areSameFiles, fileAt, isSameFile, isSameSource } from '../model/file-identity.ts';
import { newFaults } from '../model/headers.ts';
import {
  activeFile,
  type Disk,
  diskOf,
  type HostState,
  type ImageFile,
  isBackedUp,
  isUp,
  type Layer,
} from '../model/host-state.ts';
import { layerText } from '../model/layer-name.ts';

/** What differs from before, in sentences; empty after a complete rollback. */
export function differences(before: HostState, now: HostState): string[] {
  const away = elsewhere(now);
  const found = away === undefined ? domainDifferences(before, now) : [away];
  for (const [path, file] of Object.entries(now.files)) {
    const earlier = before.files[path];
    if (earlier === null && file) found.push(`${path} exists; it did not exist before`);
    if (earlier && file === null) found.push(`${path} no longer exists`);
    if (earlier && file) found.push(...nameDifferences(path, earlier.backing, file.backing));
  }
  return found;
}

/**
 * Another name for the same file counts as a difference: when a folder is moved, relative names in it stay valid and
 * absolute ones do not.
 */
function nameDifferences(path: string, was: ImageFile['backing'], is: ImageFile['backing']) {
  return was === undefined || is === undefined || was === is
    ? []
    : [
        `the header of ${path} names ${is ?? 'nothing'} as its backing file; it named ${was ?? 'nothing'}`,
      ];
}

/** Where a domain went that no longer exists here under its name, if that is known. */
function elsewhere({ domain: { name, calledNow, movedAway } }: HostState): string | undefined {
  if (movedAway)
    return `"${name}" was migrated to another host during the run: do not start it here`;
  return calledNow === undefined
    ? undefined
    : `"${name}" was renamed to "${calledNow}" during the run`;
}

/** Whether the guest may run on another host, as a sentence. */
export function unseenStop({ domain: { name, stopUnseen, guestLog } }: HostState): string[] {
  if (!stopUnseen) return [];
  const seen =
    guestLog === undefined
      ? ''
      : `; if this user cannot read ${guestLog}, see as root whether its last "shutting down" says "migrated"`;
  return [
    `"${name}" may run on another host: neither an event nor its log shows that it stopped here. Before you start it here, check every host that can use its disks${seen}`,
  ];
}

function domainDifferences(before: HostState, now: HostState): string[] {
  const was = before.domain;
  const is = now.domain;
  const found: string[] = [];
  found.push(...stateDifferences(before, now), ...unseenStop(now));
  if (is.persistent !== was.persistent)
    found.push(
      `the domain is ${is.persistent ? 'persistent' : 'transient'}; it was ${was.persistent ? 'persistent' : 'transient'}`,
    );
  else if (is.definition !== was.definition)
    found.push('the persistent definition differs from the one before the run');
  if (is.autostart !== was.autostart)
    found.push(
      `autostart is ${is.autostart ? 'on' : 'off'}; it was ${was.autostart ? 'on' : 'off'}`,
    );
  // A definition need not name what is below the file that a guest starts from.
  const known = isUp(before) ? undefined : 1;
  if (isUp(now))
    found.push(...was.disks.filter(isNoDrive).flatMap((disk) => diskDifferences(disk, now, known)));
  found.push(...listDifferences('snapshot', was.snapshots, is.snapshots));
  found.push(...listDifferences('checkpoint', was.checkpoints, is.checkpoints));
  return found;
}

function stateDifferences(before: HostState, now: HostState): string[] {
  const [was, is] = [before.domain.state, now.domain.state];
  return is === was || wasStarted(before, now) ? [] : [`the guest is ${is}; it was ${was}`];
}

/**
 * Whether a guest that was off has been started since, and runs on the files in its definition. No plan starts its guest, but
 * its autostart mark or an operator can, and then all is as the plan leaves it.
 */
export function wasStarted(before: HostState, now: HostState): boolean {
  const isStarted = before.domain.state === 'shut off' && now.domain.state === 'running';
  return isStarted && now.domain.disks.filter(isNoDrive).flatMap(apartFrom(now)).length === 0;
}

/** A run never changes the medium in a drive, so drives are not compared. */
function isNoDrive({ device }: Disk): boolean {
  return device === 'disk' || device === 'lun';
}

/** @param known how many layers of the former chain count, from the active one; all by default */
function diskDifferences(was: Disk, now: HostState, known?: number): string[] {
  const is = diskOf(now, was.target);
  const found: string[] = [];
  const files = (disk: Disk | undefined) =>
    disk?.chain.slice(0, known).map(({ file }) => file) ?? [];
  if (!areSameFiles(now, files(is), files(was)))
    found.push(`${was.target} is on ${chainText(is)}; it was on ${chainText(was)}`);
  if (is?.job && is.job.type !== was.job?.type && !isOthersBackup(is, now))
    found.push(`a block job (${is.job.type}) is running on ${was.target}`);
  return found;
}

/** Whether a backup that writes into no folder of the run is running: another tool's, which says nothing about the run. */
function isOthersBackup(disk: Disk, now: HostState): boolean {
  const folder = disk.job?.mirror && dirname(disk.job.mirror);
  return isBackedUp(disk) && !(folder && fileAt(now, folder)?.made);
}

function listDifferences(what: string, was: readonly string[], is: readonly string[]): string[] {
  return [
    ...was
      .filter((name) => !is.includes(name))
      .map((name) => `the ${what} ${name} no longer exists`),
    ...is.filter((name) => !was.includes(name)).map((name) => `the ${what} ${name} is new`),
  ];
}

/**
 * What contradicts a finished run: live and persistent definitions that differ, a block job that still runs, a lost
 * definition.
 */
export function contradictions(before: HostState, now: HostState): string[] {
  const { domain } = now;
  const away = elsewhere(now);
  if (away !== undefined) return [away];
  const found: string[] = [];
  found.push(...stateDifferences(before, now), ...unseenStop(now));
  if (before.domain.persistent && !domain.persistent)
    found.push(`"${domain.name}" is transient: it no longer has a persistent definition`);
  // Differences that existed before the run were not caused by it.
  const wasApart = new Set(before.domain.disks.flatMap(apartFrom(before)));
  const disks = domain.persistent && isUp(now) ? domain.disks.filter(isNoDrive) : [];
  const apart = disks.flatMap(apartFrom(now));
  found.push(...apart.filter((each) => !wasApart.has(each)));
  found.push(...newFaults(before, now));
  for (const disk of domain.disks) {
    if (disk.job && !isOthersBackup(disk, now))
      found.push(`a block job (${disk.job.type}) is still running on ${disk.target}`);
  }
  return found;
}

/**
 * For a stopped guest: the disks whose definition names another file than the guest wrote to when it was last seen.
 * @param but targets of disks to leave out
 */
export function definedElsewhere(
  wrote: HostState,
  now: HostState,
  but: readonly string[] = [],
): string[] {
  return now.domain.disks.flatMap(({ target, persistentSource }) => {
    const file = but.includes(target) ? undefined : activeFile(wrote, target);
    return persistentSource === undefined ||
      file === undefined ||
      isSameFile(now, file, persistentSource)
      ? []
      : [`the definition names ${persistentSource} for ${target}, but the guest wrote to ${file}`];
  });
}

/** How the definition differs from the running disk: in the path, or in whether it is a block device. */
function apartFrom(state: HostState): (disk: Disk) => string[] {
  const { domain } = state;
  const defined = new Map(
    (domain.definition === undefined ? [] : readDomainXml(domain.definition).disks).map((disk) => [
      disk.target,
      disk.chain[0],
    ]),
  );
  return ({ target, persistentSource, chain: [active] }) => {
    const source = defined.get(target);
    // A disk that was attached to the live guest only is in no definition.
    if (domain.definition !== undefined && !defined.has(target)) return [];
    const apart = active
      ? !isSameFile(state, persistentSource, active.file) ||
        (source !== undefined && !isSameSource(state, source, active))
      : persistentSource !== undefined;
    return apart
      ? [
          `the definition names ${nameOf(source) ?? persistentSource ?? 'nothing'} for ${target}, but the guest runs on ${nameOf(active) ?? 'nothing'}`,
        ]
      : [];
  };
}

function nameOf(layer: Layer | undefined): string | undefined {
  return layer && layerText(layer);
}

/** Where each disk is, for a report, active layer first as in a preview: `vda: /images/snap1, backed by /images/base`. */
export function diskLocations(state: HostState): string[] {
  return state.domain.disks
    .filter((disk) => disk.chain.length > 0 && disk.device === 'disk')
    .map((disk) => `${disk.target}: ${chainText(disk)}`);
}

function chainText(disk: Disk | undefined): string {
  const files = disk?.chain.map(({ file }) => file) ?? [];
  return files.join(', backed by ') || 'nothing';
}
