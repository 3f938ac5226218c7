/** Observes a domain through virsh. Only reads. */
import { setTimeout as delay } from 'node:timers/promises';
import { isTakenForId } from '../command.ts';
import { type BackupTarget, readBackupXml } from '../model/backup-xml.ts';
import { withPersistentSources } from '../model/defined-disks.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { goneDomain } from '../model/gone-domain.ts';
import {
  type Bundle,
  type Disk,
  type Domain,
  type DomainState,
  isBackedUp,
  type SavedMetadata,
  VIRSH_STATES,
} from '../model/host-state.ts';
import type { Answer } from './answer.ts';
import { blockJobQuery, blockJobType } from './block-job-query.ts';
import { uuidByName } from './by-uuid.ts';
import { JOB_TYPES } from './event-text.ts';
import { isGone } from './gone.ts';
import type { GuestProcesses } from './guest-process.ts';
import {
  LOCKED_ANSWER_MS,
  mayBeReadAgain,
  NO_BACKUP,
  printedBy,
  printedUnless,
  UNSUPPORTED,
  unreadableDomain,
} from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/** How often a domain is read that stops, or loses a disk, while it is read. */
const ROUNDS = 3;

/** How long to wait in between: when QEMU dies, libvirt refuses some queries before it reports that the guest is off. */
const PAUSE_MS = 100;

/** Where there are snapshots, and none is current: virsh's words, and libvirt's own. */
const NO_CURRENT_SNAPSHOT = /has no current snapshot|does not have a current snapshot/;

/**
 * The domain as libvirt has it now.
 * @throws BlockplanError domainUnreadable if a part of it cannot be read; DomainBusy if another command holds the domain
 * @param processes finds the process that the guest runs in; without it the process stays unknown
 * @param onLive receives the XML that it has now
 * @param securely whether the definition includes its passwords; a read-only connection cannot read them
 */
export async function observeDomain(
  virsh: Virsh,
  name: string,
  securely: boolean,
  processes?: GuestProcesses,
  onLive?: (xml: string) => void,
): Promise<Domain> {
  for (let round = 1; ; round++) {
    try {
      return await readDomain(virsh, name, securely, processes, onLive);
    } catch (error) {
      if (round === ROUNDS || !mayBeReadAgain(error)) throw error;
      await delay(PAUSE_MS);
    }
  }
}

async function readDomain(
  virsh: Virsh,
  name: string,
  securely: boolean,
  processes: GuestProcesses | undefined,
  onLive: ((xml: string) => void) | undefined,
): Promise<Domain> {
  const [info, live, inactive, snapshots, checkpoints] = await virsh.runAll([
    ['dominfo', '--domain', name],
    ['dumpxml', '--domain', name],
    ['dumpxml', '--domain', name, '--inactive', ...(securely ? ['--security-info'] : [])],
    ['snapshot-list', '--domain', name, '--name', '--topological'],
    ['checkpoint-list', '--domain', name, '--name', '--topological'],
  ]);
  if (await isGone(virsh, name, info, live, inactive, snapshots, checkpoints))
    return goneDomain(name);
  const facts = readInfo(printedBy(virsh, name, info));
  const running = printedBy(virsh, name, live);
  onLive?.(running);
  const xml = readDomainXml(running);
  const next = printedBy(virsh, name, inactive);
  const listed = (answer: Answer | undefined) =>
    lines(printedUnless([UNSUPPORTED], virsh, name, answer) ?? '');
  const persistent = facts.get('Persistent') === 'yes';
  const state = stateOf(facts.get('State') ?? '');
  const definition = persistent ? next : undefined;
  const disks = withPersistentSources(
    xml.disks,
    definition === undefined ? [] : readDomainXml(definition).disks,
  );
  return {
    name: xml.name,
    uuid: xml.uuid,
    state,
    ...(state === 'paused' && (await isStoppedByError(virsh, name)) ? { ioError: true } : {}),
    persistent,
    autostart: facts.get('Autostart') === 'enable',
    ...(definition === undefined ? {} : { definition }),
    disks:
      state === 'running' || state === 'paused' ? await withQuietJobs(virsh, name, disks) : disks,
    agent: xml.agent,
    snapshots: listed(snapshots),
    checkpoints: listed(checkpoints),
    managedSave: facts.get('Managed save') === 'yes',
    nvram: xml.nvram,
    tpm: xml.tpm,
    ...(xml.memory === undefined ? {} : { memory: xml.memory }),
    ...(xml.id === undefined || !processes
      ? {}
      : { process: await processes.of(xml.uuid, xml.id) }),
    ...(xml.confinement === undefined ? {} : { confinement: xml.confinement }),
  };
}

/** The domain's UUID; undefined where libvirt knows no such domain. */
export async function uuidOf(virsh: Virsh, name: string): Promise<string | undefined> {
  if (isTakenForId(name)) return uuidByName(virsh, name);
  const answer = await virsh.run(['domuuid', '--domain', name]);
  if (await isGone(virsh, name, answer)) return undefined;
  return printedBy(virsh, name, answer).trim();
}

async function isStoppedByError(virsh: Virsh, domain: string): Promise<boolean> {
  const answer = await virsh.run(['domstate', '--domain', domain, '--reason']);
  return answer.ok && answer.stdout.includes('(I/O error)');
}

/** Whether libvirt has no process of the guest: it is off, or the domain is gone. A crashed one may still have its process. */
export async function hasStopped(virsh: Virsh, domain: string): Promise<boolean> {
  const answer = await virsh.run(['domstate', '--domain', domain]);
  if (answer.ok) return answer.stdout.trim() === 'shut off';
  return isGone(virsh, domain, answer);
}

function readInfo(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
  );
}

function stateOf(word: string): DomainState {
  const known = VIRSH_STATES.find((state) => state === word);
  // libvirt's `idle` and `blocked` are running guests that are waiting (virsh(1), domstate).
  return known ?? (word === 'idle' || word === 'blocked' ? 'running' : 'crashed');
}

/** A commit below the active layer, a pull and a backup are not in the XML; `blockjob --info` reports them. */
async function withQuietJobs(virsh: Virsh, name: string, disks: readonly Disk[]): Promise<Disk[]> {
  const asked = disks.filter(
    (disk) => !disk.job && disk.chain.length > 0 && disk.device !== 'cdrom',
  );
  if (asked.length === 0) return [...disks];
  const types = new Map<string, string | undefined>();
  for (const { target } of asked) {
    // One by one: while another command holds the guest, each of them is refused only after 30 s.
    const answer = await virsh.run(blockJobQuery(name, target), { timeoutMs: LOCKED_ANSWER_MS });
    const job = printedUnless([UNSUPPORTED], virsh, name, answer);
    types.set(target, job === undefined ? undefined : blockJobType(job));
  }
  // After the disks: a backup that ends by itself is gone before the job of its last disk.
  const answer = await virsh.run(['backup-dumpxml', '--domain', name]);
  const backup = printedUnless([UNSUPPORTED, NO_BACKUP], virsh, name, answer);
  const busy = disks.map((disk): Disk => {
    const type = types.get(disk.target);
    return type ? { ...disk, job: { type: JOB_TYPES[type] ?? 'other', ready: false } } : disk;
  });
  return backup === undefined ? busy : withBackup(busy, readBackupXml(backup));
}

/**
 * Adds where the backup writes to. A backup that copies no disk is one that never ends (see `hasLostCopy`): it counts as
 * running on all of its disks, because libvirt begins no other until it is cancelled.
 */
function withBackup(disks: readonly Disk[], targets: readonly BackupTarget[]): Disk[] {
  const isCopying = disks.some(isBackedUp);
  return disks.map((disk): Disk => {
    const mirror = targets.find((each) => each.disk === disk.target)?.file;
    if (mirror === undefined) return disk;
    if (disk.job && isBackedUp(disk)) return { ...disk, job: { ...disk.job, mirror } };
    return isCopying || disk.job
      ? disk
      : { ...disk, job: { type: 'backup', ready: false, mirror } };
  });
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * Everything that an undefine would lose.
 * @throws BlockplanError when any part cannot be read: an incomplete bundle is useless
 */
export async function captureBundle(virsh: Virsh, name: string): Promise<Bundle> {
  const domain = await observeDomain(virsh, name, true);
  if (domain.definition === undefined)
    throw unreadableDomain(virsh, name, { error: 'it has no persistent definition' });
  const currentSnapshot = domain.snapshots.length > 0 ? await currentOf(virsh, name) : '';
  return {
    definition: domain.definition,
    autostart: domain.autostart,
    snapshots: await readMoments(virsh, name, 'snapshot', domain.snapshots),
    ...(currentSnapshot === '' ? {} : { currentSnapshot }),
    checkpoints: await readMoments(virsh, name, 'checkpoint', domain.checkpoints),
  };
}

async function currentOf(virsh: Virsh, name: string): Promise<string> {
  const answer = await virsh.run(['snapshot-current', '--domain', name, '--name']);
  return printedUnless([NO_CURRENT_SNAPSHOT], virsh, name, answer)?.trim() ?? '';
}

async function readMoments(
  virsh: Virsh,
  domain: string,
  kind: 'snapshot' | 'checkpoint',
  names: readonly string[],
): Promise<SavedMetadata[]> {
  const answers = await virsh.runAll(
    names.map((name) => [
      `${kind}-dumpxml`,
      '--domain',
      domain,
      `--${kind}name`,
      name,
      '--security-info',
    ]),
  );
  return answers.map((answer, index) => ({
    name: names[index] ?? '',
    xml: printedBy(virsh, domain, answer),
  }));
}
