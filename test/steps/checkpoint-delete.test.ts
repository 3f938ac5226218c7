import { expect, test } from 'vitest';
import type { Domain } from '../../src/model/host-state.ts';
import type { TrackedDisk } from '../../src/model/tracking.ts';
import { checkpointDeleteStep } from '../../src/steps/checkpoint-delete.ts';
import { world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';
import { testStep } from './step-tester.ts';

const plain = { checkpointname: 'monday' };
const record = { ...plain, metadata: true };

/** A guest with that checkpoint, in which the bitmap of vda is as given. */
const having = (next?: TrackedDisk['next'], domain: Partial<Domain> = {}) =>
  world({
    domain: {
      checkpoints: ['sunday', 'monday'],
      tracking: [
        {
          name: 'monday',
          disks: [{ target: 'vda', bitmap: 'monday', ...(next === undefined ? {} : { next }) }],
        },
      ],
      ...domain,
    },
  });
const unread = world({ domain: { checkpoints: ['monday'] } });

testStep(checkpointDeleteStep, {
  valid: [
    ['with its bitmap', plain, having(65_536)],
    ['with an inconsistent bitmap', plain, having('inconsistent')],
    ['of a paused guest', plain, having(1, { state: 'paused' })],
    ['whose bitmaps were not read', plain, unread],
    ['the record alone', record, having('missing')],
    ['the record alone, of a guest that is off', record, having(undefined, { state: 'shut off' })],
  ],
  invalid: [],
  worlds: [
    ['a guest that is off', plain, having(undefined, { state: 'shut off' }), ['BP102']],
    ['a domain that does not exist', record, having(undefined, { state: 'gone' }), ['BP101']],
    ['no such checkpoint', plain, world(), ['BP175 checkpointname']],
    ['a missing bitmap', plain, having('missing'), ['BP176 checkpointname']],
  ],
  scenes: [having(1), unread],
  admitted: 20,
});

test('its requirements, its commands and its rollback', () => {
  expect(requirementLines(checkpointDeleteStep, plain, having(1))).toMatchInlineSnapshot(`
    [
      "the guest is running [told state]",
      "the domain has the checkpoint monday [told checkpoints]",
      "the bitmaps of the checkpoint monday exist [run]",
    ]
  `);
  expect(phaseLines(checkpointDeleteStep, record, having('missing'))).toMatchInlineSnapshot(`
    [
      "delete: remove libvirt's record of the checkpoint",
      "  virsh checkpoint-delete --domain testvm --checkpointname monday --metadata  (stop tracking changes since then)",
      "  point of no return: the checkpoint monday is deleted, and cannot be created for that instant again",
      "  rollback: nothing to undo while the checkpoint exists",
      "    no rollback: the checkpoint monday is deleted, and cannot be created for that instant again",
    ]
  `);
});

test('nothing can be undone once it is deleted', () => {
  const { phase, before, after } = phaseDone(checkpointDeleteStep, plain, having(1), 'delete');
  expect(rollbackLines(phase, before, before)).toEqual([]);
  expect(rollbackLines(phase, before, after)).toEqual([
    'no rollback: the checkpoint monday is deleted, and cannot be created for that instant again',
  ]);
});

test('findings', () => {
  expect([
    ...refusalLines(checkpointDeleteStep, { checkpointname: 'mondy' }, having(1)),
    ...refusalLines(checkpointDeleteStep, plain, world()),
    ...refusalLines(checkpointDeleteStep, plain, having('missing')),
  ]).toMatchInlineSnapshot(`
    [
      "BP175 checkpointname: "testvm" has no checkpoint mondy; it has: sunday, monday -> did you mean "monday"?",
      "BP175 checkpointname: "testvm" has no checkpoint monday; it has: none -> see: virsh checkpoint-list testvm",
      "BP176 checkpointname: the checkpoint monday has no bitmap on vda, and libvirt refuses to delete it -> write "metadata: true": it removes the record, and leaves the bitmaps of other disks",
    ]
  `);
});
