/** What the journals of runs that succeeded explain: files that they left behind, and plans that are done. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { type Effect, isCommand } from '../commands/effect.ts';
import type { LeftBehind, Patient } from '../doctor/patient.ts';
import type { Finding } from '../errors.ts';
import { planSumOf } from '../journal/folder.ts';
import { readJournalEnds } from '../journal/journal-ends.ts';
import { commandsOf, type RunLog, tryReadRunLog } from '../journal/run-log.ts';
import { includesFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { timeText } from '../render/runs.ts';
import { filesLeftBy } from '../run/left-files.ts';
import { type RunFolder, runFolders } from './run-folders.ts';

/** How many journals are read in full to explain files: each is simulated, and a guest may have years of nightly runs. */
export const MOST_SEARCHED = 100;

/** The runs on a domain that succeeded, newest first, by the two ends of their journals. */
async function* succeededRuns(
  state: string,
  uuid: string,
): AsyncGenerator<RunFolder & { readonly ends: RunLog }> {
  for (const each of (await runFolders(state)).toReversed()) {
    const ends = endsOf(each);
    if (ends?.beginning?.uuid === uuid && ends.finish?.end === 'succeeded') yield { ...each, ends };
  }
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
 * @throws BlockplanError stateUnreadable if it cannot be read
 */
export async function leftBehind(
  state: string,
  host: HostState,
  files: readonly string[],
): Promise<Pick<Patient, 'left' | 'newestSearched'>> {
  const found: LeftBehind[] = [];
  let unknown = files;
  let searched = 0;
  for await (const { run, folder, ends } of succeededRuns(state, host.domain.uuid)) {
    if (unknown.length === 0) break;
    if (searched === MOST_SEARCHED) return { left: found, newestSearched: searched };
    searched++;
    const log = await tryReadRunLog(folder);
    const left = log === undefined ? [] : filesLeftBy(log);
    for (const each of left.filter(({ file }) => includesFile(host, unknown, file)))
      found.push({
        ...{ file: each.file, target: each.target, wasActive: each.wasActive, run },
        ...{ plan: ends.beginning?.plan ?? '', time: timeText(Date.parse(each.time)) },
      });
    const known = found.map(({ file }) => file);
    unknown = unknown.filter((file) => !includesFile(host, known, file));
  }
  return { left: found };
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
  for await (const { run, folder, ends } of succeededRuns(state, host.domain.uuid)) {
    if (ends.beginning === undefined || ends.started?.planSum !== sum) continue;
    const log = await tryReadRunLog(folder);
    const made =
      log === undefined ? [] : commandsOf(log).flatMap(({ effect }) => filesMade(effect));
    const isMade = files.map((file) => includesFile(host, made, file));
    if (!isMade.includes(true)) continue;
    const when = timeText(Date.parse(ends.finish?.time ?? ''));
    return findings.map((finding, at) =>
      isMade[at]
        ? {
            ...finding,
            message: `${finding.message}: run ${run} of this plan created it, and succeeded on ${when}`,
            hint: `the plan is done; see what it did: ${blockplanCommand('show', run)}; to run it again, choose another path`,
          }
        : finding,
    );
  }
  return findings;
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

/** The files that an effect creates. */
export function filesMade(effect: Effect): string[] {
  if (effect.tool === 'make-file') return [effect.file];
  return isCommand(effect) && 'dest' in effect.args ? [effect.args.dest] : [];
}
