/** Who works on a domain, as refusals name it. */
import { hostname } from 'node:os';
import { timeText } from '../time-text.ts';

/** The holder of a lock, or the writer of a marker. */
export interface Holder {
  readonly run: string;
  readonly user: string;
  /** This machine unless specified. */
  readonly host?: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

/** `run r1 (root@host1, pid 42, since 2026-11-23 08:15:02Z)` */
export function holderText({ run, user, host = hostname(), pid, since }: Holder): string {
  return `run ${run} (${user}@${host}, pid ${pid}, since ${timeText(since)})`;
}
