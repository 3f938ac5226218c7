/** The notification of one end, as programs receive it: `schemas/notification.schema.json` describes it. */
import type { Outcome } from '../outcomes.ts';

export const NOTIFICATION_FORMAT = 'blockplan-notification/v1';

export interface Notification {
  readonly format: typeof NOTIFICATION_FORMAT;
  /** One line; its first words are the end's, in capitals. */
  readonly subject: string;
  /** The report for people, with line breaks. */
  readonly text: string;
  readonly outcome: Outcome;
  readonly exitCode: number;
  /** The machine that blockplan ran on. */
  readonly host: string;
  /** The command: a new run, or one of an interrupted run. */
  readonly command: 'run' | 'resume' | 'rollback';
  /** Absent if the run was refused before it had an ID. */
  readonly run?: string;
  /** The plan's name, or its file if it could not be read. */
  readonly plan: string;
  /** Absent if the plan could not be read. */
  readonly domain?: string;
  /** The folder that holds the journal. */
  readonly journal?: string;
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
  readonly durationMs: number;
  /** What went wrong, in sentences; absent if nothing did. */
  readonly happened?: readonly string[];
  /** The state at the end, in sentences. */
  readonly state: readonly string[];
  /** Commands to type. */
  readonly next: readonly string[];
}
