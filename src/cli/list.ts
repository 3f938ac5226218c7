/** `blockplan list`: lists all runs on this machine, newest first. */
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { jsonText } from '../render/json.ts';
import { renderRuns } from '../render/runs.ts';
import { type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

/**
 * @param domain only the runs on that domain; all when undefined
 * @returns the exit code
 */
export async function listCommand(
  domain: string | undefined,
  { format }: { readonly format: 'text' | 'json' },
): Promise<number> {
  const state = ownState();
  const holders = await runHolders(state);
  const summaries: RunSummary[] = [];
  for (const folder of (await runFolders(state)).reverse()) {
    const summary = await runSummaryOf(folder, holders);
    // A run whose journal does not name its domain may be on any domain.
    if (summary && (domain === undefined || (summary.domain ?? domain) === domain))
      summaries.push(redactValue(summary));
  }
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  process.stdout.write(
    format === 'json'
      ? `${jsonText({ format: 'blockplan-list/v1', runs: summaries }, 2)}\n`
      : renderRuns(summaries, color, domain),
  );
  return 0;
}
