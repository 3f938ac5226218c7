/** References to the guest and to the run, such as `${guest.disks.vda.source}` and `${run.date}`. */
import { codes } from '../codes.ts';
import type { Disk, Domain } from '../model/host-state.ts';
import { timeOfRun } from '../model/run-id.ts';
import { NO_UUID } from '../model/uuid.ts';
import { isPrintable, printable } from '../printable.ts';
import { characterName } from './decode.ts';
import type { Lookup, ResolvedName, UnresolvedName } from './references.ts';
import { listed, quoted } from './words.ts';

/** A property of the guest, of one of its disks, or of the run. */
export type HostReference =
  | { readonly of: 'guest'; readonly property: 'name' | 'uuid' }
  | { readonly of: 'disk'; readonly target: string; readonly property: 'source' | 'format' }
  | { readonly of: 'run'; readonly property: 'date' | 'time' | 'id' };

/** Resolves a reference to the guest or to the run. */
export type HostLookup = (reference: HostReference) => ResolvedName | UnresolvedName;

/** The references without a disk; for a message about an unknown one. */
const PLAIN = ['guest.name', 'guest.uuid', 'run.date', 'run.time', 'run.id'] as const;

const DISK = /^guest\.disks(?:\.([\w:-]+)|\[(vars\.[^\]]+)\])\.(source|format)$/;

/** Whether a name in `${…}` is meant for the guest or the run. */
export function isHostName(name: string): boolean {
  return /^(?:guest|run)\b/.test(name);
}

/**
 * Resolves such a name.
 *
 * @param name the name, as in `guest.disks[vars.disk].source`
 * @param variable resolves the variable between the brackets
 */
export function lookupHost(
  name: string,
  variable: Lookup,
  host: HostLookup,
): ResolvedName | UnresolvedName {
  const reference = parse(name, variable);
  return 'of' in reference ? host(reference) : reference;
}

function parse(name: string, variable: Lookup): HostReference | UnresolvedName {
  const plain = PLAIN.find((each) => each === name);
  if (plain) {
    const [of, property] = plain.split('.');
    return { of, property } as HostReference;
  }
  const [, target, index, property] = DISK.exec(name) ?? [];
  if (property !== 'source' && property !== 'format') return unknownName(name);
  if (index === undefined) return { of: 'disk', target: target ?? '', property };
  const disk = variable(index);
  return 'value' in disk ? { of: 'disk', target: disk.written, property } : disk;
}

function unknownName(name: string): UnresolvedName {
  const isNested = /^guest\.disks\.\$\{/.test(name);
  return {
    code: codes.unknownReference,
    message: isNested
      ? 'a reference cannot contain another one'
      : `unknown reference ${quoted(`\${${name}}`)}`,
    hint: isNested
      ? 'write the name of the variable in brackets: ${guest.disks[vars.NAME].source}'
      : `use ${[...PLAIN, 'guest.disks.TARGET.source', 'guest.disks.TARGET.format'].join(', ')}`,
  };
}

/** The name that refers to it. */
export function nameOf(reference: HostReference): string {
  return reference.of === 'disk'
    ? `guest.disks.${reference.target}.${reference.property}`
    : `${reference.of}.${reference.property}`;
}

/** Refuses every such reference. */
export const withoutHost: HostLookup = (reference) => ({
  code: codes.guestValueUnknown,
  message: `the value of ${quoted(nameOf(reference))} is not known here`,
  hint: 'read the plan with draftPlan, and resolve it against the host state of its guest',
});

/**
 * The values of a guest and of a run.
 *
 * @param domain as observed, or from facts
 * @param run the run's ID
 */
export function hostValues(domain: Domain, run: string): HostLookup {
  return (reference) => {
    switch (reference.of) {
      case 'guest':
        return reference.property === 'name'
          ? printableValue(reference, hostText(domain.name))
          : uuidOf(domain);
      case 'disk':
        return printableValue(
          reference,
          diskProperty(domain, reference.target, reference.property),
        );
      case 'run':
        return runProperty(run, reference.property);
    }
  };
}

function printableValue(
  reference: HostReference,
  answer: ResolvedName | UnresolvedName,
): ResolvedName | UnresolvedName {
  if (!('value' in answer) || isPrintable(answer.written)) return answer;
  const character = [...answer.written].find((each) => !isPrintable(each)) ?? '';
  return {
    code: codes.forbiddenCharacter,
    message: `the value of ${quoted(nameOf(reference))} contains ${characterName(character)}: ${quoted(answer.written)}`,
    hint: 'rename the file, disk or domain on the host',
  };
}

/**
 * Leaves every such reference in place, with the disk in place of its variable: for a comparison of what was reviewed. The NUL
 * marks keep it apart from any literal text.
 */
export const asReference: HostLookup = (reference) => hostText(`\0${nameOf(reference)}\0`);

/** A value of the guest or of the run. */
export function hostText(value: string): ResolvedName {
  return { value, written: value, ofHost: true };
}

function uuidOf({ uuid }: Domain): ResolvedName | UnresolvedName {
  if (uuid !== NO_UUID) return hostText(uuid);
  return {
    code: codes.guestValueUnknown,
    message: 'the facts do not contain the UUID of the guest',
    hint: 'add its definition to the facts: blockplan facts writes it',
  };
}

function diskProperty(
  { name, disks }: Domain,
  target: string,
  property: 'source' | 'format',
): ResolvedName | UnresolvedName {
  const disk = disks.find((each) => each.target === target);
  if (!disk)
    return {
      code: codes.guestValueUnknown,
      message: `the guest ${quoted(name)} has no disk ${quoted(target)}`,
      hint: disksHint(disks),
    };
  const [active] = disk.chain;
  if (!active)
    return {
      code: codes.guestValueUnknown,
      message: `the disk ${quoted(target)} of the guest ${quoted(name)} has no image`,
      hint: disksHint(disks.filter(({ chain }) => chain.length > 0)),
    };
  return hostText(property === 'source' ? active.file : active.format);
}

function disksHint(disks: readonly Disk[]): string {
  const targets = disks.map(({ target }) => printable(target));
  return targets.length === 0
    ? 'it has no disk with an image'
    : `use one of its disks: ${listed(targets)}`;
}

/** @param id the run's ID */
export function runProperty(id: string, property: 'date' | 'time' | 'id'): ResolvedName {
  return hostText({ id, ...timeOfRun(id) }[property]);
}
