/**
 * What follows the end of a run: its report, the metrics and the notifications. All of it happens after the lock and the
 * marker are released, and none of it changes the end or the exit code.
 */
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { type Code, codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { appendEvent } from '../journal/event-log.ts';
import { redactFindings, redactValue } from '../model/redact-value.ts';
import { NOTIFICATION_FORMAT, type Notification } from '../notify/notification.ts';
import type { Display } from '../render/display.ts';
import { findingLine } from '../render/findings.ts';
import { jsonListener } from '../render/json.ts';
import type { RunStartedEvent } from '../render/report.ts';
import { renderSubject } from '../render/subject.ts';
import {
  type EndEvent,
  type EndReport,
  failedAfterEnd,
  failureReport,
  finishedReport,
} from './end-report.ts';
import type { AfterRunSettings } from './notify-settings.ts';
import { printError } from './print-error.ts';
import { printFindings } from './print-findings.ts';
import { ownState } from './run-folders.ts';
import { onInterrupt } from './signals.ts';

/** How a run is named in a notification. */
type RunNames = Pick<Notification, 'plan'> & Partial<Pick<Notification, 'domain' | 'run'>>;

/** The end of a run, as its events or the refusal of its command report it. */
export class RunEnding {
  readonly #command: Notification['command'];
  readonly #format: 'text' | 'json';
  readonly #settings: AfterRunSettings;
  readonly #began = Date.now();
  #names: RunNames | undefined;
  #started: RunStartedEvent | undefined;
  #end: EndEvent | undefined;
  #folder: string | undefined;
  #reports: ReturnType<typeof reportsIn> | undefined;

  /** @param names as far as they are known; without them, a refusal is not reported to anybody */
  constructor(
    command: Notification['command'],
    format: 'text' | 'json',
    settings: AfterRunSettings,
    names?: RunNames,
  ) {
    this.#command = command;
    this.#format = format;
    this.#settings = settings;
    this.#names = names;
  }

  /** Sets how the run is named. */
  name(names: RunNames): void {
    this.#names = names;
  }

  /**
   * The same display, whose events this ending takes as well.
   * @param folder the run's folder
   */
  follow(display: Display, folder: string): Display {
    this.#folder = folder;
    this.#reports = reportsIn(folder);
    // Awaited at the end.
    this.#reports.catch(() => {});
    return {
      ...display,
      listener: (event) => {
        this.#take(event);
        display.listener(event);
      },
    };
  }

  #take(event: RunEvent): void {
    if (event.event === 'run-started') this.#started = event;
    if (event.event === 'run-finished' || event.event === 'run-left') this.#end = event;
  }

  /**
   * Performs a command that runs a plan, and then all that follows its end. An error is printed first: a target of the
   * notifications may take a minute.
   * @param perform returns the exit code, with the lock released
   * @returns the exit code, also if `perform` throws
   */
  async after(perform: () => Promise<number>): Promise<number> {
    try {
      const exitCode = await perform();
      if (this.#end) await this.#conclude(finishedReport(this.#end, this.#started, exitCode));
      return exitCode;
    } catch (error) {
      const exitCode = await printError(error);
      await this.#conclude(
        this.#end
          ? finishedReport(this.#end, this.#started, exitCode, [failedAfterEnd(error)])
          : await failureReport(error, exitCode, this.#started),
      );
      return exitCode;
    }
  }

  /** Never throws. */
  async #conclude(report: EndReport): Promise<void> {
    const { signal, release } = onInterrupt(() => {});
    try {
      const warnings = [
        ...(await this.#writeReports([])),
        ...(await Promise.all([this.#writeMetrics(), this.#notify(report, signal)])).flat(),
      ];
      if (warnings.length === 0) return;
      this.#warn(warnings);
      await this.#writeReports(warnings.map(({ message }) => message));
    } catch (error) {
      this.#warn([bugWarning(error)]);
    } finally {
      release();
    }
  }

  async #writeReports(warnings: readonly string[]): Promise<Finding[]> {
    const folder = this.#folder;
    if (folder === undefined) return [];
    try {
      const reports = await this.#reports;
      await reports?.writeReportFiles(ownState(), { run: basename(folder), folder }, warnings);
      return [];
    } catch (error) {
      return [bugWarning(error)];
    }
  }

  async #writeMetrics(): Promise<Finding[]> {
    const { metrics } = this.#settings;
    try {
      await metrics?.write(ownState());
      return [];
    } catch (error) {
      const { message } = error as Error;
      return [
        warning(
          codes.metricsNotWritten,
          `the metrics cannot be written to ${metrics?.file}: ${message}`,
          'create its folder, or choose a file in a folder that you can write to',
        ),
      ];
    }
  }

  async #notify(report: EndReport, signal: AbortSignal): Promise<Finding[]> {
    const { targets, send } = this.#settings;
    const notification = this.#notification(report);
    if (!notification || !send) return [];
    const failures = await send(notification, targets, signal);
    return failures.map((failure) =>
      warning(
        codes.notificationFailed,
        failure,
        'check the target in the notification file, and the program or service that it names',
      ),
    );
  }

  #notification(report: EndReport): Notification | undefined {
    const started = this.#started;
    const names = started ?? this.#names;
    if (!names) return undefined;
    const { plan, domain, run } = names;
    const endedAt = Date.now();
    return redactValue({
      format: NOTIFICATION_FORMAT,
      subject: renderSubject(report.outcome, names),
      ...report,
      ...{ host: hostname(), command: this.#command, plan },
      ...(domain === undefined ? {} : { domain }),
      ...(run === undefined ? {} : { run }),
      ...(started ? { journal: started.journal } : {}),
      ...{ endedAt, durationMs: this.#durationMs(endedAt) },
    });
  }

  /** As its end reports it, with all attempts; otherwise that of this command. */
  #durationMs(endedAt: number): number {
    const end = this.#end;
    return end?.event === 'run-finished' ? end.durationMs : endedAt - this.#began;
  }

  /** Reports what failed, in the output of the run and in its log. */
  #warn(findings: readonly Finding[]): void {
    const shown = redactFindings(findings);
    const time = Date.now();
    if (this.#format === 'text') printFindings(shown);
    else
      for (const finding of shown)
        jsonListener(process.stdout)({ time, event: 'finding', finding });
    if (this.#folder === undefined) return;
    // Not as findings: in the log, those belong to the start that follows them.
    for (const finding of shown)
      appendEvent(this.#folder, { time, event: 'notice', message: findingLine(finding) });
  }
}

/**
 * The code that writes reports. It is loaded while the run begins: when it ends, another version may have been installed.
 * The report of an earlier attempt is removed.
 */
async function reportsIn(folder: string): Promise<typeof import('./report-files.ts')> {
  const reports = await import('./report-files.ts');
  await reports.removeReportFiles(folder);
  return reports;
}

function warning(code: Code, message: string, hint: string): Finding {
  return { code, severity: 'warning', message, hint };
}

function bugWarning(error: unknown): Finding {
  const { message } = error as Error;
  return warning(
    codes.reportNotMade,
    `a bug in blockplan: ${message}`,
    'report the bug; the reported outcome of the run is correct',
  );
}
