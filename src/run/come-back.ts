/** A transient domain that is persistent again: libvirtd has taken it for that when it was started anew, or it was rescued. */
import { readDomainXml } from '../model/domain-xml.ts';
import { isSameLocation } from '../model/file-identity.ts';
import type { HostName } from '../model/hosts.ts';
import { type Disk, isUp, type World } from '../model/world.ts';
import { makeTransient } from '../steps/effects/definition.ts';
import { outsideDisks } from '../steps/rollbacks/definition.ts';
import { act, observe } from './act.ts';
import type { Asking } from './ask.ts';
import { type Course, hostIn } from './course.ts';

/**
 * Makes the domain what the plan had made of it: libvirtd 9.0 comes back with a persistent definition of its own making
 * for a transient guest whose job has ended or whose disk has moved. What the domain had is in the journal.
 * @param expected the World as the run left it
 * @returns the World as it is then
 */
export function* transientAgain(
  course: Course,
  on: HostName,
  expected: World,
  now: World,
): Asking<World> {
  const { persistent, definition = '', autostart } = now.domain;
  const { kept } = hostIn(course, on);
  if (!persistent || expected.domain.persistent || !isUp(now) || kept === undefined) return now;
  // What a person has defined meanwhile is nowhere kept; libvirtd's own, or what a rescue has written back, differs in the
  // disks at most from what is.
  if (autostart && !kept.autostart) return now;
  if (outsideDisks(definition) !== outsideDisks(kept.definition)) return now;
  yield* act(course, { on, step: 'run', phase: 'come-back' }, 'do', makeTransient(now));
  return yield* observe(course, on);
}

/**
 * Whether a definition is the wanted one, or one that libvirt made of it: it writes one at the end of a job of a domain that
 * was undefined while it ran, and takes it for the domain's when it begins anew (seen on libvirt 9.0). That differs in
 * the notes on the layers at most.
 */
export function isMadeOf(definition: string, wanted: string): boolean {
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
