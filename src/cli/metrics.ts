/** The metrics of all runs of this machine, printed or written to a file for node_exporter's textfile collector. */
import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { copiedBytesOf } from '../journal/copied-bytes.ts';
import { redactValue } from '../model/redact-value.ts';
import { renderPrometheus } from '../render/prometheus.ts';
import { runMetricsOf } from '../run/run-metrics.ts';
import { type RunSummary, runSummaryOf } from '../run/run-summary.ts';
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

/**
 * Writes a text so that a reader sees the old file or the new one, never a part of it.
 * @throws a file system error
 */
export async function writeMetrics(file: string, text: string): Promise<void> {
  // The collector reads only names that end with .prom.
  const draft = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  const handle = await open(draft, 'wx', MODE);
  try {
    await handle.writeFile(text);
    // A run has a mask that keeps its files private.
    await handle.chmod(MODE);
    await handle.close();
    await rename(draft, file);
  } catch (error) {
    await handle.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}
