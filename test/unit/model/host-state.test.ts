import { describe, expect, test } from 'vitest';
import { withoutJob } from '../../../src/model/defined-disks.ts';
import { usersOf } from '../../../src/model/file-identity.ts';
import {
  activeFile,
  diskOf,
  isUp,
  withDisk,
  withDomain,
  withFile,
} from '../../../src/model/host-state.ts';
import { BASE, disk, frozen, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';

const job = { type: 'copy', ready: true, mirror: '/new' } as const;

describe('a host state', () => {
  test('knows who uses a file in a chain, a mirror or a definition, of its own domain and of others', () => {
    const seen = world({
      disks: [disk('vda', [SNAP2, SNAP1, BASE], { job, persistentSource: '/defined' })],
      others: [neighbour('a', [BASE, '/x'], []), neighbour('b', [BASE], [])],
    });
    expect(usersOf(seen, BASE)).toEqual(['testvm', 'a', 'b']);
    expect(usersOf(seen, '/x')).toEqual(['a']);
    expect(usersOf(seen, '/new')).toEqual(['testvm']);
    expect(usersOf(seen, '/defined')).toEqual(['testvm']);
    // A path that only has the same beginning is another file.
    expect(usersOf(seen, `${BASE}2`)).toEqual([]);
  });

  test('knows its disks', () => {
    const seen = world({ disks: [disk('vda', [SNAP2]), disk('sda', [])] });
    expect(activeFile(seen, 'vda')).toBe(SNAP2);
    expect(activeFile(seen, 'sda')).toBeUndefined();
    expect(activeFile(seen, 'vdz')).toBeUndefined();
    expect(diskOf(seen, 'vd')).toBeUndefined();
  });

  test('is immutable: a change makes a new one', () => {
    const before = frozen(world());
    const after = withFile(
      withDisk(withDomain(before, { autostart: false }), 'vda', (each) => ({ ...each, job })),
      '/new',
      { size: 1 },
    );
    expect([after.domain.autostart, diskOf(after, 'vda')?.job, after.files['/new']]).toEqual([
      false,
      job,
      { size: 1 },
    ]);
    expect(diskOf(after, 'vdb')).toBe(diskOf(before, 'vdb'));
    expect(withDisk(before, 'vdz', (each) => ({ ...each, job }))).toEqual(before);
    expect(withoutJob(disk('vda', [SNAP2], { job }))).toEqual(disk('vda', [SNAP2]));
  });

  test.each([
    ['running', true],
    ['paused', true],
    ['in shutdown', false],
    ['shut off', false],
    ['crashed', false],
    ['pmsuspended', false],
    ['gone', false],
  ] as const)('a guest that is %s is up: %s', (state, up) => {
    expect(isUp(world({ domain: { state } }))).toBe(up);
  });
});
