/**
 * Domain XML in, and byte-preserving edits out. Nothing is ever written back through a DOM: what changes is
 * replaced as a range of the text, and every other byte stays. External entities are never resolved, because
 * the parser has no means to.
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

/** What blockplan reads of a domain's XML. */
export interface DomainXml {
  readonly name: string;
  readonly uuid: string;
  readonly disks: readonly Disk[];
  readonly agent: boolean;
  readonly nvram: boolean;
  readonly tpm: boolean;
  /** In bytes; absent where the XML does not tell. */
  readonly memory?: number;
  /** libvirt's id of the running domain; absent where the guest does not run. */
  readonly id?: number;
  /** Absent where the guest does not run. */
  readonly confinement?: Confinement;
}

/**
 * Reads a domain definition, live or persistent.
 * @param xml what `virsh dumpxml` printed
 * @throws Error when it is not well-formed XML with a domain at its top
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

/** The file that a definition keeps the guest's NVRAM in; undefined where it names none. */
export function nvramFile(xml: string): string | undefined {
  const os = child(domainOf(xml), 'os');
  const file = textOf(os && child(os, 'nvram'));
  return file === '' ? undefined : file;
}

/** libvirt writes the memory in KiB, whatever unit it was defined in (formatdomain, "Memory Allocation"). */
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
  return {
    target: child(disk, 'target')?.attributes.dev ?? '',
    device,
    readonly: Boolean(child(disk, 'readonly')) || device === 'cdrom',
    ...(unsupported.length > 0 ? { unsupported } : {}),
    chain: chainOf(disk),
    ...(disk.attributes.snapshot ? { snapshot: disk.attributes.snapshot } : {}),
    ...(job ? { job } : {}),
  };
}

/**
 * Whether a disk's definition says that nothing is below the last layer that it names: an empty `<backingStore/>`, with
 * which libvirt does not look into the image (libvirt formatdomain, "backingStore").
 */
export function isChainTerminated(xml: string, target: string): boolean {
  let below = diskElement(xml, target);
  while (below && sourceOf(below) !== undefined) below = child(below, 'backingStore');
  return below !== undefined;
}

function diskElement(xml: string, target: string): XmlElement | undefined {
  const devices = child(domainOf(xml), 'devices');
  return (devices ? children(devices, 'disk') : []).find(
    (element) => child(element, 'target')?.attributes.dev === target,
  );
}

/** A copy or an active commit shows as `<mirror>`; other jobs do not show in the XML (libvirt formatdomain, "mirror"). */
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

/** What a disk of a definition shall name from now on. */
export interface NewSource {
  readonly file: string;
  readonly format: string;
  /** Set for a block device. */
  readonly block?: true;
}

/**
 * Points one disk of a definition at another file or block device, and leaves every other byte as it is.
 *
 * A `<backingStore>` goes whenever the source changes. One that names files describes the old source's chain; an empty
 * one says that the chain ends here, with which the next start would not see the layers below a new top that has some.
 * Without the element libvirt looks into the image and finds the layers itself, so it is not needed where there are
 * none either: a raw image is never looked into, and the header of another tells that it stands alone.
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

/** The place under that attribute alone: the type of the disk decides which one libvirt reads. */
function setPlace(xml: string, source: XmlElement, attribute: string, file: string): Edit[] {
  const there = LOCATION_ATTRIBUTES.filter((name) => source.attributes[name] !== undefined);
  const kept = there.includes(attribute) ? attribute : there[0];
  return there.flatMap((name) =>
    name === kept
      ? renameAttribute(xml, source, name, attribute, file)
      : removeAttribute(xml, source, name),
  );
}

/** A disk without a `<driver>` is raw to libvirt, so another format needs one. */
function setFormat(xml: string, disk: XmlElement, source: XmlElement, format: string): Edit[] {
  const driver = child(disk, 'driver');
  if (driver) return setAttribute(xml, driver, 'type', format);
  if (formatOf(disk) === format) return [];
  const space = xml.slice(withLeadingSpace(xml, source).start, source.start);
  const text = `<driver name='qemu' type='${escapeXml(format)}'/>${space}`;
  return [{ start: source.start, end: source.start, text }];
}

/**
 * Takes out what a definition says is below a disk's source, so that libvirt looks into the image itself.
 * @param xml a persistent definition
 * @param target the disk's target name; an unknown one changes nothing
 */
export function withoutBackingStore(xml: string, target: string): string {
  const disk = diskElement(xml, target);
  const backing = disk && child(disk, 'backingStore');
  return backing ? applyEdits(xml, [{ ...withLeadingSpace(xml, backing), text: '' }]) : xml;
}

/** A tree takes much more room than its text, and a run has only these few: live, defined, and as edited. */
const TREES = 8;

const domainOf = memoized((xml: string) => {
  const root = parseXml(xml, { includeOffsets: true }).root;
  if (root?.name !== 'domain') throw new Error('the XML does not have <domain> at its top');
  return root;
}, TREES);

function textOf(element: XmlElement | undefined): string {
  return element?.text.trim() ?? '';
}
