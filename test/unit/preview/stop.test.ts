/** What the preview of a plan with `on-failure: stop` says of where a failure leaves the guest is where the proof finds it. */
import { expect, test } from 'vitest';
import { provePlan } from '../../../src/prove/prove.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { previewText } from '../../previews.ts';
import { looked, SNAP2 } from '../../worlds.ts';

const DEST = '/new/copy.qcow2';
const STEPS = [
  '{ id: off, undefine: { snapshots-metadata: true, checkpoints-metadata: true } }',
  `{ id: copy, blockcopy: { disk: vda, dest: ${DEST}, shallow: true, pivot: true } }`,
  `{ id: "on", redefine: { disk: vda, source: ${DEST} } }`,
];

function scene(onFailure: string) {
  const { plan, graph } = planned(STEPS, onFailure);
  const state = looked(hostForPlans(), walk(graph, hostForPlans()).files);
  return { plan, graph, world: state, preview: previewPlan(plan, state) };
}

test('no rollback is promised, and each phase says where the guest can be left', () => {
  const text = previewText(scene('stop').preview, false, 200);
  expect(text).not.toContain('every phase can be rolled back');
  expect(text).toContain('a failure stops the run where it is');
  const left = scene('stop').preview.steps.flatMap(({ id, phases }) =>
    phases.map(({ name, stopsAt }) => `${id}/${name}: ${stopsAt}`),
  );
  expect(left).toMatchInlineSnapshot(`
    [
      "off/undefine: vda on /export/vmimages/testvm.snap2; "testvm" is defined again from the journal, with the files that its disks use at that time; if libvirt refuses, "testvm" stays transient, and the report prints the "virsh define" command to run",
      "copy/mirror: vda on /export/vmimages/testvm.snap2; a block job (copy) may still be running on vda; "testvm" is defined again from the journal, with the files that its disks use at that time; if libvirt refuses, "testvm" stays transient, and the report prints the "virsh define" command to run; /new/copy.qcow2 may remain",
      "copy/pivot: vda on /export/vmimages/testvm.snap2 or on /new/copy.qcow2; a block job (copy) may still be running on vda; "testvm" is defined again from the journal, with the files that its disks use at that time; if libvirt refuses, "testvm" stays transient, and the report prints the "virsh define" command to run",
      "on/define: vda on /new/copy.qcow2; "testvm" is defined again from the journal, with the files that its disks use at that time; if libvirt refuses, "testvm" stays transient, and the report prints the "virsh define" command to run",
    ]
  `);
  expect(previewText(scene('rollback').preview, false, 200)).toContain(
    'every phase can be rolled back',
  );
});

test('the guest is left nowhere else, whatever goes wrong', () => {
  const { graph, world, preview } = scene('stop');
  const { faults, violations } = provePlan(graph, world, Object.keys(world.files));
  expect(violations).toEqual([]);
  const stops = new Map(
    preview.steps.flatMap(({ id, phases }) =>
      phases.map(({ name, stopsAt }) => [`${id}:${name}`, stopsAt ?? '']),
    ),
  );
  const left = faults.filter(({ end, place }) => end === 'stranded' && stops.has(place));
  expect(new Set(left.map(({ place }) => place))).toEqual(new Set(stops.keys()));
  // Another tool can put the disk on a file of its own.
  for (const { place, said, seed } of left.filter(({ fault }) => fault !== 'snapshot-before')) {
    const disk = said.find((line) => line.startsWith('vda: /'));
    const active = disk?.replace('vda: ', '').split(', ')[0];
    if (active !== undefined) expect(stops.get(place), seed).toContain(active);
    expect([SNAP2, DEST, undefined]).toContain(active);
  }
});
