/** `blockplan list`: all runs that this machine knows of, newest first. */
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { renderRuns } from '../render/runs.ts';
import { type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

/**
 * @param domain only the runs on that domain; all when undefined
 * @returns the exit code
 */
export async function listCommand(domain: string | undefined): Promise<number> {
  const state = ownState();
  const holders = await runHolders(state);
  const summaries: RunSummary[] = [];
  for (const folder of (await runFolders(state)).reverse()) {
    const summary = await runSummaryOf(folder, holders);
    // A run whose journal does not tell its domain may be on any.
    if (summary && (domain === undefined || (summary.domain ?? domain) === domain))
      summaries.push(redactValue(summary));
  }
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  process.stdout.write(renderRuns(summaries, color));
  return 0;
}
