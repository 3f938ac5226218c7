/**
 * A domain that a run made transient and that is persistent again: libvirtd did that when it restarted, or a rescue did.
 */
import { isSameBesideAllLayers } from '../model/definition-layers.ts';
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
 * Makes the domain transient again, as the plan requires: after a restart, libvirtd 9.0 has a persistent definition of
 * its own for a transient guest whose job has ended or whose disk has moved. The original definition is in the journal.
 * @param expected the host state as the run left it
 * @returns the host state afterwards
 */
export function* makeTransientAgain(
  run: RunState,
  on: HostName,
  expected: HostState,
  now: HostState,
): RunPart<HostState> {
  const { persistent, definition, autostart } = now.domain;
  const { kept } = hostIn(run, on);
  if (!persistent || expected.domain.persistent || !isUp(now) || kept === undefined) return now;
  // A definition that a person made in the meantime is kept nowhere else. One that libvirtd made or a rescue restored
  // differs from the kept one at most in the layers of its disks.
  if (autostart && !kept.autostart) return now;
  if (definition === undefined || !isSameBesideAllLayers(definition, kept.definition)) return now;
  yield* performEffect(run, { on, step: 'run', phase: 'come-back' }, 'do', makeTransient(now));
  return yield* observe(run, on);
}

/**
 * Whether a definition is the wanted one, or one that libvirt derived from it: libvirt writes one at the end of a job of
 * a domain that was undefined during the job, and loads it when it restarts (seen on libvirt 9.0). It differs at most in
 * the notes on the layers.
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
