/** The records that a run leads to, and those of them that libvirt has no longer. */
import { expect, test } from 'vitest';
import type { Begun } from '../../../src/run/course.ts';
import { lostRecords } from '../../../src/run/due-records.ts';
import { imagined } from '../../../src/run/seen.ts';
import { planned } from '../../plans.ts';
import { looked, world } from '../../worlds.ts';

const OVERLAY = '/new/overlay.qcow2';
const SNAPSHOT = `snapshot-create-as: { name: made, disk-only: true, diskspec: [{ disk: vda, file: ${OVERLAY} }] }`;
const BACK = `redefine: { disk: vda, source: ${OVERLAY} }`;
const moment = (name: string) => ({
  name,
  xml: `<domainsnapshot><name>${name}</name></domainsnapshot>`,
});
const before = world({ domain: { snapshots: ['old'], checkpoints: ['monday'] } });

/** A run of these steps that came to its end, and the records that libvirt has then. */
function lostOf(
  steps: readonly string[],
  snapshots: readonly string[],
  checkpoints: readonly string[] = ['monday'],
  from = before,
) {
  const { graph } = planned(steps);
  let start = from;
  let last = from;
  const begun = graph.nodes.map((node): Begun => {
    if (node.first) start = looked(last, node.planned.step.files(node.planned.params, last));
    const worlds = imagined(node, start);
    last = worlds.at(-1)!;
    return { before: worlds[0]!, start };
  });
  const now = { ...last, domain: { ...last.domain, snapshots, checkpoints } };
  return lostRecords({ graph, begun }, now);
}

const UNDEFINE = 'undefine: { snapshots-metadata: true, checkpoints-metadata: true }';

test.each([
  ['one that the plan makes', [SNAPSHOT], ['old'], ['made']],
  ['one that is made while the domain is transient', [UNDEFINE, SNAPSHOT, BACK], [], ['made']],
  ['none', [SNAPSHOT], ['old', 'made'], []],
  ['none where somebody has made one meanwhile', [SNAPSHOT], ['theirs', 'old', 'made'], []],
  ['none where somebody has deleted one from before', [SNAPSHOT], ['made'], []],
])('the report misses %s', (_what, steps, there, missed) => {
  expect(lostOf(steps, there)).toEqual(
    missed.map((name) => `libvirt has no record of the snapshot ${name} any more`),
  );
});

test('what redefine brought back is missed, snapshots and checkpoints', () => {
  const kept = { definition: before.domain.definition!, autostart: true };
  const forgotten = world({
    domain: {
      persistent: false,
      kept: { ...kept, snapshots: [moment('old')], checkpoints: [moment('monday')] },
    },
  });
  expect(lostOf(['redefine: {}'], [], [], forgotten)).toEqual([
    'libvirt has no record of the snapshot old any more',
    'libvirt has no record of the checkpoint monday any more',
  ]);
});

test('nothing is missed of a phase that was never begun, or whose step cannot begin where it did', () => {
  const { graph } = planned(['redefine: {}']);
  const nothingKept = world({ domain: { persistent: false } });
  const begun = [{ before: nothingKept, start: nothingKept }];
  expect(lostRecords({ graph, begun: [] }, before)).toEqual([]);
  expect(lostRecords({ graph, begun }, before)).toEqual([]);
});
