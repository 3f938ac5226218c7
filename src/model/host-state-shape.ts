/** The shapes of a host state and of a bundle, as journals and bundle files keep them. */

import { backupStoreShape } from './backup-store-shape.ts';
import type { Confinement } from './confinement.ts';
import type { Destination, HeaderSummary } from './destination.ts';
import type { GuestProcess } from './guest-process.ts';
import {
  type BlockJob,
  type Bundle,
  type Disk,
  DOMAIN_STATES,
  type Domain,
  type DomainState,
  type Folder,
  type HostInfo,
  type HostState,
  type ImageFile,
  type Layer,
  type OtherDomain,
  type SavedMetadata,
  type UnknownPart,
} from './host-state.ts';
import type { ImageExtents, LayerExtents } from './image-extents.ts';
import {
  amount,
  byKey,
  either,
  fields,
  flag,
  listOf,
  oneOf,
  optionalField,
  type Shape,
  text,
  textLike,
  trueFlag,
} from './shape.ts';
import type { StrayOverlay } from './stray-overlay.ts';
import {
  BROKEN_BITMAPS,
  type BrokenBitmap,
  type TrackedCheckpoint,
  type TrackedDisk,
} from './tracking.ts';

const moment = fields<SavedMetadata>({ name: text, xml: text });

export const bundleShape: Shape<Bundle> = fields<Bundle>({
  definition: text,
  autostart: flag,
  snapshots: listOf(moment),
  currentSnapshot: optionalField(text),
  checkpoints: listOf(moment),
});

const layer = fields<Layer>({
  file: text,
  format: text,
  dataFiles: optionalField(listOf(text)),
  block: optionalField(trueFlag),
  index: optionalField(amount),
});

const job = fields<BlockJob>({
  type: oneOf<BlockJob['type']>('copy', 'commit', 'active-commit', 'pull', 'backup', 'other'),
  ready: flag,
  mirror: optionalField(text),
});

const disk = fields<Disk>({
  target: text,
  device: oneOf<Disk['device']>('disk', 'cdrom', 'floppy', 'lun'),
  readonly: flag,
  unsupported: optionalField(listOf(text)),
  detectZeroes: optionalField(trueFlag),
  chain: listOf(layer),
  persistentSource: optionalField(text),
  snapshot: optionalField(text),
  job: optionalField(job),
  capacity: optionalField(amount),
});

const confinement = fields<Confinement>({
  apparmor: flag,
  user: optionalField(fields<NonNullable<Confinement['user']>>({ uid: amount, gid: amount })),
  givesFiles: flag,
});

export const guestProcessShape = fields<GuestProcess>({
  boot: text,
  id: amount,
  started: optionalField(text),
});

const trackedCheckpoint = fields<TrackedCheckpoint>({
  name: text,
  created: optionalField(amount),
  disks: listOf(
    fields<TrackedDisk>({
      target: text,
      bitmap: text,
      next: optionalField(either(amount, oneOf<BrokenBitmap>(...BROKEN_BITMAPS))),
    }),
  ),
});

const domain = fields<Domain>({
  name: text,
  calledNow: optionalField(text),
  movedAway: optionalField(trueFlag),
  stopUnseen: optionalField(trueFlag),
  guestLog: optionalField(text),
  uuid: text,
  state: oneOf<DomainState>(...DOMAIN_STATES),
  ioError: optionalField(trueFlag),
  persistent: flag,
  autostart: flag,
  definition: optionalField(text),
  kept: optionalField(bundleShape),
  frozen: optionalField(trueFlag),
  disks: listOf(disk),
  agent: flag,
  snapshots: listOf(text),
  checkpoints: listOf(text),
  tracking: optionalField(listOf(trackedCheckpoint)),
  managedSave: flag,
  nvram: flag,
  tpm: flag,
  memory: optionalField(amount),
  process: optionalField(guestProcessShape),
  confinement: optionalField(confinement),
});

const imageHeader = fields<HeaderSummary>({ format: text, virtualSize: amount });

const place = fields<Destination>({
  kind: oneOf<Destination['kind']>('file', 'block device', 'folder', 'other'),
  length: amount,
  header: either(imageHeader, oneOf(null)),
  heldBy: listOf(text),
});

const extents = fields<ImageExtents>({
  virtualSize: amount,
  layers: listOf(
    fields<LayerExtents>({ data: amount, empty: optionalField(amount), zeroes: amount }),
  ),
});

const imageFile = fields<ImageFile>({
  format: optionalField(text),
  size: amount,
  sizeUntold: optionalField(trueFlag),
  least: optionalField(amount),
  extents: optionalField(extents),
  identity: optionalField(text),
  born: optionalField(text),
  link: optionalField(trueFlag),
  made: optionalField(trueFlag),
  backing: optionalField(either(text, oneOf(null))),
  dataFiles: optionalField(listOf(text)),
  place: optionalField(place),
});

const folder = fields<Folder>({
  writable: flag,
  free: amount,
  fileSystem: optionalField(text),
  mayCompress: optionalField(trueFlag),
  real: optionalField(text),
  blockedBy: optionalField(text),
  barredAt: optionalField(text),
});

const other = fields<OtherDomain>({
  name: text,
  files: listOf(text),
  writes: listOf(text),
  running: optionalField(trueFlag),
  unread: listOf(text),
});

const host = fields<HostInfo>({
  uri: text,
  connect: optionalField(text),
  libvirt: optionalField(textLike(/^\d+\.\d+\.\d+$/, 'a version such as 9.0.0')),
  qemu: optionalField(textLike(/^\d+\.\d+\.\d+$/, 'a version such as 7.2.0')),
  user: optionalField(amount),
});

export const hostStateShape: Shape<HostState> = fields<HostState>({
  domain,
  files: byKey(either(imageFile, oneOf(null))),
  names: optionalField(byKey(text)),
  folders: byKey(either(folder, oneOf(null))),
  others: listOf(other),
  overlays: optionalField(
    listOf(fields<StrayOverlay>({ file: text, backing: text, snapshot: optionalField(text) })),
  ),
  unsearched: optionalField(listOf(text)),
  unsyncable: optionalField(listOf(text)),
  stores: optionalField(byKey(either(backupStoreShape, oneOf(null)))),
  host,
  untold: optionalField(
    listOf(
      oneOf<UnknownPart>(
        'uri',
        'state',
        'definition',
        'autostart',
        'agent',
        'managed-save',
        'nvram',
        'tpm',
        'snapshots',
        'checkpoints',
        'others',
      ),
    ),
  ),
});
