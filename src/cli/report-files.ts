/**
 * The report of a run as files in its folder, for people and for programs. They are made from the journal and are never
 * read: a report that is missing or damaged changes nothing.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { livingHolders } from '../journal/lock.ts';
import { redactValue } from '../model/redact-value.ts';
import { jsonText } from '../render/json.ts';
import { reportMarkdown } from '../render/report-markdown.ts';
import { runReportOf } from '../run/run-report.ts';
import { installFile } from './output-file.ts';
import type { RunFolder } from './run-folders.ts';

const REPORT_FILES = { json: 'report.json', markdown: 'report.md' } as const;

/**
 * Writes both files, as far as there is space.
 * @param warnings what failed after the run had ended
 */
export async function writeReportFiles(
  state: string,
  of: RunFolder,
  warnings: readonly string[] = [],
): Promise<void> {
  try {
    const holders = [...(await livingHolders(state))];
    // This process may still hold the lock, but has done its work.
    const others = new Map(holders.filter(([, { pid }]) => pid !== process.pid));
    const found = await runReportOf(of, others);
    if (!found) return;
    const report = redactValue({ ...found, ...(warnings.length === 0 ? {} : { warnings }) });
    const write = (file: string, text: string) => installFile(join(of.folder, file), text, 0o600);
    await write(REPORT_FILES.json, `${jsonText(report, 2)}\n`);
    await write(REPORT_FILES.markdown, reportMarkdown(report));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    // On a full disk a part of a report would be misleading.
    await removeReportFiles(of.folder);
  }
}

/** Removes what an earlier attempt reported, which is no longer true once the run is resumed. */
export async function removeReportFiles(folder: string): Promise<void> {
  for (const file of Object.values(REPORT_FILES))
    await rm(join(folder, file), { force: true }).catch(() => {
      // Nothing reads it.
    });
}
