/** The job that a command starts, and what it changes in the domain. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { apply } from '../../../src/simulate/host.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';
import {
  commit,
  copy,
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

describe('makes files', () => {
  const memory = ['--memspec', 'file=/new/memory,snapshot=external'];
  const live = [...overlay(DEST), ...memory];

  test('a snapshot with the memory makes an overlay and a raw file', () => {
    const { state, headers } = apply(host(), snapshot(...live));
    expect(state.files[DEST]).toMatchObject({ format: 'qcow2' });
    expect(state.files['/new/memory']).toMatchObject({ format: 'raw', size: 1 });
    expect(headers[DEST]).toBe(SNAP2);
    expect(state.domain.disks[0]?.chain[0]).toEqual({ file: DEST, format: 'qcow2' });
    expect(apply(host(), snapshot(...overlay(DEST))).state.files).not.toHaveProperty('/new/memory');
  });

  test('a reused overlay keeps its relative name', () => {
    const before = host();
    const named = { ...before, headers: { ...before.headers, [OLD]: 'below.qcow2' } };
    const after = apply(named, snapshot('--disk-only', '--reuse-external', ...overlay(OLD)));
    expect(after.headers[OLD]).toBe('below.qcow2');
    expect(after.relative).toEqual({ ...before.relative, [SNAP2]: 'below.qcow2' });
  });

  test('a raw copy of a device needs no file, and the device is known as one', () => {
    const { state, ...rest } = host();
    const length = state.domain.disks[0]?.capacity ?? 0;
    const place = { kind: 'block device', heldBy: [], length, header: null } as const;
    const files = { ...state.files, [OLD]: { size: 0, place } };
    const before = { ...rest, state: { ...state, files } };
    const words = ['--dest', OLD, '--blockdev', '--format', 'raw'];
    const after = apply(before, copy(...words));
    expect(after.devices).toEqual([OLD]);
    expect(apply(after, virsh('blockjob', ...VDA, '--abort')).devices).toEqual([OLD]);
  });
});

describe('a preview behind an error', () => {
  const behind = (parts: Parts, effect: Effect) => unobstructed(host(parts), effect);

  test('has the snapshot of a paused guest, which stays paused', () => {
    const effect = snapshot('--disk-only', '--quiesce', ...overlay(DEST));
    const { state, snapshots } = behind({ of: { state: 'paused' } }, effect)!.state.domain;
    expect([state, snapshots]).toEqual(['paused', ['s']]);
  });

  test('has a full copy into a raw file instead of a shallow one', () => {
    const after = behind({}, copy('--dest', OLD, '--shallow', '--format', 'raw'));
    expect(after?.jobs['vda']).toEqual({
      ...{ layers: [SNAP2, SNAP1, BASE], shallow: false, reuse: false },
    });
    expect(after?.headers[OLD]).toBeUndefined();
  });

  test('keeps what an existing file of a copy rests on', () => {
    const words = ['--dest', OLD, '--shallow', '--reuse-external', '--format', 'qcow2'];
    const after = behind({}, copy(...words));
    expect(after?.jobs['vda']).toEqual({ layers: [SNAP2], shallow: true, reuse: true });
    expect(after?.state.domain.disks[0]?.job).toMatchObject({ type: 'copy', mirror: OLD });
  });
});
