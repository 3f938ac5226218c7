/** `blockplan status`: shows active runs and runs that need attention, without libvirt and without reading finished runs. */
import { codes } from '../codes.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import { redactValue } from '../model/redact-value.ts';
import type { BackupAge } from '../render/backup-ages.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { jsonText } from '../render/json.ts';
import { renderStatus } from '../render/status.ts';
import { isStatusOver, type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { inputRefusal } from './read.ts';
import { preflightRefusal } from './refusal.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

export interface StatusCommandOptions {
  readonly format: 'text' | 'json' | 'prometheus';
  /** The file that takes the metrics of all runs as well. */
  readonly metrics?: string;
  /** Whether the exit code says that a run needs attention, or a backup is too old. */
  readonly exitCode?: boolean;
  /** How old the newest good backup in each store may be, in milliseconds. */
  readonly maxAge?: number;
  /** The stores to check; by default those that the runs have used. */
  readonly store?: readonly string[];
}

/** What monitoring systems take for "critical", and for "warning". */
const NEEDS_ATTENTION = 2;
const TOO_OLD = 1;

/**
 * @param domain only the runs on that domain; all when undefined
 * @returns the exit code
 */
export async function statusCommand(
  domain: string | undefined,
  options: StatusCommandOptions,
): Promise<number> {
  const state = ownState();
  const folders = await runFolders(state);
  const open = new Set(await unfinishedRuns(state));
  const holders = await runHolders(state);
  const found: RunSummary[] = [];
  for (const folder of folders.filter(({ run }) => open.has(run))) {
    const summary = await runSummaryOf(folder, holders);
    // The index entry exists before a run starts and after it has ended; the journal decides.
    if (summary && !isStatusOver(summary.outcome)) found.push(redactValue(summary));
  }
  // A run whose journal does not name its domain may be on any domain.
  const shown = found.filter((each) => domain === undefined || (each.domain ?? domain) === domain);
  const counts = { over: folders.length - found.length, elsewhere: found.length - shown.length };
  const now = Date.now();
  const context = { ...counts, ...(domain === undefined ? {} : { domain }), now };
  if (options.metrics !== undefined) await writeAllMetrics(state, options.metrics);
  const ages = await agesOf(domain, options, now);
  const stores = ages?.map(({ isTooOld: tooOld, ...age }) => ({ ...age, tooOld }));
  const known = { ...counts, runs: shown, ...(stores ? { stores } : {}) };
  const json = () => `${jsonText({ format: 'blockplan-status/v1', ...known }, 2)}\n`;
  const text = async () => {
    const color = colorWanted(process.env, process.stdout.isTTY === true);
    const columns = process.stdout.columns || USUAL_COLUMNS;
    const runs = renderStatus(shown, context, color, columns);
    if (!ages) return runs;
    const { renderBackupAges } = await import('../render/backup-ages.ts');
    return `${runs}${renderBackupAges(ages, now, color, columns)}`;
  };
  const prometheus = async () => (await import('./metrics.ts')).metricsText(state, domain);
  process.stdout.write(await { json, text, prometheus }[options.format]());
  if (!options.exitCode) return 0;
  if (shown.some(({ outcome }) => outcome !== 'running')) return NEEDS_ATTENTION;
  return ages && (ages.length === 0 || ages.some(({ isTooOld }) => isTooOld)) ? TOO_OLD : 0;
}

/** How old the backups are; undefined unless that was asked for. */
async function agesOf(
  domain: string | undefined,
  { maxAge, store = [] }: StatusCommandOptions,
  now: number,
): Promise<readonly BackupAge[] | undefined> {
  if (maxAge === undefined) {
    if (store.length === 0) return undefined;
    throw inputRefusal(
      codes.optionNeedsAnother,
      '--store requires --max-age',
      'add how old the newest backup may be, such as --max-age 26h',
    );
  }
  const { backupAges } = await import('./backup-ages.ts');
  return backupAges(store.length > 0 ? store : await usedStores(domain), maxAge, now);
}

async function usedStores(domain: string | undefined): Promise<readonly string[]> {
  const { storesOfRuns } = await import('./earlier-runs.ts');
  return (await storesOfRuns(ownState(), domain === undefined ? {} : { domain })).sort();
}

/** The file always has all runs: a collector takes what is missing as gone. */
async function writeAllMetrics(state: string, file: string): Promise<void> {
  const { metricsText, writeMetrics } = await import('./metrics.ts');
  await writeMetrics(file, await metricsText(state)).catch(({ message }: Error) => {
    throw preflightRefusal(
      codes.metricsNotWritten,
      `the metrics cannot be written to ${file}: ${message}`,
      'create its folder, or choose a file in a folder that you can write to',
    );
  });
}
