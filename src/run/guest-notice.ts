/** What happens to the guest itself during a run, in one sentence. */
import { type NamedLibvirt, virshCommand } from '../command.ts';
import type { DomainState } from '../model/host-state.ts';

/**
 * @param detail how libvirt explains its event (libvirt: virDomainEventStoppedDetailType,
 *   virDomainEventSuspendedDetailType)
 * @returns undefined for events that do not matter to a run
 */
export function guestNotice(
  on: NamedLibvirt,
  domain: string,
  state: DomainState,
  detail: string,
): string | undefined {
  const what =
    state === 'paused' ? PAUSED[detail] : state === 'shut off' ? STOPPED[detail] : undefined;
  return what && `"${domain}" ${what(on, domain)}`;
}

type Notice = (on: NamedLibvirt, domain: string) => string;

const PAUSED: Readonly<Record<string, Notice>> = {
  'I/O Error': (on, domain) =>
    `is paused because a write failed, most likely for lack of space: check with ${virshCommand(on, 'domblkerror', domain)}, ` +
    `free some space, then run ${virshCommand(on, 'resume', domain)}; no data is lost, and the run continues`,
  Watchdog: (on, domain) =>
    `was paused by its watchdog: check the guest, then run ${virshCommand(on, 'resume', domain)}`,
};

const STOPPED: Readonly<Record<string, Notice>> = {
  Shutdown: () => 'shut down during the run',
  Destroyed: () => 'was forced off during the run',
  Crashed: () => 'crashed during the run',
  Failed: () => 'stopped during the run: its QEMU process died',
  Migrated: () => 'was migrated during the run: it now runs on another host',
  Saved: (on, domain) =>
    `was saved during the run: ${virshCommand(on, 'start', domain)} restores it`,
};
