/** Rollbacks that remove or overwrite a former layer do it only if that file is still at its path. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import {
  type HostState,
  type ImageFile,
  withDisk,
  withFile,
} from '../../../src/model/host-state.ts';
import { blockcommitStep } from '../../../src/steps/blockcommit.ts';
import { blockcopyStep } from '../../../src/steps/blockcopy.ts';
import { disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const DEST = '/new/copy.qcow2';
const observed: ImageFile = { size: 1, identity: '5:7', born: '99' };
const former = { file: SNAP2, ino: '7', born: '99' };
const host = withFile(world({ others: [] }), SNAP2, observed);

const on = (files: readonly string[]): HostState =>
  withDisk(withFile(host, DEST, { size: 1, made: true }), 'vda', (each) => ({
    ...each,
    chain: disk('vda', files).chain,
  }));
const undoOf = (effects: readonly Effect[]) =>
  effects.filter((effect) => 'former' in effect).map(({ tool, why }) => [tool, why]);

const pivotOf = (params: object, step: typeof blockcopyStep | typeof blockcommitStep) => {
  const phase = step.phases(params as never).find(({ name }) => name === 'pivot');
  if (!phase) throw new Error('there is no pivot');
  return phase;
};

test('a mirror back writes into the former file only', () => {
  const copy = { disk: 'vda', dest: DEST, shallow: true, pivot: true };
  const back = pivotOf(copy, blockcopyStep).undo(host, on([DEST, SNAP1]), host);
  expect(back).toMatchObject([{ verb: 'blockcopy', former }, {}, {}]);
});

test('the rollback of a flat copy writes into the former file only', () => {
  const copy = { disk: 'vda', dest: DEST, pivot: true };
  const back = pivotOf(copy, blockcopyStep).undo(host, on([DEST]), host);
  expect(back.filter((effect) => 'former' in effect)).toMatchObject([{ verb: 'convert', former }]);
  expect(undoOf(back)).toHaveLength(1);
});

test('a committed overlay is removed only if it is the former one, or one that the rollback made', () => {
  const commit = { disk: 'vda', shallow: true, active: true, pivot: true };
  const undo = (file: ImageFile) =>
    pivotOf(commit, blockcommitStep).undo(host, withFile(on([SNAP1]), SNAP2, file), host);
  expect(undo(observed)[0]).toMatchObject({ tool: 'remove-file', file: SNAP2, former });
  expect(undo({ ...observed, born: '100' })[0]).toMatchObject({ former });
  const made = undo({ size: 1, made: true })[0];
  expect(made).toMatchObject({ tool: 'remove-file', made: true });
  expect(made).not.toHaveProperty('former');
});
