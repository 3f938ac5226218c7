/** What the simulated libvirt and QEMU refuse, in which words. */
import { describe, expect, test } from 'vitest';
import {
  type CommandEffect,
  commandDefinition,
  type Effect,
} from '../../../src/commands/effect.ts';
import { apply } from '../../../src/simulate/host.ts';
import { BASE, SNAP2 } from '../../worlds.ts';
import {
  backup,
  commit,
  convert,
  copy,
  create,
  DEST,
  DOMAIN,
  host,
  type Job,
  OLD,
  overlay,
  type Parts,
  pull,
  snapshot,
  undefine,
  unobstructed,
  VDA,
  virsh,
} from './answering.ts';

const COPYING: Job = { type: 'copy', ready: false, mirror: DEST };
const BUSY = 'already in active block job';

const REFUSED: readonly (readonly [what: string, Parts, Effect, message: string])[] = [
  ['a copy beside a job', { job: COPYING }, copy('--dest', '/new/b'), BUSY],
  [
    'a copy of a persistent domain',
    {},
    virsh('blockcopy', ...VDA, '--dest', DEST),
    'domain is not transient',
  ],
  ['a copy onto a file', {}, copy('--dest', OLD), `${OLD} already exists`],
  [
    'a copy into a file that does not exist',
    {},
    copy('--dest', DEST, '--reuse-external', '--format', 'qcow2'),
    'missing destination file',
  ],
  [
    'a copy into a file without a format',
    {},
    copy('--dest', OLD, '--reuse-external'),
    'reused mirror format must be specified',
  ],
  [
    'a copy into an image of another size',
    {},
    copy('--dest', OLD, '--reuse-external', '--format', 'qcow2'),
    'Source and target image have different sizes',
  ],
  [
    'a shallow copy into a raw file',
    {},
    copy('--dest', DEST, '--shallow', '--format', 'raw'),
    'shallow copy into a raw file is not possible',
  ],
  ['a backup beside a job', { job: COPYING }, backup(OLD), BUSY],
  [
    'a backup beside a backup',
    { job: { type: 'backup', ready: false }, two: true },
    backup(OLD),
    'Timed out during operation: cannot acquire state change lock',
  ],
  ['a backup into no file', {}, backup(DEST), `Could not open '${DEST}'`],
  [
    'the end of a backup of a guest that is off',
    { of: { state: 'shut off' } },
    virsh('domjobabort', ...DOMAIN),
    'domain is not running',
  ],
  ['a commit beside a job', { job: COPYING }, commit('--shallow', '--active'), BUSY],
  [
    'a commit without a layer below',
    { raw: true },
    commit('--active'),
    'could not find base or top',
  ],
  [
    'a commit into a layer above',
    {},
    commit('--active', '--top', 'vda[2]', '--base', 'vda[1]'),
    'could not find base or top',
  ],
  [
    'a commit into a file that is no layer',
    {},
    commit('--active', '--base', '/x'),
    'could not find base or top',
  ],
  [
    'a commit of the active layer by another name',
    {},
    commit('--shallow'),
    'commit of active layer requires active flag',
  ],
  ['a pull beside a job', { job: COPYING }, pull(), BUSY],
  [
    'a pull down to the active layer',
    {},
    pull('--base', SNAP2),
    `could not find image '${SNAP2}' beneath '${SNAP2}'`,
  ],
  [
    'a pull down to a file that is no layer',
    {},
    pull('--base', '/x'),
    `could not find image '/x' beneath '${SNAP2}'`,
  ],
  [
    'a pull of all layers with a relative name',
    {},
    pull('--keep-relative'),
    'valid only with non-null base',
  ],
  [
    'the end of a job that does not exist',
    {},
    virsh('blockjob', ...VDA, '--abort'),
    'no active block job on vda',
  ],
  [
    'a pivot before both sides are equal',
    { job: COPYING },
    virsh('blockjob', ...VDA, '--pivot'),
    'not ready for pivot yet',
  ],
  [
    'a pivot of a commit below the active layer',
    { job: { type: 'commit', ready: true } },
    virsh('blockjob', ...VDA, '--pivot'),
    'a commit below the active layer has no pivot',
  ],
  ['a snapshot beside a job', { job: COPYING }, snapshot('--disk-only', ...overlay(DEST)), BUSY],
  [
    'a snapshot of the memory of a guest that is off',
    { of: { state: 'shut off' } },
    snapshot(...overlay(DEST)),
    'domain is not running',
  ],
  [
    'a quiesced snapshot of a paused guest',
    { of: { state: 'paused' } },
    snapshot('--disk-only', '--quiesce', ...overlay(DEST)),
    'domain is not running',
  ],
  [
    'a quiesced snapshot without an agent',
    { of: { agent: false } },
    snapshot('--disk-only', '--quiesce', ...overlay(DEST)),
    'QEMU guest agent is not connected',
  ],
  [
    'a snapshot of a known name',
    { of: { snapshots: ['s'] } },
    snapshot('--disk-only', ...overlay(DEST)),
    'domain moment s already exists',
  ],
  [
    'a snapshot onto a file',
    {},
    snapshot('--disk-only', ...overlay(OLD)),
    `external snapshot file ${OLD} already exists`,
  ],
  [
    'the removal of an unknown snapshot',
    {},
    virsh('snapshot-delete', ...DOMAIN, '--snapshotname', 's', '--metadata'),
    "no domain snapshot with matching name 's'",
  ],
  [
    'the undefine of a transient domain',
    { of: { persistent: false } },
    undefine(),
    'cannot undefine transient domain',
  ],
  [
    'the undefine of a saved domain',
    { of: { managedSave: true } },
    undefine(),
    'Refusing to undefine while domain managed save image exists',
  ],
  [
    'the undefine of a domain with NVRAM',
    { of: { nvram: true } },
    undefine('--keep-tpm'),
    'cannot undefine domain with nvram',
  ],
  [
    'the undefine of a domain with a TPM',
    { of: { tpm: true } },
    undefine('--keep-nvram'),
    'the TPM state would be lost',
  ],
  [
    'the undefine of a stopped domain with snapshots',
    { of: { state: 'shut off', snapshots: ['a', 'b'] } },
    undefine('--checkpoints-metadata'),
    'cannot delete inactive domain with 2 snapshots',
  ],
  [
    'the undefine of a stopped domain with checkpoints',
    { of: { state: 'shut off', checkpoints: ['a'] } },
    undefine('--snapshots-metadata'),
    'cannot delete inactive domain with 1 checkpoints',
  ],
  [
    'the autostart of a transient domain',
    { of: { persistent: false } },
    virsh('autostart', ...DOMAIN),
    'it is not persistent',
  ],
  [
    'the freeze of a paused guest',
    { of: { state: 'paused' } },
    virsh('domfsfreeze', ...DOMAIN),
    'domain is not running',
  ],
  [
    'the freeze of a guest without an agent',
    { of: { agent: false } },
    virsh('domfsfreeze', ...DOMAIN),
    'QEMU guest agent is not connected',
  ],
  [
    'the thaw of a paused guest',
    { of: { state: 'paused' } },
    virsh('domfsthaw', ...DOMAIN),
    'domain is not running',
  ],
  [
    'the thaw of a guest without an agent',
    { of: { agent: false } },
    virsh('domfsthaw', ...DOMAIN),
    'QEMU guest agent is not connected',
  ],
  ['the resume of a running guest', {}, virsh('resume', ...DOMAIN), 'domain is not paused'],
  ['a conversion onto a file', {}, convert(BASE, OLD), `${OLD} already exists`],
  ['a conversion of no file', {}, convert('/x', DEST), "Could not open '/x'"],
  ['a conversion into no file', {}, convert('-n', BASE, DEST), `Could not open '${DEST}'`],
  [
    'a conversion of what the guest writes to',
    {},
    convert(SNAP2, DEST),
    `Failed to get shared "write" lock on ${SNAP2}`,
  ],
  ['a new image onto a file', {}, create(OLD), `${OLD} already exists`],
  [
    'a command for another domain',
    {},
    virsh('resume', '--domain', 'other'),
    "failed to get domain 'other'",
  ],
];

describe('is refused', () => {
  test.each(REFUSED)('%s', (_what, parts, effect, message) => {
    expect(() => apply(host(parts), effect)).toThrow(message);
  });

  // A preview goes on behind an error, as if the obstacle were gone.
  const preventable = REFUSED.filter(
    ([, , effect]) => commandDefinition(effect as CommandEffect).unobstructed,
  );
  const obstacles = [BUSY, 'already exists', 'metadata', 'managed save', 'nvram', 'TPM', 'agent'];
  test.each(
    preventable.filter(([, , , message]) => obstacles.some((each) => message.includes(each))),
  )('unless its obstacle is taken away: %s', (_what, parts, effect) => {
    const before = host(parts);
    const after = unobstructed(before, effect);
    expect(after).not.toEqual(before);
    const { agent, nvram, tpm, managedSave, state } = before.state.domain;
    expect(after?.state.domain).toMatchObject({ agent, nvram, tpm, managedSave, state });
  });
});
