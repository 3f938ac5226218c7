/** What steps require of the guest and of the libvirt that it runs in. */
import { type Code, codes } from '../../codes.ts';
import { blockplanOn, virshCommand, virshLine } from '../../command.ts';
import type { HostState } from '../../model/host-state.ts';
import { isOlder } from '../../model/release.ts';
import { onlyNearest } from '../../nearest.ts';
import { type Needs, type Refusal, refuse, refuseStep } from './requirement.ts';

/** A paused guest is accepted too: QEMU runs block jobs for it (seen on libvirt 9.0 with QEMU 7.2). */
export function guestUpText({ domain: { state } }: HostState): string {
  return state === 'paused' ? 'the guest is paused' : 'the guest is running';
}

/** @param also a second requirement in the same clause: `, and …` */
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

/** Requires that libvirt knows the domain, whatever its guest does. */
export function requireDomain(needs: Needs, state: HostState): boolean {
  const { name, state: found } = state.domain;
  return needs.requireUnlisted(
    `the domain "${name}" exists`,
    { told: ['state'] },
    found === 'gone' ? checkExists(state) : [],
  );
}

/** Requires that the guest is off, and that its disks are those of its definition. */
export function requireGuestOff(needs: Needs, state: HostState): boolean {
  return needs.require('the guest is off', { told: ['state'] }, checkOff(state));
}

function checkOff(hostState: HostState): Refusal[] {
  const { name, state, definition } = hostState.domain;
  if (state === 'gone') return checkExists(hostState);
  if (state === 'shut off' && definition !== undefined) return [];
  return [
    refuseGuest(
      codes.guestNotOff,
      `the domain "${name}" is ${state}: its disks can only be replaced while it is off`,
      state === 'running'
        ? `shut it down: ${virshCommand(hostState.host, 'shutdown', name)}`
        : `see: ${virshCommand(hostState.host, 'dominfo', name)}`,
    ),
  ];
}

/** Refuses a domain that does not exist or whose guest is not running. */
export function checkRunning(hostState: HostState): Refusal[] {
  const { name, state } = hostState.domain;
  if (state === 'running' || state === 'paused') return [];
  if (state === 'gone') return checkExists(hostState);
  return [
    refuseGuest(
      codes.guestNotRunning,
      `the domain "${name}" is ${state}: live disk operations require a running guest`,
      `start it: ${virshCommand(hostState.host, 'start', name)}`,
    ),
  ];
}

/** Refuses a domain that does not exist. */
function checkExists(hostState: HostState): Refusal[] {
  const { name } = hostState.domain;
  if (hostState.untold?.includes('uri'))
    return [
      refuseGuest(
        codes.domainNotFound,
        `the domain "${name}" does not exist, according to the facts`,
        `export new facts once it exists: ${blockplanOn(undefined, 'facts', name)}`,
      ),
    ];
  const others = hostState.others.map((other) => other.name);
  return [
    refuseGuest(
      codes.domainNotFound,
      `${hostState.host.uri} has no domain "${name}"`,
      unknownHint(hostState, onlyNearest(name, others)),
    ),
  ];
}

/** @param near the domain that was probably meant */
function unknownHint({ host: { uri } }: HostState, near: string | undefined): string {
  if (near !== undefined) return `did you mean "${near}"?`;
  return uri.endsWith('/session')
    ? 'use the system connection with -c qemu:///system: this connection shows only your own guests'
    : `see: ${virshLine({ connect: uri }, 'list', '--all')}`;
}

function refuseGuest(code: Code, message: string, hint: string): Refusal {
  return { ...refuseStep(code, [], message, hint), about: 'guest' };
}

/** Requires the libvirt release that has an option, if the option is given. */
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
            `"${option}" requires libvirt ${release}, but the host has ${libvirt}`,
            `leave "${option}" out, or use a newer libvirt`,
          ),
        ]
      : [],
  );
}
