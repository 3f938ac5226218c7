/** Write locks that QEMU keeps on layers below the active one. */
import { expect, test } from 'vitest';
import { jobsDie } from '../../../src/simulate/host-faults.ts';
import { SNAP1 } from '../../worlds.ts';
import { blockjob, commit, copy, hostAfter, overlay, ready } from './host-after.ts';

test('an overlay above the base of a cancelled commit ends the lock on it', () => {
  const cancelled = [commit('--shallow'), ready('vda'), blockjob('--abort')];
  const merged = [commit('--shallow'), ready('vda'), blockjob('--pivot')];
  expect(hostAfter(...cancelled, overlay('/new/a')).held).toEqual([SNAP1]);
  expect(hostAfter(...cancelled, ...merged).held).toEqual([SNAP1]);
  expect(hostAfter(...cancelled, ...merged, overlay('/new/a')).held).toEqual([]);
});

test('the base of a commit stays locked, whoever ends it before the pivot', () => {
  expect(jobsDie(hostAfter(commit('--shallow'))).held).toEqual([SNAP1]);
  expect(jobsDie(hostAfter(commit('--shallow'), ready('vda'))).held).toEqual([SNAP1]);
  expect(jobsDie(hostAfter(copy('--shallow'), ready('vda'))).held).toEqual([]);
});
