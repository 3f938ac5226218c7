/** The metrics of all runs of this machine, printed or written to a file for node_exporter's textfile collector. */
import { copiedBytesOf } from '../journal/copied-bytes.ts';
import { redactValue } from '../model/redact-value.ts';
import { renderPrometheus } from '../render/prometheus.ts';
import { runMetricsOf } from '../run/run-metrics.ts';
import { type RunSummary, runSummaryOf } from '../run/run-summary.ts';
import { installFile } from './output-file.ts';
import { runFolders, runHolders } from './run-folders.ts';
import { VERSION } from './version.ts';

/** Another user reads the file: that of node_exporter. */
const MODE = 0o644;

/**
 * @param state the state directory
 * @param domain only the runs on that domain; all when undefined
 * @throws BlockplanError stateUnreadable if this user may not read the directory
 */
export async function metricsText(state: string, domain?: string): Promise<string> {
  const holders = await runHolders(state);
  const summaries: RunSummary[] = [];
  for (const folder of await runFolders(state)) {
    const summary = await runSummaryOf(folder, holders);
    if (summary && (domain === undefined || (summary.domain ?? domain) === domain))
      summaries.push(redactValue(summary));
  }
  const copied = ({ journal }: RunSummary) =>
    // Without its event log a run has no such figure.
    copiedBytesOf(journal).catch(() => undefined);
  return renderPrometheus(await runMetricsOf(VERSION, summaries, copied));
}

/** Writes them to a file. @throws a file system error */
export function writeMetrics(file: string, text: string): Promise<void> {
  return installFile(file, text, MODE);
}
