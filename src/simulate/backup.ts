/** Makes a backup on a simulated host as the driver and libvirt would. */
import { basename, dirname, join } from 'node:path';
import type {
  AwaitBackupEffect,
  BackupEffect,
  DigestBackupEffect,
  DiscardBackupEffect,
  DraftBackupEffect,
  NoteQuiesceEffect,
  PublishBackupEffect,
  RetireCheckpointsEffect,
  VerifyImageEffect,
} from '../commands/backup-effect.ts';
import { withoutCheckpoint, withoutNamesake } from '../host/checkpoints.ts';
import { isWrittenTo, withoutPoint, withPointCopied, withRestored } from '../host/content.ts';
import { refuseUnknownDomain } from '../host/domain.ts';
import { nameIn } from '../host/file-names.ts';
import {
  sizesOf,
  withFileMoved,
  withImage,
  withNewImage,
  withoutFile,
} from '../host/image-files.ts';
import { withoutBackup } from '../host/jobs.ts';
import { guestWrites, refuseUnless, type SimulatedHost } from '../host/simulated-host.ts';
import { imageName, type StoredBackup, type StoredDisk } from '../model/backup-store.ts';
import { spaceOfBackup } from '../model/copy-space.ts';
import { diskOf, type HostState, isBackedUp, isUp } from '../model/host-state.ts';
import { storeIn } from '../model/known-stores.ts';
import { trackedDisk } from '../model/tracking.ts';
import { imageNamed } from '../store/names.ts';
import { applyPrune } from './prune.ts';

/** @throws EffectFailed if the driver would refuse */
export function applyBackup(host: SimulatedHost, effect: BackupEffect): SimulatedHost {
  switch (effect.tool) {
    case 'draft-backup':
      return draft(host, effect);
    case 'arm-thaw':
      return { ...host, guarded: true };
    case 'note-quiesce':
      return noted(host, effect);
    case 'await-backup':
      return awaited(host, effect);
    case 'digest-backup':
      return digested(host, effect);
    case 'publish-backup':
      return published(host, effect);
    case 'discard-backup':
      return discarded(host, effect);
    case 'retire-checkpoints':
      return retired(host, effect);
    case 'verify-image':
      return verified(host, effect);
    case 'verify-backups':
      return host;
    case 'mark-prune':
    case 'remove-pruned':
    case 'unmark-prune':
      return applyPrune(host, effect);
  }
}

function imagesIn(folder: string, disks: readonly string[]): string[] {
  return disks.map((disk) => join(folder, imageName(disk)));
}

/** A folder counts as a file without a format, and takes the space of all files in it. */
function draft(
  host: SimulatedHost,
  { draft: folder, sources, parent, roots = {} }: DraftBackupEffect,
): SimulatedHost {
  const file = nameIn(host, folder);
  // The manifest has what libvirt knows of the domain.
  refuseUnknownDomain(host, host.state.domain.name);
  refuseUnless(!host.state.files[file], `${folder} already exists`);
  const disks = Object.keys(sources).flatMap((disk) => diskOf(host.state, disk) ?? []);
  const changed = Object.keys(roots).map((target) => {
    const next = parent && trackedDisk(host.state.domain, parent, target)?.next;
    return [target, typeof next === 'number' ? next : 0] as const;
  });
  const sizes = sizesOf(spaceOfBackup(host.state, disks, new Map(changed)));
  // Of what a run makes in its folder, only the folder is recorded.
  return Object.keys(sources).reduce(
    (each, target) => {
      const name = imageName(target);
      const backing = Object.hasOwn(roots, target) ? `../${parent}/${name}` : undefined;
      const image = { size: 1, format: 'qcow2' };
      return withNewImage(each, nameIn(each, join(folder, name)), image, backing);
    },
    withNewImage(host, file, { ...sizes, made: true }),
  );
}

/** As the driver does: what the thaw has found frozen was frozen when the backup began. */
function noted(host: SimulatedHost, { draft: folder, required }: NoteQuiesceEffect): SimulatedHost {
  refuseUnless(Boolean(host.state.files[nameIn(host, folder)]), `${folder} does not exist`);
  refuseUnless(!required || host.thawed === true, 'the file systems were not frozen');
  if (host.frozen) return host;
  const { guarded: _ended, ...rest } = host;
  return rest;
}

function awaited(host: SimulatedHost, effect: AwaitBackupEffect): SimulatedHost {
  if (effect.until === 'ended') return withoutBackup(host);
  refuseUnless(isUp(host.state), 'the guest stopped, which ended the backup');
  refuseUnless(
    host.state.domain.disks.some(isBackedUp),
    'the backup has ended, but libvirt did not report how',
  );
  const content = imagesIn(effect.draft, effect.disks).reduce(
    (each, image) => withPointCopied(each, nameIn(host, image)),
    host.content,
  );
  return guestWrites(withoutBackup({ ...host, content }));
}

/** The sums are files of the folder, which nothing else needs. */
function digested(host: SimulatedHost, { draft: folder }: DigestBackupEffect): SimulatedHost {
  refuseUnless(Boolean(host.state.files[nameIn(host, folder)]), `${folder} does not exist`);
  return host;
}

function published(host: SimulatedHost, { draft: from, to }: PublishBackupEffect): SimulatedHost {
  const { files } = host.state;
  if (!files[nameIn(host, from)] && files[nameIn(host, to)]?.made) return host;
  refuseUnless(Boolean(files[nameIn(host, from)]), `${from} does not exist`);
  refuseUnless(!files[nameIn(host, to)], `${to} already exists`);
  const inside = Object.keys(files).filter((file) => file.startsWith(`${from}/`) && files[file]);
  const moved = [nameIn(host, from), ...inside].reduce(
    (each, file) => withFileMoved(each, file, nameIn(host, `${to}${file.slice(from.length)}`)),
    host,
  );
  const place = nameIn(host, to);
  const folder = moved.state.files[place];
  const known = { ...moved, state: withBackupAdded(host, moved.state, { from, to }) };
  // A folder that is renamed is still the one that the run has made.
  return folder ? withImage(known, place, { ...folder, made: true }) : known;
}

/**
 * The same host state with a complete backup in its store, if that was read: later steps of the plan may verify or count it.
 * @param host with the images of its draft
 */
function withBackupAdded(
  host: SimulatedHost,
  state: HostState,
  { from, to }: { readonly from: string; readonly to: string },
): HostState {
  const [folder, name] = [dirname(to), basename(to)];
  const store = storeIn(state, folder);
  if (!store || store.backups.some((each) => each.name === name)) return state;
  const { name: domain, uuid, checkpoints } = state.domain;
  const sequence = Math.max(0, ...store.backups.map(({ point }) => point?.sequence ?? 0)) + 1;
  const disks = state.domain.disks.flatMap(({ target, capacity = 0, chain }): StoredDisk[] => {
    const file = imageName(target);
    const image = nameIn(host, join(from, file));
    if (!host.state.files[image]) return [];
    const source = chain[0]?.file ?? '';
    const below = imageNamed(host.headers[image] ?? '')?.backup;
    return below === undefined
      ? [{ target, file, mode: 'full', capacity, source }]
      : [{ target, file, mode: 'incremental', capacity, source, below }];
  });
  const needs = [...new Set(disks.flatMap(({ below }) => below ?? []))];
  const [parent] = needs;
  const added: StoredBackup = {
    ...{ name, size: 0, findings: [], needs, disks },
    point: {
      ...{ domain, uuid, time: store.readAt ?? '', sequence, quiesced: false },
      ...(parent === undefined ? {} : { parent }),
      ...(checkpoints.includes(name) ? { checkpoint: name } : {}),
    },
  };
  const backups = [...store.backups, added];
  return { ...state, stores: { ...state.stores, [folder]: { ...store, backups } } };
}

function discarded(host: SimulatedHost, { draft: folder, disks }: DiscardBackupEffect) {
  const file = nameIn(host, folder);
  const there = host.state.files[file];
  if (!there) return host;
  refuseUnless(there.made === true, `${folder} was not created by this run`);
  const names = [...imagesIn(folder, disks), folder].map((path) => nameIn(host, path));
  const content = names.reduce(withoutPoint, host.content);
  return names.reduce(withoutFile, { ...host, content });
}

function retired(host: SimulatedHost, effect: RetireCheckpointsEffect): SimulatedHost {
  return effect.checkpoints.reduce((each, name) => {
    const isIncomplete = effect.records[name] !== undefined;
    const next = withoutCheckpoint(each, name, isIncomplete);
    return isIncomplete ? withoutNamesake(next, name) : next;
  }, host);
}

/** Only a conversion that was completed gives an image its format; what a guest has written to is no copy any more. */
function verified(host: SimulatedHost, { file, disk, otherwise }: VerifyImageEffect) {
  const image = nameIn(host, file);
  refuseUnless(Boolean(host.state.files[image]), `${file} does not exist`);
  const same = host.formats[image] === 'qcow2' && !isWrittenTo(host.content, image);
  refuseUnless(same, `${file} differs from the backup: ${otherwise}`);
  return { ...host, content: withRestored(host.content, disk, image) };
}
