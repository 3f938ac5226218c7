/** Who is notified when a run ends, and where its metrics go: the settings of a machine, as the file describes them. */
import { OUTCOMES, type Outcome } from '../outcomes.ts';

/** The word by which a target selects an outcome: the first one of its report, with a hyphen for a space. */
export function notifiedEnd(outcome: Outcome): string {
  return OUTCOMES[outcome].word.replaceAll(' ', '-');
}

/** The ends that a target can select. */
export const NOTIFIED_ENDS: readonly string[] = [
  ...new Set((Object.keys(OUTCOMES) as Outcome[]).map(notifiedEnd)),
];

/** How long a target may take unless it specifies a limit, in seconds. */
export const DEFAULT_TIMEOUT_S = 10;

/** The ways to reach a target; it has exactly one. */
export const CHANNELS = ['command', 'mail', 'webhook'] as const;

export interface TargetTerms {
  /** The ends it is notified of; all unless specified. */
  readonly on?: readonly string[];
  /** In seconds; `DEFAULT_TIMEOUT_S` unless specified. */
  readonly timeout?: number;
}

export interface CommandTarget extends TargetTerms {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
}

export interface MailTarget extends TargetTerms {
  readonly mail: { readonly to: string | readonly string[]; readonly from?: string };
}

export interface WebhookTarget extends TargetTerms {
  readonly webhook: {
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    /** A file with more headers. */
    readonly 'headers-file'?: string;
  };
}

/** Who is notified, and how. */
export type NotifyTarget = CommandTarget | MailTarget | WebhookTarget;

export interface NotifySettings {
  readonly targets?: readonly NotifyTarget[];
  /** The file that takes the metrics after each run: an absolute path. */
  readonly metrics?: string;
}

/** The target without its secrets, for a message: the path of a webhook's URL can be one. */
export function targetName(target: NotifyTarget): string {
  if ('command' in target) return `the command ${target.command[0]}`;
  if ('mail' in target) return `the email to ${[target.mail.to].flat().join(', ')}`;
  return `the webhook on ${new URL(target.webhook.url).host}`;
}
