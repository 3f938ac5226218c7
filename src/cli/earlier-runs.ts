/** What the journals of earlier runs explain: files that they left behind, files in the way, and plans that are done. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { type Effect, isCommand } from '../commands/effect.ts';
import type { ForgottenRun, LeftBehind, Patient } from '../doctor/patient.ts';
import type { Finding } from '../errors.ts';
import type { FileQueries } from '../host-io/host-io.ts';
import { planSumOf } from '../journal/folder.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import { commandsOf, type RunLog, tryReadRunLog } from '../journal/run-log.ts';
import { readBackupXml } from '../model/backup-xml.ts';
import { includesFile, isSameFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { filesLeftBy, isAsLeft } from '../run/left-files.ts';
import { timeText } from '../time-text.ts';
import { type RunFolder, runFolders } from './run-folders.ts';

/** How many journals are read in full to explain files: each is simulated, and a guest may have years of nightly runs. */
export const MOST_SEARCHED = 100;

/** The runs on a domain that have such an end, newest first, by the two ends of their journals. */
async function* runsThat(
  has: (ends: RunLog) => boolean,
  state: string,
  uuid?: string,
): AsyncGenerator<RunFolder & { readonly ends: RunLog }> {
  for (const each of (await runFolders(state)).toReversed()) {
    const ends = endsOf(each);
    if (ends && (uuid === undefined || ends.beginning?.uuid === uuid) && has(ends))
      yield { ...each, ends };
  }
}

const hasSucceeded = ({ finish }: RunLog) => finish?.end === 'succeeded';

/**
 * The runs on a domain that were forgotten, newest first.
 * @param state the state directory
 * @throws BlockplanError stateUnreadable if it cannot be read
 */
export async function forgottenRuns(state: string, uuid: string): Promise<ForgottenRun[]> {
  const found: ForgottenRun[] = [];
  for await (const { run, folder, ends } of runsThat((each) => !!each.forgotten, state, uuid)) {
    const log = await tryReadRunLog(folder);
    found.push({
      ...{ run, plan: ends.beginning?.plan ?? '' },
      time: timeText(Date.parse(ends.forgotten?.time ?? '')),
      files: log === undefined ? [] : filesMadeBy(log),
    });
  }
  return found;
}

/** Whose runs are searched for stores; those of all domains by default. */
interface StoreSearch {
  readonly uuid?: string;
  /** The name of a domain. */
  readonly domain?: string;
  /** Only this many of the newest runs. */
  readonly most?: number;
}

/**
 * The backup stores that runs named, by absolute path.
 * @param state the state directory
 * @throws BlockplanError stateUnreadable if it cannot be read
 */
export async function storesOfRuns(
  state: string,
  { uuid, domain, most = Number.POSITIVE_INFINITY }: StoreSearch,
): Promise<string[]> {
  const stores = new Set<string>();
  const isOf = ({ beginning }: RunLog) => domain === undefined || beginning?.domain === domain;
  let searched = 0;
  for await (const { ends } of runsThat(isOf, state, uuid)) {
    if (++searched > most) break;
    for (const seen of Object.values(ends.started?.hosts ?? {}))
      for (const store of Object.keys(seen.stores ?? {})) stores.add(store);
  }
  return [...stores];
}

/** Undefined for a journal that cannot be read: it explains nothing. */
function endsOf({ folder }: RunFolder): RunLog | undefined {
  try {
    return readJournalEnds(folder)?.log;
  } catch {
    return undefined;
  }
}

/**
 * Which of these files a run of blockplan took out of the guest's chains, according to the newest run that did. Only the
 * newest runs are searched, and only until all files are explained.
 * @param state the state directory
 * @param io of the files: another file may be at the path now, or the guest may have used it again
 * @throws BlockplanError stateUnreadable if it cannot be read
 */
export async function leftBehind(
  state: string,
  host: HostState,
  files: readonly string[],
  io: Pick<FileQueries, 'stat'>,
): Promise<Pick<Patient, 'left' | 'newestSearched'>> {
  const found: LeftBehind[] = [];
  let unknown = files;
  let searched = 0;
  for await (const { run, folder, ends } of runsThat(hasSucceeded, state, host.domain.uuid)) {
    if (unknown.length === 0) break;
    if (searched === MOST_SEARCHED) return { left: found, newestSearched: searched };
    searched++;
    const log = await tryReadRunLog(folder);
    const left = log === undefined ? [] : filesLeftBy(log);
    for (const each of left.filter(({ file }) => includesFile(host, unknown, file)))
      found.push({
        ...{ file: each.file, target: each.target, wasActive: each.wasActive, run },
        ...{ plan: ends.beginning?.plan ?? '', time: timeText(Date.parse(each.time)) },
        isUnchanged: isAsLeft(each, await io.stat(each.file)),
      });
    const known = found.map(({ file }) => file);
    unknown = unknown.filter((file) => !includesFile(host, known, file));
  }
  return { left: found };
}

/**
 * The findings, in which one about an overlay that a run took out of the guest's chains says so.
 * @param host as surveyed, with the guest's UUID
 * @param io of the files
 */
export async function withLeftOverlays(
  state: string,
  findings: readonly Finding[],
  host: HostState,
  io: Pick<FileQueries, 'stat'>,
): Promise<readonly Finding[]> {
  const files = (host.overlays ?? []).map(({ file }) => file);
  if (files.length === 0) return findings;
  const { left = [] } = await leftBehind(state, host, files, io);
  return findings.map((finding) => {
    const { code, message } = finding;
    if (code !== codes.overlayNeedsLayer) return finding;
    const overlay = files.find((file) => message.startsWith(`${file} `));
    const found = left.find(({ file }) => isSameFile(host, file, overlay));
    if (!found) return finding;
    const { run, plan, target, time, isUnchanged } = found;
    const content = isUnchanged
      ? 'its content is from that time'
      : 'another file may be at that path since, or it may have changed';
    return {
      ...finding,
      message: `${message}; run ${run} (${plan}) took it out of the chain of ${target} on ${time}, and kept it`,
      hint: `${content}: if nothing needs it, move it to another folder; see what the run did: ${blockplanCommand('show', run)}`,
    };
  });
}

/**
 * The findings, in which one about a file that exists because a run of the same plan has made it says so.
 * @param findings with the paths of the plan
 * @param host as observed, with the guest's UUID
 */
export async function withDonePlan(
  state: string,
  findings: readonly Finding[],
  plan: Plan,
  host: HostState,
): Promise<readonly Finding[]> {
  const sum = planSumOf(plan.text.source);
  const files = findings.map((finding) => fileIn(finding, plan));
  for await (const { run, folder, ends } of runsThat(hasSucceeded, state, host.domain.uuid)) {
    if (ends.beginning === undefined || ends.started?.planSum !== sum) continue;
    const log = await tryReadRunLog(folder);
    const made = log === undefined ? [] : filesMadeBy(log);
    const isMade = files.map((file) => includesFile(host, made, file));
    if (!isMade.includes(true)) continue;
    const when = timeText(Date.parse(ends.finish?.time ?? ''));
    const show = blockplanCommand('show', run);
    return findings.map((finding, at) =>
      isMade[at]
        ? {
            ...finding,
            message: `${finding.message}: run ${run} of this plan created it, and succeeded on ${when}`,
            hint: isActive(host, files[at])
              ? `the plan is done: the guest uses the file; see what the run did: ${show}`
              : `to run the plan again, choose another path; see what the run did: ${show}`,
          }
        : finding,
    );
  }
  return findings;
}

function isActive(host: HostState, file: string | undefined): boolean {
  return host.domain.disks.some(({ chain: [top] }) => isSameFile(host, top?.file, file));
}

/**
 * The findings, in which one about a file that a forgotten run has made says so.
 * @param findings with the paths of the plan
 * @param host as observed, with the guest's UUID
 */
export async function withForgottenRuns(
  state: string,
  findings: readonly Finding[],
  plan: Plan,
  host: HostState,
): Promise<readonly Finding[]> {
  const runs = await forgottenRuns(state, host.domain.uuid);
  return findings.map((finding) => {
    const file = fileIn(finding, plan);
    const maker = runs.find(({ files }) => includesFile(host, files, file));
    if (!maker) return finding;
    const { run, time } = maker;
    return {
      ...finding,
      message: `${finding.message}: run ${run} (${maker.plan}) created it, and was forgotten on ${time}`,
      hint: `choose another path: the file may hold data that a guest needs; see what the run did: ${blockplanCommand('show', run)}`,
    };
  });
}

/** The file that a finding about an existing file refers to: the value at its path in the plan. */
function fileIn({ code, path }: Finding, plan: Plan): string | undefined {
  if (code !== codes.fileExistence || path === undefined) return undefined;
  const [, at, , ...keys] = path;
  const params = plan.steps[Number(at)]?.params;
  const value = keys.reduce<unknown>(
    (part, key) => (part as Record<string, unknown>)?.[key],
    params,
  );
  return typeof value === 'string' ? value : undefined;
}

/** The files that a run intended to create. */
export function filesMadeBy(log: RunLog): string[] {
  return [...new Set(commandsOf(log).flatMap(({ effect }) => filesMade(effect)))];
}

function filesMade(effect: Effect): string[] {
  if (effect.tool === 'make-file') return [effect.file];
  if (effect.tool === 'draft-backup') return [effect.draft];
  if (effect.tool === 'publish-backup') return [effect.to];
  if (effect.tool === 'virsh' && effect.verb === 'backup-begin')
    return readBackupXml(effect.args.backupxml.content).map(({ file }) => file);
  return isCommand(effect) && 'dest' in effect.args ? [effect.args.dest] : [];
}
