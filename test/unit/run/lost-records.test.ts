/** The records that a plan makes, and those of them that libvirt no longer has. */

import { expect, test } from 'vitest';
import { LOCAL } from '../../../src/model/hosts.ts';
import { lostRecords } from '../../../src/run/lost-records.ts';
import { planned } from '../../plans.ts';
import { looked, world } from '../../worlds.ts';

const OVERLAY = '/new/overlay.qcow2';
const SNAPSHOT = `snapshot-create-as: { name: made, disk-only: true, diskspec: [{ disk: vda, file: ${OVERLAY} }] }`;
const BACK = `redefine: { disk: vda, source: ${OVERLAY} }`;
const UNDEFINE = 'undefine: { snapshots-metadata: true, checkpoints-metadata: true }';
const before = looked(world({ domain: { snapshots: ['old'], checkpoints: ['monday'] } }), [
  OVERLAY,
]);

function lostOf(steps: readonly string[], snapshots: readonly string[], initial = before) {
  const now = world({ domain: { snapshots, checkpoints: [] } });
  return lostRecords(planned(steps).graph, LOCAL, initial, now);
}

test.each([
  ['one that the plan makes', [SNAPSHOT], ['old'], ['made']],
  ['one that is made while the domain is transient', [UNDEFINE, SNAPSHOT, BACK], [], ['made']],
  ['none', [SNAPSHOT], ['old', 'made'], []],
  ['none if another user has made one in the meantime', [SNAPSHOT], ['theirs', 'old', 'made'], []],
  ['none if another user has deleted one from before', [SNAPSHOT], ['made'], []],
  ['none of a plan that makes none', [UNDEFINE, 'redefine: {}'], [], []],
])('the report lists as lost: %s', (_what, steps, there, missed) => {
  expect(lostOf(steps, there)).toEqual(
    missed.map(
      (name) =>
        `libvirt has lost its record of the snapshot ${name}; the layers and their data still exist`,
    ),
  );
});

test('nothing is lost of a step that could not begin', () => {
  const nothingKept = world({ domain: { persistent: false } });
  expect(lostOf(['redefine: {}'], [], nothingKept)).toEqual([]);
});
