/** What befalls the guest itself in the middle of a run, in one sentence. */
import type { DomainState } from '../model/host-state.ts';

/**
 * @param detail how libvirt explains its event (libvirt: virDomainEventStoppedDetailType, virDomainEventSuspendedDetailType)
 * @returns undefined for what no run has to care about
 */
export function guestNotice(
  domain: string,
  state: DomainState,
  detail: string,
): string | undefined {
  const what = state === 'paused' ? PAUSED[detail] : state === 'shut off' ? STOPPED[detail] : '';
  return what ? `"${domain}" ${what.replaceAll('DOMAIN', domain)}` : undefined;
}

const PAUSED: Readonly<Record<string, string>> = {
  'I/O Error':
    'is paused since it could not write, most likely for want of space; see virsh domblkerror DOMAIN, make room, then virsh resume DOMAIN: it loses nothing, and the run goes on',
  Watchdog: 'is paused by its watchdog; look at it, then virsh resume DOMAIN',
};

const STOPPED: Readonly<Record<string, string>> = {
  Shutdown: 'has shut down in the middle of the run',
  Destroyed: 'was stopped hard by somebody in the middle of the run',
  Crashed: 'has crashed in the middle of the run',
  Failed: 'has stopped in the middle of the run: its QEMU died',
  Migrated: 'was migrated away by somebody in the middle of the run: it runs on another host now',
  Saved: 'was saved by somebody in the middle of the run: virsh start DOMAIN goes on with it',
};
