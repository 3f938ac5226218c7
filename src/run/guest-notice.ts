/** What happens to the guest itself during a run, in one sentence. */
import { virshCommand } from '../command.ts';
import type { DomainState } from '../model/host-state.ts';

/**
 * @param detail how libvirt explains its event (libvirt: virDomainEventStoppedDetailType,
 *   virDomainEventSuspendedDetailType)
 * @returns undefined for events that do not matter to a run
 */
export function guestNotice(
  domain: string,
  state: DomainState,
  detail: string,
): string | undefined {
  const what =
    state === 'paused' ? PAUSED[detail] : state === 'shut off' ? STOPPED[detail] : undefined;
  return what && `"${domain}" ${what(domain)}`;
}

type Notice = (domain: string) => string;

const PAUSED: Readonly<Record<string, Notice>> = {
  'I/O Error': (domain) =>
    `is paused because a write failed, most likely for lack of space: check with ${virshCommand('domblkerror', domain)}, ` +
    `free some space, then run ${virshCommand('resume', domain)}; no data is lost, and the run continues`,
  Watchdog: (domain) =>
    `was paused by its watchdog: check the guest, then run ${virshCommand('resume', domain)}`,
};

const STOPPED: Readonly<Record<string, Notice>> = {
  Shutdown: () => 'shut down during the run',
  Destroyed: () => 'was forced off during the run',
  Crashed: () => 'crashed during the run',
  Failed: () => 'stopped during the run: its QEMU process died',
  Migrated: () => 'was migrated during the run: it now runs on another host',
  Saved: (domain) => `was saved during the run: ${virshCommand('start', domain)} restores it`,
};
