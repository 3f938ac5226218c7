/** `blockplan status`: shows active runs and runs that need attention, without libvirt and without reading finished runs. */
import { codes } from '../codes.ts';
import { unfinishedRuns } from '../journal/unfinished.ts';
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { jsonText } from '../render/json.ts';
import { renderStatus } from '../render/status.ts';
import { isStatusOver, type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { preflightRefusal } from './refusal.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

export interface StatusCommandOptions {
  readonly format: 'text' | 'json' | 'prometheus';
  /** The file that takes the metrics of all runs as well. */
  readonly metrics?: string;
  /** Whether the exit code says that a run needs attention. */
  readonly exitCode?: boolean;
}

/** What monitoring systems take for "critical". */
const NEEDS_ATTENTION = 2;

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
  const context = { ...counts, ...(domain === undefined ? {} : { domain }), now: Date.now() };
  if (options.metrics !== undefined) await writeAllMetrics(state, options.metrics);
  const json = () => `${jsonText({ format: 'blockplan-status/v1', ...counts, runs: shown }, 2)}\n`;
  const text = () =>
    renderStatus(
      shown,
      context,
      colorWanted(process.env, process.stdout.isTTY === true),
      process.stdout.columns || USUAL_COLUMNS,
    );
  const prometheus = async () => (await import('./metrics.ts')).metricsText(state, domain);
  process.stdout.write(await { json, text, prometheus }[options.format]());
  const urgent = shown.some(({ outcome }) => outcome !== 'running');
  return options.exitCode && urgent ? NEEDS_ATTENTION : 0;
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
