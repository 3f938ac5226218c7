/** A transient domain that is persistent again: libvirtd has taken it for that when it was started again, or it was rescued. */
import { readDomainXml } from '../model/domain-xml.ts';
import { isSameLocation } from '../model/file-identity.ts';
import { type Disk, type HostState, isUp } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { makeTransient } from '../steps/effects/definition.ts';
import { outsideDisks } from '../steps/rollbacks/definition.ts';
import { observe, performEffect } from './perform-effect.ts';
import type { RunPart } from './requests.ts';
import { hostIn, type RunState } from './run-state.ts';

/**
 * Makes the domain what the plan had made of it: libvirtd 9.0 comes back with a persistent definition of its own making
 * for a transient guest whose job has ended or whose disk has moved. What the domain had is in the journal.
 * @param expected the host state as the run left it
 * @returns the host state as it is then
 */
export function* makeTransientAgain(
  run: RunState,
  on: HostName,
  expected: HostState,
  now: HostState,
): RunPart<HostState> {
  const { persistent, definition = '', autostart } = now.domain;
  const { kept } = hostIn(run, on);
  if (!persistent || expected.domain.persistent || !isUp(now) || kept === undefined) return now;
  // What a person has defined meanwhile is nowhere kept; libvirtd's own, or what a rescue has written back, differs in the
  // disks at most from what is.
  if (autostart && !kept.autostart) return now;
  if (outsideDisks(definition) !== outsideDisks(kept.definition)) return now;
  yield* performEffect(run, { on, step: 'run', phase: 'come-back' }, 'do', makeTransient(now));
  return yield* observe(run, on);
}

/**
 * Whether a definition is the wanted one, or one that libvirt made of it: it writes one at the end of a job of a domain that
 * was undefined while it ran, and takes it for the domain's when it begins again (seen on libvirt 9.0). That differs in
 * the notes on the layers at most.
 */
export function isDerivedDefinition(definition: string, wanted: string): boolean {
  if (outsideDisks(definition) !== outsideDisks(wanted)) return false;
  const disks = readDomainXml(wanted).disks;
  const own = readDomainXml(definition).disks;
  return own.every((disk, at) => isSameDisk(disk, disks[at]));
}

function isSameDisk({ target, chain: [source] }: Disk, other: Disk | undefined): boolean {
  const [place] = other?.chain ?? [];
  const same = source && place ? isSameLocation(source, place) : source === place;
  return target === other?.target && same;
}
