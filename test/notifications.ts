/** What the tests of notifications share. */
import { existsSync, readFileSync } from 'node:fs';
import { NOTIFICATION_FORMAT, type Notification } from '../src/notify/notification.ts';

export const NOTE: Notification = {
  format: NOTIFICATION_FORMAT,
  subject: 'ROLLED BACK: web1, plan move',
  text: 'rolled back: move on web1\n',
  outcome: 'rolled-back',
  exitCode: 4,
  host: 'host1',
  command: 'run',
  run: '20261129-120000-abcdef',
  plan: 'move',
  domain: 'web1',
  journal: '/state/runs/20261129-120000-abcdef',
  endedAt: 1,
  durationMs: 2,
  state: ['everything is as it was before the run'],
  next: [],
};

/** Whether a process exists and has not ended. */
export function isRunning(pid: string): boolean {
  return (
    existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  );
}
