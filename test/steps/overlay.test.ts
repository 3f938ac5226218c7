/** Overlays: their default paths, and how they are passed to virsh. */
import { expect, test } from 'vitest';
import { defaultOverlayFile, externalSpec, SNAPSHOT_TIMEOUT_MS } from '../../src/steps/overlay.ts';
import { BASE } from '../worlds.ts';

test.each([
  ['/i/disk.qcow2', '/i/disk.s'],
  ['/i/disk.2024.qcow2', '/i/disk.2024.s'],
  ['/i/disk', '/i/disk.s'],
  ['/i.d/disk', '/i.d/disk.s'],
  ['/i.d/disk.img', '/i.d/disk.s'],
  ['/i/disk.', '/i/disk.s'],
])('the default overlay of %s is %s', (active, file) => {
  expect(defaultOverlayFile(active, 's')).toBe(file);
});

test('the diskspec of an overlay', () => {
  const overlay = { target: 'vd,a', file: '/new/a,b', format: 'qcow2', base: BASE };
  expect(externalSpec(overlay)).toEqual({
    ...{ disk: 'vd,a', snapshot: 'external', driver: 'qcow2', file: '/new/a,b' },
  });
});

test('a snapshot has a timeout of three minutes', () => {
  expect(SNAPSHOT_TIMEOUT_MS).toBe(180_000);
});
