/**
 * Domain XML in, and byte-preserving edits out. Nothing is ever written back through a DOM: what changes is
 * replaced as a range of the text, and every other byte stays. External entities are never resolved, because
 * the parser has no means to.
 */
import { XmlElement } from '@rgrove/parse-xml';
import type { BlockJob, Confinement, Disk, Layer } from './world.ts';
import {
  applyEdits,
  type Edit,
  findAttribute,
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
  const root = rootOf(xml, 'domain');
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
  const os = child(rootOf(xml, 'domain'), 'os');
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
  const chain: Layer[] = [];
  for (let layer: XmlElement | undefined = disk; layer; layer = child(layer, 'backingStore')) {
    const file = sourceOf(layer);
    if (file === undefined) break;
    chain.push({
      file,
      format: formatOf(layer),
      ...(isBlock(layer) ? { block: true } : {}),
      ...indexOf(layer),
    });
  }
  const job = readJob(disk);
  return {
    target: child(disk, 'target')?.attributes.dev ?? '',
    device,
    readonly: Boolean(child(disk, 'readonly')) || device === 'cdrom',
    ...(isEncrypted(disk) ? { encrypted: true } : {}),
    chain,
    ...(disk.attributes.snapshot ? { snapshot: disk.attributes.snapshot } : {}),
    ...(job ? { job } : {}),
  };
}

/**
 * Whether a disk's definition says that nothing is below the last layer that it names: an empty `<backingStore/>`, with
 * which libvirt does not look into the image (libvirt formatdomain, "backingStore").
 */
export function saysChainEnds(xml: string, target: string): boolean {
  let below = diskElement(xml, target);
  while (below && sourceOf(below) !== undefined) below = child(below, 'backingStore');
  return below !== undefined;
}

function diskElement(xml: string, target: string): XmlElement | undefined {
  const devices = child(rootOf(xml, 'domain'), 'devices');
  return (devices ? children(devices, 'disk') : []).find(
    (element) => child(element, 'target')?.attributes.dev === target,
  );
}

/** The place of a layer's data: a path for files and block devices, else a URL-like word that compares well. */
function sourceOf(layer: XmlElement): string | undefined {
  const source = child(layer, 'source');
  if (!source) return undefined;
  const { file, dev, protocol, name, pool, volume } = source.attributes;
  if (file !== undefined) return file;
  if (dev !== undefined) return dev;
  if (protocol !== undefined) return `${protocol}:${name ?? ''}`;
  if (pool !== undefined) return `pool:${pool}/${volume ?? ''}`;
  return undefined;
}

/** libvirt names a block device in another attribute than a file. */
function isBlock(layer: XmlElement): boolean {
  const attributes = child(layer, 'source')?.attributes;
  return attributes?.file === undefined && attributes?.dev !== undefined;
}

/** libvirt takes `<encryption>` in the disk as well as in its source, and shows it for each layer that has it. */
function isEncrypted(layer: XmlElement): boolean {
  const source = child(layer, 'source');
  const below = child(layer, 'backingStore');
  return (
    Boolean(child(layer, 'encryption') ?? (source && child(source, 'encryption'))) ||
    (below !== undefined && isEncrypted(below))
  );
}

function formatOf(layer: XmlElement): string {
  return (
    child(layer, 'driver')?.attributes.type ?? child(layer, 'format')?.attributes.type ?? 'raw'
  );
}

/** libvirt writes the active layer's index at its source, and that of a layer below at its `<backingStore>`. */
function indexOf(layer: XmlElement): { index?: number } {
  const index =
    layer.name === 'backingStore'
      ? layer.attributes.index
      : child(layer, 'source')?.attributes.index;
  return index === undefined ? {} : { index: Number(index) };
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
 * @throws Error when the definition has no such disk, or one that is not backed by a file or block device
 */
export function setDiskSource(xml: string, target: string, source: NewSource): string {
  const disk = diskElement(xml, target);
  if (!disk) throw new Error(`the definition has no disk ${target}`);
  const place = child(disk, 'source');
  const attribute = place?.attributes.file !== undefined ? 'file' : 'dev';
  if (place?.attributes[attribute] === undefined) {
    throw new Error(`the source of disk ${target} is neither a file nor a block device`);
  }
  const type = source.block ? 'block' : 'file';
  const settled = (disk.attributes.type ?? 'file') === type && isBlock(disk) === (type === 'block');
  const sameFile = place.attributes[attribute] === source.file;
  if (settled && sameFile && formatOf(disk) === source.format) return xml;
  const driver = child(disk, 'driver');
  const backing = child(disk, 'backingStore');
  return applyEdits(xml, [
    ...(settled ? [] : setType(xml, disk, place, type)),
    ...setAttribute(xml, place, attribute, source.file),
    ...(driver ? setAttribute(xml, driver, 'type', source.format) : []),
    ...(backing ? [{ ...withLeadingSpace(xml, backing), text: '' }] : []),
  ]);
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

/** The disk's type decides which attribute of the source libvirt reads, so both change together. */
function setType(
  xml: string,
  disk: XmlElement,
  source: XmlElement,
  type: 'file' | 'block',
): Edit[] {
  const [from, to] = type === 'block' ? ['file', 'dev'] : ['dev', 'file'];
  const name = findAttribute(xml, source, from)?.name;
  return [
    ...((disk.attributes.type ?? 'file') === type ? [] : setAttribute(xml, disk, 'type', type)),
    ...(name ? [{ ...name, text: to }] : []),
  ];
}

function rootOf(xml: string, name: string): XmlElement {
  const root = parseXml(xml, { includeOffsets: true }).root;
  if (root?.name !== name) throw new Error(`the XML does not have <${name}> at its top`);
  return root;
}

function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter(
    (node): node is XmlElement => node instanceof XmlElement && node.name === name,
  );
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

function textOf(element: XmlElement | undefined): string {
  return element?.text.trim() ?? '';
}
