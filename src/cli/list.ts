/** `blockplan list`: all runs that this machine knows of, newest first. */
import { redactValue } from '../model/redact-value.ts';
import { colorWanted } from '../render/color.ts';
import { renderRuns } from '../render/runs.ts';
import { type RunStanding, standingOf } from '../run/standing.ts';
import { ownState, runFolders, runHolders } from './run-folders.ts';

/**
 * @param domain only the runs on that domain; all when undefined
 * @returns the exit code
 */
export async function list(domain: string | undefined): Promise<number> {
  const state = ownState();
  const holders = await runHolders(state);
  const standings: RunStanding[] = [];
  for (const folder of (await runFolders(state)).reverse()) {
    const standing = await standingOf(folder, holders);
    // A run whose journal does not tell its domain may be on any.
    if (standing && (domain === undefined || (standing.domain ?? domain) === domain))
      standings.push(redactValue(standing));
  }
  const color = colorWanted(process.env, process.stdout.isTTY === true);
  process.stdout.write(renderRuns(standings, color));
  return 0;
}
