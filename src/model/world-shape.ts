/** The shapes of a World and of a bundle, as journals and bundle files keep them. */

import type { GuestProcess } from './guest-process.ts';
import {
  amount,
  byKey,
  either,
  fields,
  flag,
  list,
  oneOf,
  optional,
  type Shape,
  text,
  textLike,
  yes,
} from './shape.ts';
import {
  type BlockJob,
  type Bundle,
  type Confinement,
  type Disk,
  DOMAIN_STATES,
  type Domain,
  type DomainState,
  type Folder,
  type Host,
  type ImageFile,
  type ImageHeader,
  type Layer,
  type Moment,
  type OtherDomain,
  type Place,
  type Untold,
  type World,
} from './world.ts';

const moment = fields<Moment>({ name: text, xml: text });

export const bundleShape: Shape<Bundle> = fields<Bundle>({
  definition: text,
  autostart: flag,
  snapshots: list(moment),
  currentSnapshot: optional(text),
  checkpoints: list(moment),
});

const layer = fields<Layer>({
  file: text,
  format: text,
  dataFiles: optional(list(text)),
  block: optional(yes),
  index: optional(amount),
});

const job = fields<BlockJob>({
  type: oneOf<BlockJob['type']>('copy', 'commit', 'active-commit', 'pull', 'backup', 'other'),
  ready: flag,
  mirror: optional(text),
});

const disk = fields<Disk>({
  target: text,
  device: oneOf<Disk['device']>('disk', 'cdrom', 'floppy', 'lun'),
  readonly: flag,
  unsupported: optional(list(text)),
  chain: list(layer),
  persistentSource: optional(text),
  snapshot: optional(text),
  job: optional(job),
  capacity: optional(amount),
});

const confinement = fields<Confinement>({
  apparmor: flag,
  user: optional(fields<NonNullable<Confinement['user']>>({ uid: amount, gid: amount })),
  givesFiles: flag,
});

export const guestProcess = fields<GuestProcess>({
  boot: text,
  id: amount,
  started: optional(text),
});

const domain = fields<Domain>({
  name: text,
  calledNow: optional(text),
  movedAway: optional(yes),
  uuid: text,
  state: oneOf<DomainState>(...DOMAIN_STATES),
  persistent: flag,
  autostart: flag,
  definition: optional(text),
  kept: optional(bundleShape),
  disks: list(disk),
  agent: flag,
  snapshots: list(text),
  checkpoints: list(text),
  managedSave: flag,
  nvram: flag,
  tpm: flag,
  memory: optional(amount),
  process: optional(guestProcess),
  confinement: optional(confinement),
});

const imageHeader = fields<ImageHeader>({ format: text, virtualSize: amount });

const place = fields<Place>({
  kind: oneOf<Place['kind']>('file', 'block device', 'other'),
  length: amount,
  header: either(imageHeader, oneOf(null)),
  heldBy: list(text),
});

const imageFile = fields<ImageFile>({
  format: optional(text),
  size: amount,
  sizeUntold: optional(yes),
  identity: optional(text),
  link: optional(yes),
  made: optional(yes),
  backing: optional(either(text, oneOf(null))),
  dataFiles: optional(list(text)),
  place: optional(place),
});

const folder = fields<Folder>({
  writable: flag,
  free: amount,
  fileSystem: optional(text),
  barredAt: optional(text),
});

const other = fields<OtherDomain>({
  name: text,
  files: list(text),
  writes: list(text),
  unread: list(text),
});

const host = fields<Host>({
  uri: text,
  libvirt: optional(textLike(/^\d+\.\d+\.\d+$/, 'a release such as 9.0.0')),
  qemu: optional(textLike(/^\d+\.\d+\.\d+$/, 'a release such as 7.2.0')),
  user: optional(amount),
});

export const worldShape: Shape<World> = fields<World>({
  domain,
  files: byKey(either(imageFile, oneOf(null))),
  names: optional(byKey(text)),
  folders: byKey(either(folder, oneOf(null))),
  others: list(other),
  host,
  untold: optional(
    list(oneOf<Untold>('uri', 'state', 'managed-save', 'nvram', 'tpm', 'snapshots', 'others')),
  ),
});
