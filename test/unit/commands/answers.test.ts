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
  overlay,
  type Parts,
  pull,
  snapshot,
  undefine,
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
