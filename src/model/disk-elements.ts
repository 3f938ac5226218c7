/**
 * Every element and attribute of a `<disk>`, and how blockplan treats it (libvirt, formatdomain, "Hard drives, floppy
 * disks, CDROMs", and src/conf/schemas/domaincommon.rng; checked for libvirt 9.0 and 11.3). Anything without a row is
 * refused: a disk with a property that blockplan does not model is never treated as one without it.
 *
 * A place is written relative to the nearest layer: `driver@cache` is an attribute, `source/slices` an element. A layer is
 * the `<disk>` itself, a `<backingStore>` or a `<mirror>`; their own attributes start with the layer's name.
 */

import type { Disk } from './host-state.ts';

/** How blockplan treats an element or attribute. */
export type Treatment = 'modelled' | 'irrelevant' | 'refused';

export interface DiskProperty {
  readonly at: string;
  readonly treatment: Treatment;
  /** What it means to blockplan, or why a disk with it is refused; a clause. */
  readonly because: string;
  /** Set where everything inside it is irrelevant as well. */
  readonly whole?: true;
  /** The accepted values, where not every value is accepted; any other is refused. */
  readonly values?: readonly string[];
  /** Other values that libvirt knows, with the reason why they are refused. */
  readonly refusedValues?: Readonly<Record<string, string>>;
}

const NETWORK = 'its data is on the network, where blockplan cannot check who else uses it';
const VHOST = 'another process serves it, and libvirt has no block jobs for it';
const PASSTHROUGH =
  'the guest sends SCSI commands to the device itself, which a file cannot answer';
const ENCRYPTED = 'a copy is not encrypted, but the definition would still require the key';
const LABELLED = 'the label is for this image only, but would be kept for the next one';
const NVME = 'QEMU drives the controller itself, so the host has no file or device for it';
const UNTRIED = 'blockplan works on raw, qcow2, qed, vmdk, vdi and vhdx images';
const UNKNOWN = 'blockplan does not know it, so its effect is unknown';

const FORMATS = {
  values: ['raw', 'qcow2', 'qed', 'vmdk', 'vdi', 'vhdx'],
  refusedValues: {
    ...Object.fromEntries(
      'aio bochs cloop cow dir dmg fat iso parallels ploop qcow vhd vpc'
        .split(' ')
        .map((format) => [format, UNTRIED]),
    ),
    luks: ENCRYPTED,
  },
};

const TYPES = {
  values: ['file', 'block', 'volume'],
  refusedValues: {
    dir: 'it is a folder that QEMU shows as a disk',
    network: NETWORK,
    nvme: NVME,
    vhostuser: VHOST,
    vhostvdpa: VHOST,
  },
};

function each(
  treatment: Treatment,
  because: string,
  places: readonly string[],
  more: Pick<DiskProperty, 'whole'> = {},
): DiskProperty[] {
  return places.map((at) => ({ at, treatment, because, ...more }));
}

/** Every property in libvirt's schema, and a few of older releases. */
export const DISK_PROPERTIES: readonly DiskProperty[] = [
  // The disk as the guest sees it.
  {
    at: 'disk@device',
    treatment: 'modelled',
    because: 'only disks have block jobs',
    values: ['disk', 'cdrom', 'floppy'],
    refusedValues: { lun: PASSTHROUGH },
  },
  {
    at: 'disk@snapshot',
    treatment: 'modelled',
    because: 'what a snapshot does with the disk by default',
    values: ['no', 'external', 'internal', 'manual'],
  },
  {
    at: 'target@bus',
    treatment: 'irrelevant',
    because: 'how the guest sees the disk',
    values: ['fdc', 'ide', 'sata', 'scsi', 'uml', 'usb', 'virtio', 'xen'],
    refusedValues: { sd: 'libvirt has no block jobs for a disk on an SD card' },
  },
  ...each('modelled', 'the name of the disk', ['target', 'target@dev']),
  ...each('modelled', 'a read-only disk has no block jobs', ['readonly']),
  ...each(
    'irrelevant',
    'how the guest sees the disk',
    ['address', 'blockio', 'boot', 'geometry', 'acpi'],
    { whole: true },
  ),
  ...each('irrelevant', 'how the guest sees the disk', [
    ...['disk@model', 'product', 'serial', 'vendor', 'wwn'],
    ...['target@removable', 'target@rotation_rate', 'target@tray'],
  ]),
  ...each('irrelevant', "libvirt's own name for the disk", ['alias', 'alias@name']),
  ...each('irrelevant', "libvirt's internal data", ['privateData', 'source/privateData'], {
    whole: true,
  }),
  ...each(
    'irrelevant',
    "a limit on the guest's own requests; it does not slow down block jobs",
    ['iotune'],
    { whole: true },
  ),
  ...each('refused', 'QEMU adds filters above the image, and block jobs are untested with them', [
    'throttlefilters',
  ]),
  ...each('refused', PASSTHROUGH, ['disk@rawio', 'disk@sgio']),
  ...each('refused', 'other guests may write to it too, and would keep using the old file', [
    'shareable',
  ]),
  ...each(
    'refused',
    'libvirt discards all writes to it when the guest stops, and has no block jobs for it',
    ['transient'],
  ),
  ...each('refused', 'another Xen domain serves it', ['backenddomain']),
  ...each('refused', ENCRYPTED, ['encryption', 'source/encryption']),
  ...each('refused', NETWORK, ['auth', 'source/auth']),

  // How QEMU opens the image.
  ...each('modelled', 'the format of the image', ['driver', 'format']),
  { at: 'driver@type', treatment: 'modelled', because: 'the format of the image', ...FORMATS },
  { at: 'format@type', treatment: 'modelled', because: 'the format of the image', ...FORMATS },
  {
    at: 'driver@copy_on_read',
    treatment: 'irrelevant',
    because: 'it is off',
    values: ['off'],
    refusedValues: {
      on: 'what the guest reads is written into the active image, so its size cannot be predicted',
    },
  },
  {
    at: 'driver@discard_no_unref',
    treatment: 'irrelevant',
    because: 'it is off',
    values: ['off'],
    refusedValues: {
      on: 'libvirt accepts it for qcow2 images only, so the guest may fail to start on a copy in another format',
    },
  },
  {
    at: 'driver@error_policy',
    treatment: 'irrelevant',
    because: 'how a failed write is reported to the guest',
    values: ['stop', 'report', 'enospace'],
    refusedValues: {
      ignore:
        'failed writes are reported to the guest as successful, so a full overlay loses data silently',
    },
  },
  ...each('irrelevant', 'how fast the image is read and written', [
    ...['driver@ats', 'driver@cache', 'driver@detect_zeroes', 'driver@discard', 'driver@event_idx'],
    ...['driver@io', 'driver@ioeventfd', 'driver@iommu', 'driver@iothread', 'driver@packed'],
    ...['driver@page_per_vq', 'driver@queue_size', 'driver@queues'],
  ]),
  ...each(
    'irrelevant',
    'how fast the image is read and written',
    ['driver/iothreads', 'driver/metadata_cache', 'format/metadata_cache'],
    { whole: true },
  ),
  ...each('irrelevant', 'how a failed read is reported to the guest', ['driver@rerror_policy']),
  ...each('irrelevant', 'QEMU has only one driver', ['driver@name']),

  // Where the image is.
  ...['disk', 'backingStore', 'mirror'].map((layer) => ({
    at: `${layer}@type`,
    treatment: 'modelled' as const,
    because: 'where the image is',
    ...TYPES,
  })),
  ...each('modelled', 'where the image is', [
    ...['source', 'source@file', 'source@dev', 'source@pool', 'source@volume'],
  ]),
  {
    at: 'source@mode',
    treatment: 'modelled',
    because: 'whether a volume is a device of the host',
    values: ['host'],
    refusedValues: { direct: NETWORK },
  },
  ...each('modelled', 'the index of the layer in libvirt', ['source@index', 'backingStore@index']),
  ...each('irrelevant', 'what a start does when the image is missing', ['source@startupPolicy']),
  ...each('refused', 'the image was passed as an open file descriptor, not by its path', [
    'source@fdgroup',
  ]),
  ...each(
    'refused',
    'the image is a part of that file, and another file would be read at the same offset',
    ['source/slices'],
  ),
  ...each('refused', 'its data is in a second file, which the definition names', [
    'source/dataStore',
  ]),
  ...each('irrelevant', 'the security driver that the label belongs to', [
    ...['source/seclabel', 'source/seclabel@model'],
  ]),
  ...each('irrelevant', 'libvirt reports that it could not label the image', [
    'source/seclabel@labelskip',
  ]),
  ...each('refused', LABELLED, ['source/seclabel@relabel', 'source/seclabel/label']),
  ...each('refused', 'the reservations are for this device only', ['source/reservations']),
  ...each('refused', 'it is a folder that QEMU shows as a disk', ['source@dir']),
  ...each('refused', NVME, ['source/address', 'source@managed', 'source@namespace']),
  ...each('refused', VHOST, ['source@type', 'source@path', 'source/reconnect']),
  ...each('refused', NETWORK, [
    ...['source@protocol', 'source@name', 'source@query', 'source@tls', 'source@tlsHostname'],
    ...['source/config', 'source/cookies', 'source/host', 'source/identity', 'source/initiator'],
    ...['source/knownHosts', 'source/readahead', 'source/snapshot', 'source/ssl'],
    ...['source/timeout'],
  ]),

  // The layers below, and the mirror of a job.
  ...each('modelled', 'the layers below', ['backingStore']),
  ...each('modelled', 'the job that is running on the disk', [
    ...['mirror', 'mirror@job', 'mirror@ready', 'mirror@file', 'mirror@format'],
  ]),
];

const BY_PLACE: ReadonlyMap<string, DiskProperty> = new Map(
  DISK_PROPERTIES.map((property) => [property.at, property]),
);

/** How blockplan treats the element or attribute at that place; undefined for one that is on no list. */
export function propertyAt(place: string): DiskProperty | undefined {
  return BY_PLACE.get(place);
}

/** A property as written in XML: `<slices>`, `<driver copy_on_read='on'>`. */
export function propertyText(place: string, value?: string): string {
  const [element = '', attribute] = place.split('@');
  const name = element.split('/').at(-1) ?? '';
  if (attribute === undefined) return `<${name}>`;
  return value === undefined ? `<${name} ${attribute}>` : `<${name} ${attribute}='${value}'>`;
}

const REASONS: ReadonlyMap<string, string> = new Map(
  DISK_PROPERTIES.flatMap(({ at, treatment, because, refusedValues = {} }) => [
    ...(treatment === 'refused' ? [[propertyText(at), because] as const] : []),
    ...Object.entries(refusedValues).map(([value, why]) => [propertyText(at, value), why] as const),
  ]),
);

/** Why blockplan does not work on disks with that property, as {@link propertyText} writes it; a clause. */
export function whyUnsupported(property: string): string {
  return REASONS.get(property) ?? UNKNOWN;
}

/** The unsupported properties of a disk in the live XML or the definition; an empty object where there are none. */
export function bothUnsupported(
  live: readonly string[] = [],
  persistent: readonly string[] = [],
): { unsupported?: readonly string[] } {
  const unsupported = [...new Set([...live, ...persistent])];
  return unsupported.length === 0 ? {} : { unsupported };
}

/** Whether libvirt discards writes to the disk; its definition then names another file on purpose. */
export function isTransient({ unsupported }: Pick<Disk, 'unsupported'>): boolean {
  return unsupported?.includes(propertyText('transient')) ?? false;
}

/** A SCSI device that the guest controls directly. */
export const LUN = propertyText('disk@device', 'lun');
