/** What the simulated libvirt and QEMU answer to each command: what they refuse, in which words, and the job that they start. */
import { describe, expect, test } from 'vitest';
import type { Word } from '../../../src/commands/define.ts';
import {
  type CommandEffect,
  commandDefinition,
  type Effect,
} from '../../../src/commands/effect.ts';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import type { Destination, Disk, Domain } from '../../../src/model/host-state.ts';
import { apply } from '../../../src/simulate/host.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

type Job = NonNullable<Disk['job']>;

const DEST = '/new/copy.qcow2';
const OLD = '/new/old.qcow2';
const CHAIN = disk('vda', [SNAP2, SNAP1, BASE]);
const RAW = disk('vda', ['/images/a.img']);

interface Parts {
  readonly of?: Partial<Domain>;
  readonly job?: Job;
  readonly raw?: true;
}

/** A host with a job, if one is given, and with the file OLD. */
function host({ of = {}, job, raw }: Parts = {}): SimulatedHost {
  const disks = [{ ...(raw ? RAW : CHAIN), ...(job ? { job } : {}) }];
  const header = { format: 'qcow2', virtualSize: 5_000_000 } as const;
  const place: Destination = { kind: 'file', heldBy: [], length: 5_000_000, header };
  const files = { [OLD]: { size: 1, format: 'qcow2', backing: SNAP1, place } };
  return simulatedHostOf(looked(world({ disks, domain: of, files }), [DEST]));
}

const DOMAIN = ['--domain', 'testvm'];
const VDA = [...DOMAIN, '--path', 'vda'];
const virsh = (verb: string, ...words: readonly Word[]) => virshEffect([verb, ...words]);
const copy = (...words: string[]) => virsh('blockcopy', ...VDA, '--transient-job', ...words);
const commit = (...words: string[]) => virsh('blockcommit', ...VDA, ...words);
const pull = (...words: string[]) => virsh('blockpull', ...VDA, ...words);
const snapshot = (...words: string[]) =>
  virsh('snapshot-create-as', ...DOMAIN, '--name', 's', ...words);
const overlay = (file: string) => ['--diskspec', `vda,snapshot=external,driver=qcow2,file=${file}`];
const undefine = (...words: string[]) => virsh('undefine', ...DOMAIN, ...words);
const convert = (...words: string[]) =>
  qemuImgEffect(['convert', '-p', '-W', '-m', '8', '-O', 'qcow2', ...words]);
const create = (file: string) =>
  qemuImgEffect(['create', '-q', '-f', 'qcow2', '-b', BASE, '-F', 'qcow2', file]);

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
    const { unobstructed } = commandDefinition(effect as CommandEffect);
    const { args } = effect as CommandEffect;
    const before = host(parts);
    const after = unobstructed?.(before, args as never);
    expect(after).not.toEqual(before);
    const { agent, nvram, tpm, managedSave, state } = before.state.domain;
    expect(after?.state.domain).toMatchObject({ agent, nvram, tpm, managedSave, state });
  });
});

describe('starts a job', () => {
  const copying = { type: 'copy', ready: false };
  const reads = { shallow: false, reuse: false };
  test.each<[string, Parts, Effect, Job, object]>([
    [
      'a copy',
      {},
      copy('--dest', DEST),
      { ...copying, mirror: DEST } as Job,
      { ...reads, layers: [SNAP2, SNAP1, BASE] },
    ],
    [
      'a shallow copy',
      {},
      copy('--dest', DEST, '--shallow'),
      { ...copying, mirror: DEST } as Job,
      { ...reads, shallow: true, layers: [SNAP2] },
    ],
    [
      'a shallow copy of a disk without a layer below',
      { raw: true },
      copy('--dest', DEST, '--shallow'),
      { ...copying, mirror: DEST } as Job,
      { ...reads, layers: ['/images/a.img'] },
    ],
    [
      'a commit of the active layer',
      {},
      commit('--active', '--shallow'),
      { type: 'active-commit', ready: false, mirror: SNAP1 },
      { ...reads, layers: [SNAP2] },
    ],
    [
      'a commit of all layers',
      {},
      commit('--active'),
      { type: 'active-commit', ready: false, mirror: BASE },
      { ...reads, layers: [SNAP2, SNAP1] },
    ],
    [
      'a commit below the active layer',
      {},
      commit('--top', 'vda[2]', '--base', 'vda[3]'),
      { type: 'commit', ready: false },
      { ...reads, layers: [SNAP1], into: BASE },
    ],
    [
      'a pull of all layers',
      {},
      pull(),
      { type: 'pull', ready: false },
      { ...reads, layers: [SNAP1, BASE], into: SNAP2 },
    ],
    [
      'a pull down to a layer',
      {},
      pull('--base', BASE),
      { type: 'pull', ready: false },
      { ...reads, layers: [SNAP1], into: SNAP2 },
    ],
  ])('%s', (_what, parts, effect, job, source) => {
    const after = apply(host(parts), effect);
    expect(after.state.domain.disks[0]?.job).toEqual(job);
    expect(after.jobs).toEqual({ vda: source });
    expect(after.state.domain.disks[0]?.chain).toEqual(host(parts).state.domain.disks[0]?.chain);
  });
});

describe('changes the domain', () => {
  const off = { state: 'shut off' } as const;
  test.each<[string, Parts, Effect, object]>([
    ['autostart', { of: { autostart: false } }, virsh('autostart', ...DOMAIN), { autostart: true }],
    ['autostart --disable', {}, virsh('autostart', ...DOMAIN, '--disable'), { autostart: false }],
    ['resume', { of: { state: 'paused' } }, virsh('resume', ...DOMAIN), { state: 'running' }],
    ['a snapshot', {}, snapshot('--disk-only', ...overlay(DEST)), { snapshots: ['s'] }],
    [
      'a snapshot without a record',
      {},
      snapshot('--disk-only', '--no-metadata', ...overlay(DEST)),
      { snapshots: [] },
    ],
    [
      'the record of a snapshot',
      { of: { snapshots: ['a'] } },
      virsh(
        ...(['snapshot-create', ...DOMAIN, '--xmlfile'] as const),
        {
          file: 's.xml',
          content: '<domainsnapshot><name>b &amp; &lt;c&gt;</name></domainsnapshot>',
        },
        '--redefine',
      ),
      { snapshots: ['a', 'b & <c>'] },
    ],
    [
      'the record of a checkpoint',
      { of: { checkpoints: ['a'] } },
      virsh(
        ...(['checkpoint-create', ...DOMAIN, '--xmlfile'] as const),
        { file: 'c.xml', content: '<domaincheckpoint><name>a</name></domaincheckpoint>' },
        '--redefine',
      ),
      { checkpoints: ['a'] },
    ],
    [
      'the end of a record',
      { of: { snapshots: ['a', 's'] } },
      virsh('snapshot-delete', ...DOMAIN, '--snapshotname', 's', '--metadata'),
      { snapshots: ['a'] },
    ],
    ['undefine of a running guest', {}, undefine(), { persistent: false, autostart: false }],
    ['undefine of a guest that is off', { of: off }, undefine(), { state: 'gone' }],
  ])('%s', (_what, parts, effect, change) => {
    expect(apply(host(parts), effect).state.domain).toMatchObject(change);
  });
});
