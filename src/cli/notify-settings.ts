/** The notification file of this machine. It is read, and the code for it is loaded, before the run begins. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import type { sendNotification } from '../notify/send.ts';
import type { NotifyTarget } from '../notify/settings.ts';
import { printFindings } from './print-findings.ts';
import { inputRefusal } from './read.ts';

/** The options that say what follows a run. */
export interface AfterRunOptions {
  /** The notification file, instead of the machine's own. */
  readonly notify?: string;
  /** The file for metrics, instead of the one in the notification file. */
  readonly metrics?: string;
}

/** What follows a run. */
export interface AfterRunSettings {
  readonly targets: readonly NotifyTarget[];
  readonly send?: typeof sendNotification;
  readonly metrics?: { readonly file: string; write(state: string): Promise<void> };
}

/** The notification file unless one is named: in /etc for root, otherwise below `$XDG_CONFIG_HOME`. */
export function notifyFile(env: NodeJS.ProcessEnv, uid: number | undefined): string {
  const folder = uid === 0 ? '/etc' : env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return join(folder, 'blockplan', 'notify.yaml');
}

/**
 * Reads what follows a run. A file that is named by `--notify` or `$BLOCKPLAN_NOTIFY` must exist; an empty name stands for
 * no file. What will fail when the run ends is printed.
 * @throws BlockplanError `input-refused` with all errors in the file
 */
export async function afterRunSettings(options: AfterRunOptions): Promise<AfterRunSettings> {
  const named = options.notify ?? process.env['BLOCKPLAN_NOTIFY'];
  const file = named ?? notifyFile(process.env, process.getuid?.());
  const isUsed = named === undefined ? existsSync(file) : named !== '';
  const { targets = [], metrics } = isUsed ? await settingsIn(file) : {};
  const metricsFile = options.metrics ?? metrics;
  return {
    targets,
    ...(targets.length === 0 ? {} : { send: (await import('../notify/send.ts')).sendNotification }),
    ...(metricsFile === undefined ? {} : { metrics: await metricsWriter(metricsFile) }),
  };
}

async function settingsIn(file: string) {
  let source: Buffer;
  try {
    source = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw inputRefusal(
      codes.inputUnreadable,
      `the notification file ${file} cannot be read: ${code === 'ENOENT' ? 'it does not exist' : message}`,
      'name an existing file with --notify or BLOCKPLAN_NOTIFY, or make the file readable by the user who runs the plans',
    );
  }
  const { readNotifySettings } = await import('../notify/read.ts');
  return readNotifySettings(source, file, printFindings);
}

async function metricsWriter(file: string): Promise<NonNullable<AfterRunSettings['metrics']>> {
  const { metricsText, writeMetrics } = await import('./metrics.ts');
  return { file, write: async (state) => writeMetrics(file, await metricsText(state)) };
}

/**
 * The same for a run that must be finished, which no notification may prevent: errors in the file are printed as warnings.
 */
export async function afterRecoverySettings(options: AfterRunOptions): Promise<AfterRunSettings> {
  try {
    return await afterRunSettings(options);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    printFindings(error.findings.map((finding) => ({ ...finding, severity: 'warning' })));
    const { metrics } = options;
    return {
      targets: [],
      ...(metrics === undefined ? {} : { metrics: await metricsWriter(metrics) }),
    };
  }
}
