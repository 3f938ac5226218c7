/**
 * Writes a lost definition back, with what belongs to it, outside of any run: also when all that is left of the run is
 * what it had kept. It starts no guest, removes no file and ends no run.
 */
import { join } from 'node:path';
import { blockplanCommand, type Command, commandLine, virshCommand } from '../command.ts';
import type { Driver } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { recoveryCommands } from '../journal/recovery-mode.ts';
import { nvramFile, readDomainXml, setDiskSource } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isSameSource } from '../model/file-identity.ts';
import type { Disk, HostState, SavedMetadata } from '../model/host-state.ts';
import { DEFINITION_FILE, defineDomain, restoreAttachments } from '../steps/effects/definition.ts';
import { unknownLastWrites, unknownLastWriteText } from './last-writes.ts';
import type { LostDefinition } from './lost-definition.ts';
import { movedDisks, restoredMetadata } from './restored-parts.ts';
import { definitionOnMovedDisks } from './secure-definition.ts';
import { isDerivedDefinition } from './transient-again.ts';

/** What came of it, in sentences, and what to type next. */
export interface Rescued {
  /** `in doubt`: the definition is back, but something is not known, or not back; `stranded`: it is not. */
  readonly outcome: 'restored' | 'left alone' | 'in doubt' | 'stranded';
  /** Whether all that was kept is back now, so that nothing is owed any more. */
  readonly whole: boolean;
  readonly state: readonly string[];
  readonly next: readonly Command[];
}

/** The definition to give, and what nobody can tell of it. */
interface Wanted {
  readonly definition: string;
  readonly doubts: readonly string[];
}

/**
 * @param folder where the definition that libvirt is given is written down first
 * @throws BlockplanError when the connection to libvirt is lost
 */
export async function rescueDomain(
  lost: LostDefinition,
  driver: Driver,
  folder: string,
): Promise<Rescued> {
  const now = await driver.observe([]);
  if (now.domain.movedAway) return onAnotherHost(lost);
  const wanted = wantedDefinition(lost, now);
  const missing = missingOf(lost, now, wanted);
  const { persistent, definition } = now.domain;
  const back = definition === wanted.definition;
  if (persistent && (!lost.owed || !isOwn(now, wanted) || (back && missing.length === 0)))
    return leftAlone(lost, now, wanted);
  const failures: string[] = [];
  if (!back) {
    const given = defineDomain(wanted.definition, 'write the definition back');
    const refused = await perform(driver, given, folder);
    if (refused !== undefined) return notTaken(lost, refused, folder);
  }
  for (const effect of missing) {
    const refused = await perform(driver, effect, folder);
    if (refused !== undefined) failures.push(`not done: ${effect.why}: ${refused}`);
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
        ? `"${lost.name}" was persistent already${back ? ', but' : ', with a definition that libvirt made of the kept one;'} not all that belongs to it was back`
        : `"${lost.name}" is persistent again, from ${lost.found.file}`,
      ...(lost.found.proven ? [] : ['what was kept could not be held against its checksum']),
      ...(isLive(now) ? [] : lastSeen(lost, wanted)),
      ...wanted.doubts,
      ...wrong,
      ...movedDisks(lost, wanted.definition),
      ...restoredMetadata(lost, after),
      ...notes(lost, wanted.definition, after),
    ],
    next: wanted.doubts.length > 0 ? compareFirst(lost) : nextSteps(lost, after),
  };
}

/** What a person has defined meanwhile is nowhere kept, so it is left alone; in doubt so is what libvirt made. */
function isOwn({ domain: { definition } }: HostState, wanted: Wanted): boolean {
  if (definition === undefined || wanted.doubts.length > 0) return definition === wanted.definition;
  return isDerivedDefinition(definition, wanted.definition);
}

/** libvirt's answer where it says no. */
async function perform(
  driver: Driver,
  effect: Effect,
  folder: string,
): Promise<string | undefined> {
  if (effect.tool !== 'virsh') throw new Error(`a rescue does no ${effect.tool}`);
  try {
    await driver.perform(effect, { folder, onProgress() {}, onMade: async () => {} });
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    return error.message;
  }
}

/** What was kept, on the files that the guest runs on; of a guest that is off, where it was last seen to write. */
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
      `${unknownLastWriteText(target)}; the definition names ${chain[0]?.file}, as when the run began: look for a newer file of it before it is started`,
  );
  return { definition: saved, doubts };
}

/** What the journal knows of a guest that is off ends with its last record. */
function lastSeen({ until, lastUp }: LostDefinition, { definition, doubts }: Wanted): string[] {
  if (until === undefined || lastUp.length === 0 || doubts.length > 0) return [];
  const where = writtenDisks(definition).map(
    ({ target, chain }) => `${target} in ${chain[0]?.file}`,
  );
  return [
    `the guest wrote to ${where.join(', ')} as far as the journal tells, which ends at ${until}`,
  ];
}

/** Whether there is a guest whose chains libvirt tells. */
function isLive({ domain }: HostState): boolean {
  return domain.state !== 'gone' && domain.state !== 'shut off';
}

/**
 * Without the host state of before, whatever a disk runs on counts as where it belongs, but for discs in drives, and for disks
 * that no step works on: a transient one is on a file that libvirt removes when the guest stops.
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
 * What belongs to the definition and is not there. Where it is not known which files are the newest no guest may be
 * started with the host, so the autostart mark waits for a person.
 */
function missingOf({ found }: LostDefinition, now: HostState, { doubts }: Wanted): Effect[] {
  const autostart = found.kept.autostart && !now.domain.autostart && doubts.length === 0;
  return restoreAttachments({ ...found.kept, autostart }, now);
}

/** Defined here as well, with its autostart mark, it would be started a second time on the same disks. */
function onAnotherHost({ name }: LostDefinition): Rescued {
  return {
    outcome: 'left alone',
    whole: false,
    state: [
      `"${name}" was migrated to another host in the middle of the run: it is not defined here`,
    ],
    next: [commandLine('virsh', 'list', '--all')],
  };
}

function leftAlone(lost: LostDefinition, now: HostState, wanted: Wanted): Rescued {
  const differs = lost.owed && now.domain.definition !== wanted.definition;
  const unmarked = lost.owed && lost.found.kept.autostart && !now.domain.autostart;
  const doubts = unmarked ? wanted.doubts : [];
  const state = [
    `"${lost.name}" is persistent: its definition is left alone`,
    ...(differs ? ['it is not the one that the run kept'] : []),
    ...doubts,
    ...(unmarked
      ? ['it is not marked for autostart, as it was: it does not start with its host']
      : []),
  ];
  const mark = doubts.length > 0 ? compareFirst(lost) : [...markCommand(lost), ...takeUp(lost)];
  return {
    outcome: unmarked ? 'in doubt' : 'left alone',
    whole: !differs && !unmarked,
    state,
    next: unmarked ? mark : differs ? takeUp(lost) : [],
  };
}

function notTaken(lost: LostDefinition, refused: string, folder: string): Rescued {
  const { name } = lost;
  return {
    outcome: 'stranded',
    whole: false,
    state: [`"${name}" has no definition: libvirt does not take the one that was kept: ${refused}`],
    next: [commandLine('virsh', 'define', join(folder, DEFINITION_FILE)), ...markCommand(lost)],
  };
}

/** What is observed afterwards is held against what was meant. */
function wrongWith(
  { found, name }: LostDefinition,
  wanted: Wanted,
  { domain }: HostState,
): string[] {
  const { autostart, snapshots, checkpoints } = found.kept;
  const lacks = (kind: string, kept: readonly SavedMetadata[], now: readonly string[]) =>
    kept
      .filter((each) => !now.includes(each.name))
      .map((each) => `the metadata of ${kind} ${each.name} is not back`);
  return [
    ...(domain.definition === wanted.definition
      ? []
      : [`the definition of "${name}" is not, byte for byte, the one that libvirt was given`]),
    ...(autostart && !domain.autostart && wanted.doubts.length === 0
      ? ['it is not marked for autostart, as it was']
      : []),
    ...lacks('snapshot', snapshots, domain.snapshots),
    ...lacks('checkpoint', checkpoints, domain.checkpoints),
  ];
}

/** What a person should know before the guest is started, or while it runs. */
function notes({ name }: LostDefinition, definition: string, after: HostState): string[] {
  const told: string[] = [];
  for (const { target, file } of sourcesIn(definition))
    if (after.files[file] === null)
      told.push(`${target}: ${file} is not there; "${name}" cannot be started before it is`);
  for (const { target, job } of after.domain.disks)
    if (job) told.push(`${target}: a job (${job.type}) goes on; it is left alone`);
  if (isLive(after)) return told;
  const nvram = nvramFile(definition);
  if (nvram !== undefined && after.files[nvram] === null)
    told.push(
      `its NVRAM file ${nvram} is not there: libvirt makes a new one, without the guest's boot entries and keys`,
    );
  if (readDomainXml(definition).tpm)
    told.push("its TPM's state is no part of what was kept: it is there if the plan said keep-tpm");
  return told;
}

/** Where the newest data is has to be known before the guest is started, with its host as well. */
function compareFirst(lost: LostDefinition): Command[] {
  const { found, lastUp } = lost;
  const disks = writtenDisks(found.kept.definition);
  const files = [...disks, ...lastUp.flatMap(({ domain }) => domain.disks)]
    .filter(({ target }) => disks.some((disk) => disk.target === target))
    .flatMap(({ chain: [source] }) => source?.file ?? []);
  const look = [...new Set(files)].map((file) =>
    commandLine('qemu-img', 'info', '--backing-chain', file),
  );
  return [...look, ...markCommand(lost), ...takeUp(lost)];
}

function markCommand({ found, name }: LostDefinition): Command[] {
  return found.kept.autostart ? [virshCommand('autostart', name)] : [];
}

function nextSteps(lost: LostDefinition, after: HostState): Command[] {
  return [...(isLive(after) ? [] : [virshCommand('start', lost.name)]), ...takeUp(lost)];
}

/** How the run itself is ended, which a rescue does not do. */
function takeUp({ run, runStatus, ways, name }: LostDefinition): Command[] {
  if (runStatus === 'over') return [];
  return runStatus === 'unknown' || run === undefined
    ? [blockplanCommand('doctor', name)]
    : recoveryCommands(run, ways);
}
