/** A copy that a plan leaves above a layer needs that layer: a later commit into it is refused before the run. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { apply } from '../../../src/simulate/host.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { SNAP1, SNAP2 } from '../../worlds.ts';

const snapshot = (name: string) =>
  `{ id: ${name}, snapshot-create-as: { name: ${name}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /i/${name} }] } }`;
const copy = (more: string) => `{ id: copy, blockcopy: { disk: vda, dest: /new/c, ${more} } }`;
const commit = (id: string) =>
  `{ id: ${id}, blockcommit: { disk: vda, shallow: true, active: true, pivot: true } }`;

/** The findings about overlays, and the layers above which the plan searches for them. */
function about(...steps: string[]) {
  const { findings, searched } = walk(planned(steps).graph, hostForPlans());
  return {
    found: findings.flatMap(({ code, message }) => (code === 'BP179' ? [message] : [])),
    searched,
  };
}

test('a shallow copy that ends without a pivot', () => {
  expect(about(snapshot('s'), copy('shallow: true, finish: true'), commit('m'))).toEqual({
    found: [
      `/new/c is a copy of this plan above ${SNAP2}, and a change to that file would make it invalid`,
    ],
    searched: ['/i/s', SNAP2],
  });
});

test.each([
  ['a whole copy', [snapshot('s'), copy('finish: true'), commit('m')]],
  [
    'one that the guest is moved to',
    [snapshot('s'), copy('shallow: true, pivot: true'), commit('m')],
  ],
  [
    'one that is made afterwards',
    [snapshot('s'), commit('m'), copy('shallow: true, finish: true')],
  ],
  ['overlays that were committed', [snapshot('s'), commit('m'), snapshot('t'), commit('n')]],
])('but not %s', (_what, steps) => {
  expect(about(...steps).found).toEqual([]);
});

test('a copy that is cancelled and removed is none', () => {
  const of = { domain: 'testvm', path: 'vda' };
  const virsh = (verb: string, args: object) => ({ tool: 'virsh', verb, args, why: '' }) as Effect;
  const begun = [
    virsh('blockcopy', { ...of, dest: '/new/c', shallow: true, 'transient-job': true }),
    virsh('blockjob', { ...of, abort: true }),
  ].reduce(apply, simulatedHostOf({ ...hostForPlans(), others: [] }));
  expect(begun.state.overlays).toEqual([{ file: '/new/c', backing: SNAP1 }]);
  const removed = apply(begun, { tool: 'remove-file', file: '/new/c', why: '' });
  expect(removed.state).not.toHaveProperty('overlays');
});
