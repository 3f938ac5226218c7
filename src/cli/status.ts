/** `blockplan status`: what needs somebody, and what runs; told without libvirt, and without reading what is over. */
import { unfinishedRuns } from '../journal/unfinished.ts';
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { USUAL_COLUMNS } from '../render/frame.ts';
import { renderStatus } from '../render/status.ts';
import { isStatusOver, type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

/**
 * @param domain only the runs on that domain; all when undefined
 * @returns the exit code
 */
export async function statusCommand(domain: string | undefined): Promise<number> {
  const state = ownState();
  const folders = await runFolders(state);
  const open = new Set(await unfinishedRuns(state));
  const holders = await runHolders(state);
  const found: RunSummary[] = [];
  for (const folder of folders.filter(({ run }) => open.has(run))) {
    const summary = await runSummaryOf(folder, holders);
    // The index is on disk before a run begins and after it has ended; the journal knows better.
    if (summary && !isStatusOver(summary.outcome)) found.push(redactValue(summary));
  }
  // A run whose journal does not tell its domain may be on any.
  const shown = found.filter((each) => domain === undefined || (each.domain ?? domain) === domain);
  const text = renderStatus(
    shown,
    {
      over: folders.length - found.length,
      elsewhere: found.length - shown.length,
      ...(domain === undefined ? {} : { domain }),
      now: Date.now(),
    },
    colorWanted(process.env, process.stdout.isTTY === true),
    process.stdout.columns || USUAL_COLUMNS,
  );
  process.stdout.write(text);
  return 0;
}
