/**
 * Restores a lost definition and what belongs to it, outside of any run, even if only the kept bundle is left of the run.
 * It starts no guest, removes no file and ends no run.
 */
import { join } from 'node:path';
import { blockplanOn, type Command, commandLine, virshCommand, virshLine } from '../command.ts';
import type { Driver } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import { nvramFile, readDomainXml, setDiskSource } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isSameSource } from '../model/file-identity.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { DEFINITION_FILE, defineDomain, restoreAttachments } from '../steps/effects/definition.ts';
import { definitionOnMovedDisks } from '../steps/rollbacks/definition.ts';
import { unknownLastWrites, unknownLastWriteText } from './last-writes.ts';
import type { LostDefinition } from './lost-definition.ts';
import { movedDisks, restoredMetadata, type Wanted, wrongWith } from './restored-parts.ts';
import { isDerivedDefinition } from './transient-again.ts';

/** The result of a rescue, in sentences, and what to type next. */
export interface Rescued {
  /** `in doubt`: the definition is restored, but something is unknown or not restored; `stranded`: it is not restored. */
  readonly outcome: 'restored' | 'left alone' | 'in doubt' | 'stranded';
  /** Whether everything that was kept is restored now. */
  readonly whole: boolean;
  readonly state: readonly string[];
  readonly next: readonly Command[];
}

/**
 * @param folder where the definition is written before it is passed to libvirt
 * @throws BlockplanError when the connection to libvirt is lost
 */
export async function rescueDomain(
  lost: LostDefinition,
  driver: Driver,
  folder: string,
): Promise<Rescued> {
  const now = await driver.observe([]);
  if (now.domain.movedAway) return onAnotherHost(lost, now);
  const wanted = wantedDefinition(lost, now);
  const missing = missingOf(lost, now, wanted);
  const { persistent, definition } = now.domain;
  const back = definition === wanted.definition;
  if (persistent && (!lost.owed || !isOwn(now, wanted) || (back && missing.length === 0)))
    return leftAlone(lost, now, wanted);
  const failures: string[] = [];
  if (!back) {
    const given = defineDomain(wanted.definition, 'restore the definition');
    const refused = await perform(driver, given, folder);
    if (refused !== undefined) return notTaken(lost, now, refused, folder);
  }
  for (const effect of missing) {
    const refused = await perform(driver, effect, folder);
    if (refused !== undefined) failures.push(`could not ${effect.why}: ${refused}`);
  }
  const nvram = nvramFile(wanted.definition);
  const files = sourcesIn(wanted.definition).map(({ file }) => file);
  const after = await driver.observe(nvram === undefined ? files : [...files, nvram]);
  const wrong = [...failures, ...wrongWith(lost, wanted, after)];
  return {
    outcome: wrong.length + wanted.doubts.length > 0 ? 'in doubt' : 'restored',
    whole: wrong.length === 0 && (after.domain.autostart || !lost.found.kept.autostart),
    state: [
      persistent
        ? `"${lost.name}" was already persistent, but ${back ? 'without some of what the run had saved' : 'with a definition that libvirt derived from the saved one'}`
        : `"${lost.name}" is persistent again, from ${lost.found.file}`,
      ...(lost.found.proven ? [] : ['the checksum of the saved definition could not be verified']),
      ...(isLive(now) ? [] : lastSeen(lost, wanted)),
      ...wanted.doubts,
      ...wrong,
      ...movedDisks(lost, wanted.definition),
      ...restoredMetadata(lost, after),
      ...notes(lost, wanted.definition, after),
    ],
    next: wanted.doubts.length > 0 ? compareFirst(lost, now) : nextSteps(lost, after),
  };
}

/** Whether the definition may be replaced: not one that a person made, nor, in doubt, one that libvirt derived. */
function isOwn({ domain: { definition } }: HostState, wanted: Wanted): boolean {
  if (definition === undefined || wanted.doubts.length > 0) return definition === wanted.definition;
  return isDerivedDefinition(definition, wanted.definition);
}

/** Performs an effect; returns libvirt's message if it refuses. */
async function perform(
  driver: Driver,
  effect: Effect,
  folder: string,
): Promise<string | undefined> {
  if (effect.tool !== 'virsh') throw new Error(`a rescue does not use ${effect.tool}`);
  try {
    await driver.perform(effect, { folder, onProgress() {}, onMade: async () => {} });
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    return error.message;
  }
}

/** The kept definition on the files that the guest runs on or, if it is off, on those that it was last seen to write to. */
function wantedDefinition({ found, initial, lastUp }: LostDefinition, now: HostState): Wanted {
  const saved = found.kept.definition;
  if (isLive(now))
    return {
      definition: initial ? definitionOnMovedDisks(saved, initial, now) : onLive(saved, now),
      doubts: [],
    };
  const last = lastUp.at(-1);
  if (initial && last)
    return {
      definition: definitionOnMovedDisks(saved, initial, last),
      doubts: unknownLastWrites(lastUp),
    };
  const doubts = writtenDisks(saved).map(
    ({ target, chain }) =>
      `${unknownLastWriteText(target)}; the definition names ${chain[0]?.file}, as when the run began: look for a newer file of the disk before you start the guest`,
  );
  return { definition: saved, doubts };
}

/** For a guest that is off, the journal's knowledge ends with its last record. */
function lastSeen({ until, lastUp }: LostDefinition, { definition, doubts }: Wanted): string[] {
  if (until === undefined || lastUp.length === 0 || doubts.length > 0) return [];
  const where = writtenDisks(definition).map(
    ({ target, chain }) => `${target} in ${chain[0]?.file}`,
  );
  return [
    `the guest last wrote to ${where.join(', ')}, according to the journal, which ends at ${until}`,
  ];
}

/** Whether libvirt reports the live chains of the guest. */
function isLive({ domain }: HostState): boolean {
  return domain.state !== 'gone' && domain.state !== 'shut off';
}

/**
 * Without the host state from before the run, the file that a disk runs on counts as the right one, except for media in
 * drives and for disks that no step works on: a transient disk is on a file that libvirt removes when the guest stops.
 */
function onLive(definition: string, state: HostState): string {
  const defined = new Map(
    writtenDisks(definition)
      .filter(({ unsupported }) => !unsupported)
      .map((disk) => [disk.target, disk.chain[0]]),
  );
  return state.domain.disks.reduce((xml, { target, unsupported, chain: [top] }) => {
    const source = unsupported ? undefined : defined.get(target);
    return source && top && !isSameSource(state, source, top)
      ? setDiskSource(xml, target, top)
      : xml;
  }, definition);
}

function writtenDisks(definition: string): Disk[] {
  return readDomainXml(definition).disks.filter(
    ({ device, readonly, chain }) =>
      !readonly && chain.length > 0 && (device === 'disk' || device === 'lun'),
  );
}

function sourcesIn(definition: string): { target: string; file: string }[] {
  return readDomainXml(definition).disks.flatMap(({ target, chain: [source] }) =>
    source?.file.startsWith('/') ? [{ target, file: source.file }] : [],
  );
}

/**
 * The effects that restore what is missing besides the definition. While it is unknown which files are the newest, the
 * guest must not start with its host, so the autostart mark is left to a person.
 */
function missingOf({ found }: LostDefinition, now: HostState, { doubts }: Wanted): Effect[] {
  const autostart = found.kept.autostart && !now.domain.autostart && doubts.length === 0;
  return restoreAttachments({ ...found.kept, autostart }, now);
}

/** If it were defined here too, with its autostart mark, it would be started a second time on the same disks. */
function onAnotherHost({ name }: LostDefinition, { host }: HostState): Rescued {
  return {
    outcome: 'left alone',
    whole: false,
    state: [
      `"${name}" was migrated to another host during the run: its definition is not restored here`,
    ],
    next: [virshLine(host, 'list', '--all')],
  };
}

function leftAlone(lost: LostDefinition, now: HostState, wanted: Wanted): Rescued {
  const differs = lost.owed && now.domain.definition !== wanted.definition;
  const unmarked = lost.owed && lost.found.kept.autostart && !now.domain.autostart;
  const doubts = unmarked ? wanted.doubts : [];
  const state = [
    `"${lost.name}" is persistent: its definition is left alone`,
    ...(differs ? ['the definition differs from the one that the run saved'] : []),
    ...doubts,
    ...(unmarked ? ['autostart is off, so the guest does not start with its host'] : []),
  ];
  const mark =
    doubts.length > 0 ? compareFirst(lost, now) : [...markCommand(lost, now), ...takeUp(lost, now)];
  return {
    outcome: unmarked ? 'in doubt' : 'left alone',
    whole: !differs && !unmarked,
    state,
    next: unmarked ? mark : differs ? takeUp(lost, now) : [],
  };
}

function notTaken(lost: LostDefinition, now: HostState, refused: string, folder: string): Rescued {
  const { name } = lost;
  return {
    outcome: 'stranded',
    whole: false,
    state: [`"${name}" has no definition: libvirt rejects the saved one: ${refused}`],
    next: [virshLine(now.host, 'define', join(folder, DEFINITION_FILE)), ...markCommand(lost, now)],
  };
}

/** What a person should know before the guest is started, or while it runs. */
function notes({ name }: LostDefinition, definition: string, after: HostState): string[] {
  const told: string[] = [];
  for (const { target, file } of sourcesIn(definition))
    if (after.files[file] === null)
      told.push(`${target}: ${file} does not exist; "${name}" cannot start without it`);
  for (const { target, job } of after.domain.disks)
    if (job) told.push(`${target}: a block job (${job.type}) is still running; it is left alone`);
  if (isLive(after)) return told;
  const nvram = nvramFile(definition);
  if (nvram !== undefined && after.files[nvram] === null)
    told.push(
      `its NVRAM file ${nvram} does not exist: libvirt creates a new one, without the guest's boot entries and keys`,
    );
  if (readDomainXml(definition).tpm)
    told.push('its TPM state exists only if the plan set keep-tpm: the run saved no copy of it');
  return told;
}

/** Commands to find the newest data: it must be known before the guest is started, by a person or with its host. */
function compareFirst(lost: LostDefinition, now: HostState): Command[] {
  const { found, lastUp } = lost;
  const disks = writtenDisks(found.kept.definition);
  const files = [...disks, ...lastUp.flatMap(({ domain }) => domain.disks)]
    .filter(({ target }) => disks.some((disk) => disk.target === target))
    .flatMap(({ chain: [source] }) => source?.file ?? []);
  const look = [...new Set(files)].map((file) =>
    commandLine('qemu-img', 'info', '--backing-chain', file),
  );
  return [...look, ...markCommand(lost, now), ...takeUp(lost, now)];
}

function markCommand({ found, name }: LostDefinition, { host }: HostState): Command[] {
  return found.kept.autostart ? [virshCommand(host, 'autostart', name)] : [];
}

function nextSteps(lost: LostDefinition, after: HostState): Command[] {
  return [
    ...(isLive(after) ? [] : [virshCommand(after.host, 'start', lost.name)]),
    ...takeUp(lost, after),
  ];
}

/** The commands that end the run itself, which a rescue does not do. */
function takeUp({ run, runStatus, ways, name }: LostDefinition, { host }: HostState): Command[] {
  if (runStatus === 'over') return [];
  return runStatus === 'unknown' || run === undefined
    ? [blockplanOn(host.connect, 'doctor', name)]
    : recoveryCommands(run, ways);
}
