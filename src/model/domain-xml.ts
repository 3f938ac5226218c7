/**
 * Reads domain XML, and edits it byte by byte. Nothing is written back through a DOM: an edit replaces a range of the text,
 * and every other byte stays. External entities are never resolved, because the parser cannot do it.
 */
import type { XmlElement } from '@rgrove/parse-xml';
import type { BlockJob, Confinement, Disk } from './host-state.ts';
import {
  chainOf,
  child,
  children,
  formatOf,
  LOCATION_ATTRIBUTES,
  sourceOf,
  typeOf,
  unsupportedIn,
} from './layer-xml.ts';
import { memoized } from './memoized.ts';
import {
  applyEdits,
  type Edit,
  escapeXml,
  removeAttribute,
  renameAttribute,
  setAttribute,
  withLeadingSpace,
} from './xml-edit.ts';
import { parseXml } from './xml-tree.ts';

/** What blockplan reads from a domain's XML. */
export interface DomainXml {
  readonly name: string;
  readonly uuid: string;
  readonly disks: readonly Disk[];
  readonly agent: boolean;
  readonly nvram: boolean;
  readonly tpm: boolean;
  /** In bytes; absent where the XML does not specify it. */
  readonly memory?: number;
  /** libvirt's id of the running domain; absent where the guest does not run. */
  readonly id?: number;
  /** Absent where the guest does not run. */
  readonly confinement?: Confinement;
}

/**
 * Reads a domain's live XML or its definition.
 * @param xml what `virsh dumpxml` printed
 * @throws Error when it is not well-formed XML with `<domain>` as its root
 */
export function readDomainXml(xml: string): DomainXml {
  const root = domainOf(xml);
  const devices = child(root, 'devices');
  const channels = devices ? children(devices, 'channel') : [];
  const os = child(root, 'os');
  return {
    name: textOf(child(root, 'name')),
    uuid: textOf(child(root, 'uuid')),
    disks: devices ? children(devices, 'disk').map(readDisk) : [],
    agent: channels.some((channel) => {
      const target = child(channel, 'target');
      return (
        target?.attributes.name === 'org.qemu.guest_agent.0' &&
        target.attributes.state === 'connected'
      );
    }),
    nvram: Boolean(os && child(os, 'nvram')),
    tpm: Boolean(devices && child(devices, 'tpm')),
    ...memoryOf(root),
    ...(root.attributes.id === undefined
      ? {}
      : {
          id: Number(root.attributes.id),
          confinement: readConfinement(children(root, 'seclabel')),
        }),
  };
}

/** The file for the guest's NVRAM in a definition; undefined where it names none. */
export function nvramFile(xml: string): string | undefined {
  const os = child(domainOf(xml), 'os');
  const file = textOf(os && child(os, 'nvram'));
  return file === '' ? undefined : file;
}

/** What a definition says about the user that QEMU will run as, and whether libvirt gives files to that user. */
export function definedConfinement(xml: string): Confinement {
  return readConfinement(children(domainOf(xml), 'seclabel'));
}

/** libvirt writes the memory in KiB, whatever unit the definition used (formatdomain, "Memory Allocation"). */
function memoryOf(root: XmlElement): { memory?: number } {
  const memory = child(root, 'memory');
  const unit = memory?.attributes.unit ?? 'KiB';
  const amount = Number(textOf(memory));
  return memory && unit === 'KiB' && amount > 0 ? { memory: amount * 1024 } : {};
}

/** A DAC label names the user and the group that QEMU runs as: `+64055:+64055`. */
function readConfinement(labels: readonly XmlElement[]): Confinement {
  const of = (model: string) => labels.find(({ attributes }) => attributes.model === model);
  const dac = of('dac');
  const user = dac && /^\+?(\d+):\+?(\d+)$/.exec(textOf(child(dac, 'label')));
  const apparmor = of('apparmor');
  return {
    apparmor: apparmor !== undefined && apparmor.attributes.type !== 'none',
    ...(user ? { user: { uid: Number(user[1]), gid: Number(user[2]) } } : {}),
    givesFiles: dac?.attributes.relabel !== 'no',
  };
}

function readDisk(disk: XmlElement): Disk {
  const device = (disk.attributes.device ?? 'disk') as Disk['device'];
  const job = readJob(disk);
  const unsupported = unsupportedIn(disk);
  const detects = child(disk, 'driver')?.attributes.detect_zeroes ?? 'off';
  return {
    target: child(disk, 'target')?.attributes.dev ?? '',
    device,
    readonly: Boolean(child(disk, 'readonly')) || device === 'cdrom',
    ...(unsupported.length > 0 ? { unsupported } : {}),
    ...(detects === 'off' ? {} : { detectZeroes: true }),
    chain: chainOf(disk),
    ...(disk.attributes.snapshot ? { snapshot: disk.attributes.snapshot } : {}),
    ...(job ? { job } : {}),
  };
}

/**
 * Whether a disk's definition states that nothing is below the last layer that it names: an empty `<backingStore/>`, which
 * keeps libvirt from reading the image's header (libvirt formatdomain, "backingStore").
 */
export function isChainTerminated(xml: string, target: string): boolean {
  let below = diskElement(xml, target);
  while (below && sourceOf(below) !== undefined) below = child(below, 'backingStore');
  return below !== undefined;
}

/** The element of a disk in the XML of a domain; undefined where it has no such disk. */
export function diskElement(xml: string, target: string): XmlElement | undefined {
  const devices = child(domainOf(xml), 'devices');
  return (devices ? children(devices, 'disk') : []).find(
    (element) => child(element, 'target')?.attributes.dev === target,
  );
}

/** A copy or an active commit appears as `<mirror>`; other jobs are not in the XML (libvirt formatdomain, "mirror"). */
function readJob(disk: XmlElement): BlockJob | undefined {
  const mirror = child(disk, 'mirror');
  if (!mirror) return undefined;
  const type = mirror.attributes.job;
  const file = sourceOf(mirror) ?? mirror.attributes.file;
  return {
    type: type === 'copy' || type === 'active-commit' ? type : 'other',
    ready: mirror.attributes.ready === 'yes',
    ...(file === undefined ? {} : { mirror: file }),
  };
}

/** The new source of a disk in a definition. */
export interface NewSource {
  readonly file: string;
  readonly format: string;
  /** Set for a block device. */
  readonly block?: true;
}

/**
 * Points one disk of a definition at another file or block device, and leaves every other byte as it is.
 *
 * A `<backingStore>` is removed whenever the source changes. One that names files describes the old source's chain. An
 * empty one states that the chain ends here, so the next start would miss any layers below the new source. Without the
 * element libvirt reads the image's header and finds the layers itself. Nor is it needed where there are no layers: libvirt
 * never reads a header in a raw image, and the header of any other image names no backing file.
 * @param xml a persistent definition
 * @param target the disk's target name, such as `vda`
 * @throws Error when the definition has no such disk, one whose source is no file, block device or volume, or one with a
 *   property that may belong to the old source alone
 */
export function setDiskSource(xml: string, target: string, source: NewSource): string {
  const disk = diskElement(xml, target);
  if (!disk) throw new Error(`the definition has no disk ${target}`);
  const place = child(disk, 'source');
  if (!place || !LOCATION_ATTRIBUTES.some((name) => place.attributes[name] !== undefined))
    throw new Error(`the source of disk ${target} is neither a file nor a block device`);
  const type = source.block ? 'block' : 'file';
  const attribute = source.block ? 'dev' : 'file';
  const isThere =
    typeOf(disk) === type &&
    place.attributes[attribute] === source.file &&
    LOCATION_ATTRIBUTES.every((name) => name === attribute || place.attributes[name] === undefined);
  if (isThere && formatOf(disk) === source.format) return xml;
  const unsupported = unsupportedIn(disk);
  if (unsupported.length > 0)
    throw new Error(`disk ${target} of the definition has ${unsupported.join(', ')}`);
  const backing = child(disk, 'backingStore');
  return applyEdits(xml, [
    ...(typeOf(disk) === type ? [] : setAttribute(xml, disk, 'type', type)),
    ...setPlace(xml, place, attribute, source.file),
    ...setFormat(xml, disk, place, source.format),
    ...(backing ? [{ ...withLeadingSpace(xml, backing), text: '' }] : []),
  ]);
}

/** Keeps only the given attribute: the type of the disk decides which one libvirt reads. */
function setPlace(xml: string, source: XmlElement, attribute: string, file: string): Edit[] {
  const there = LOCATION_ATTRIBUTES.filter((name) => source.attributes[name] !== undefined);
  const kept = there.includes(attribute) ? attribute : there[0];
  return there.flatMap((name) =>
    name === kept
      ? renameAttribute(xml, source, name, attribute, file)
      : removeAttribute(xml, source, name),
  );
}

/** libvirt treats a disk without a `<driver>` as raw, so another format needs one. */
function setFormat(xml: string, disk: XmlElement, source: XmlElement, format: string): Edit[] {
  const driver = child(disk, 'driver');
  if (driver) return setAttribute(xml, driver, 'type', format);
  if (formatOf(disk) === format) return [];
  const space = xml.slice(withLeadingSpace(xml, source).start, source.start);
  const text = `<driver name='qemu' type='${escapeXml(format)}'/>${space}`;
  return [{ start: source.start, end: source.start, text }];
}

/**
 * Removes the layers that a definition names below a disk's source, so that libvirt reads them from the image itself.
 * @param xml a persistent definition
 * @param target the disk's target name; an unknown one changes nothing
 */
export function withoutBackingStore(xml: string, target: string): string {
  const disk = diskElement(xml, target);
  const backing = disk && child(disk, 'backingStore');
  return backing ? applyEdits(xml, [{ ...withLeadingSpace(xml, backing), text: '' }]) : xml;
}

/** How many trees are cached: each takes much more memory than its text, and a run needs only a few at a time. */
const TREES = 8;

const domainOf = memoized((xml: string) => {
  const root = parseXml(xml, { includeOffsets: true }).root;
  if (root?.name !== 'domain') throw new Error('the XML has no <domain> root element');
  return root;
}, TREES);

function textOf(element: XmlElement | undefined): string {
  return element?.text.trim() ?? '';
}
