/** What is reported of one run: its status, and everything that it did. `schemas/report.schema.json` describes it. */
import { copiedBytesOf } from '../journal/copied-bytes.ts';
import type { LockOwner } from '../journal/lock.ts';
import { tryReadRunLog } from '../journal/run-log.ts';
import { type SpeedChange, speedChangesOf } from '../journal/speed-changes.ts';
import { type History, historyOf } from './history.ts';
import { type RunSummary, runSummaryOf } from './run-summary.ts';

export const REPORT_FORMAT = 'blockplan-report/v1';

export interface RunReport {
  readonly format: typeof REPORT_FORMAT;
  readonly standing: RunSummary;
  /** Absent if the journal does not record how the run started. */
  readonly history?: History;
  /** As its jobs reported it; absent if they reported nothing. */
  readonly copiedBytes?: number;
  /** What `blockplan throttle` changed; absent if it changed nothing. */
  readonly speedChanges?: readonly SpeedChange[];
  /** What failed after the run had ended, such as a notification. */
  readonly warnings?: readonly string[];
}

/**
 * Reads the report of one run from its folder alone.
 * @param holders who holds the locks now, by run
 * @returns undefined if no run ever began there
 */
export async function runReportOf(
  of: { readonly run: string; readonly folder: string },
  holders: ReadonlyMap<string, LockOwner>,
): Promise<RunReport | undefined> {
  const standing = await runSummaryOf(of, holders);
  if (!standing) return undefined;
  const log = await tryReadRunLog(of.folder);
  const history = log && historyOf(log);
  // The event log is a convenience: without it, only these two are missing.
  const copiedBytes = await copiedBytesOf(of.folder).catch(() => undefined);
  const speedChanges = await speedChangesOf(of.folder).catch(() => []);
  return {
    format: REPORT_FORMAT,
    standing,
    ...(history ? { history } : {}),
    ...(copiedBytes === undefined ? {} : { copiedBytes }),
    ...(speedChanges.length === 0 ? {} : { speedChanges }),
  };
}
