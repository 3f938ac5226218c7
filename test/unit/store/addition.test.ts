/** The number of the next backup in a store is known, or nothing is added. */
import { expect, test } from 'vitest';
import { additionTo } from '../../../src/store/addition.ts';
import { stored, storeOf } from '../../stored.ts';

const { uuid = '' } = stored('x').point ?? {};
const added = (store: Parameters<typeof additionTo>[0]) =>
  additionTo(store, { name: 'testvm', uuid }, '/backup');
const codesOf = (addition: ReturnType<typeof additionTo>) =>
  'obstacles' in addition ? addition.obstacles.map(({ code }) => code) : [];

test('it is one more than that of any backup or draft', () => {
  expect(added(storeOf([]))).toEqual({ sequence: 1 });
  const { point } = stored('draft');
  const draft = stored('draft', [], { point: { ...point!, sequence: 7 } });
  expect(added(storeOf([stored('a'), stored('b')]))).toEqual({ sequence: 3 });
  expect(added(storeOf([stored('a')], { drafts: [draft] }))).toEqual({ sequence: 8 });
});

test('every obstacle is reported', () => {
  const nameless = { name: 'c', size: 1, disks: [], findings: [] };
  const other = stored('d', [], { point: { ...stored('d').point!, uuid: 'other' } });
  const mark = { drop: [{ name: 'a', into: 'b' }] };
  const all = storeOf([nameless, other], { drafts: [nameless], mark });
  expect(codesOf(added(all))).toEqual(['BP168', 'BP183', 'BP183', 'BP165']);
});

test('a prune that only removes is no obstacle', () => {
  const a = { ...stored('a'), dropped: { name: 'a' } };
  expect(added(storeOf([a, stored('b')], { mark: { drop: [{ name: 'a' }] } }))).toEqual({
    sequence: 3,
  });
});

test('the draft of a newer version, or of a run that others may finish, is not simply removed', () => {
  const hint = 'use that version, or a newer one';
  const newer = { code: 'BP184', severity: 'error', message: 'newer', hint } as const;
  const hintOf = (...findings: readonly (typeof newer)[]) => {
    const draft = { name: 'c', size: 1, disks: [], findings };
    const addition = added(storeOf([], { drafts: [draft] }));
    return 'obstacles' in addition && addition.obstacles[0].hint;
  };
  expect(hintOf(newer)).toBe(hint);
  expect(hintOf()).toMatch(/^roll back the run .* another user's .* only if there is none, remove/);
});
