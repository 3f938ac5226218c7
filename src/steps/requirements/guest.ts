/** What steps require of the guest and of the libvirt that it runs in. */
import { codes } from '../../codes.ts';
import { blockplanCommand, commandLine, virshCommand } from '../../command.ts';
import type { HostState } from '../../model/host-state.ts';
import { isOlder } from '../../model/release.ts';
import { type Needs, type Refusal, refuse, refuseStep } from './requirement.ts';

/** A guest that is paused counts as well: QEMU runs block jobs for it (seen on libvirt 9.0 with QEMU 7.2). */
export function guestUpText({ domain: { state } }: HostState): string {
  return state === 'paused' ? 'the guest is paused' : 'the guest runs';
}

/** @param also what is told in the same clause: `, and …` */
export function requireGuestUp(
  needs: Needs,
  state: HostState,
  also = '',
  unmet: readonly Refusal[] = [],
): boolean {
  const down = checkRunning(state);
  return needs.require(
    `${guestUpText(state)}${also}`,
    { told: ['state'] },
    down.length > 0 ? down : unmet,
  );
}

/** Refuses a domain that is not there or whose guest does not run. */
export function checkRunning(hostState: HostState): Refusal[] {
  const { name, state } = hostState.domain;
  if (state === 'running' || state === 'paused') return [];
  if (state !== 'gone')
    return [
      refuseStep(
        codes.guestNotRunning,
        [],
        `the domain "${name}" is ${state}: live disk work needs a running guest`,
        `start it: ${virshCommand('start', name)}`,
      ),
    ];
  if (hostState.untold?.includes('uri'))
    return [
      refuseStep(
        codes.domainNotFound,
        [],
        `the facts say that libvirt knows no domain "${name}"`,
        `write down what it is like once it is there: ${blockplanCommand('facts', name)}`,
      ),
    ];
  const { uri } = hostState.host;
  const hint = uri.endsWith('/session')
    ? "that is the connection of a user's own guests; the system's are reached with: -c qemu:///system"
    : `see: ${commandLine('virsh', '-c', uri, 'list', '--all')}`;
  return [refuseStep(codes.domainNotFound, [], `${uri} knows no domain "${name}"`, hint)];
}

/** For an option, where it is given: the release of libvirt that has it. */
export function requireLibvirtSince(
  needs: Needs,
  state: HostState,
  params: Readonly<Record<string, unknown>>,
  option: string,
  release: string,
): void {
  if (!params[option]) return;
  const { libvirt } = state.host;
  const isMissing = libvirt !== undefined && isOlder(libvirt, release);
  needs.require(
    `libvirt is ${release} or newer, for "${option}"`,
    libvirt === undefined ? 'run' : 'domain',
    isMissing
      ? [
          refuse(
            codes.optionTooNew,
            option,
            `libvirt ${libvirt} does not have "${option}", which came with ${release}`,
            `leave "${option}" out, or use a newer libvirt`,
          ),
        ]
      : [],
  );
}
