import { expect, test } from 'vitest';
import { blockpullStep } from '../../src/steps/blockpull.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import {
  amountsOf,
  phaseDone,
  phaseLines,
  refusalLines,
  requirementLines,
  rollbackLines,
} from './shown.ts';
import { testStep } from './step-tester.ts';

const MiB = 1024 ** 2;

const flat = { disk: 'vda' };
const down = { disk: 'vda', base: BASE };

testStep(blockpullStep, {
  valid: [
    ['the whole chain', flat, world()],
    ['down to a base', down, world()],
    ['down to a base, by position', { disk: 'vda', base: 'vda[3]' }, world()],
    ['of a transient domain', flat, world({ domain: { persistent: false } })],
    ['of a paused guest', down, world({ domain: { state: 'paused' } })],
    ['every option', { ...down, bandwidth: 7, bytes: true, timeout: 60 }, world()],
    ['from layers that others share', flat, world({ others: [neighbour('other', [BASE], [])] })],
  ],
  invalid: [
    ['bytes without bandwidth', { ...flat, bytes: true }, ['BP052 bytes']],
    ['keep-relative without a base', { ...flat, 'keep-relative': true }, ['BP052 keep-relative']],
    ['a base that is not a path', { disk: 'vda', base: 'base.qcow2' }, ['BP050 base']],
  ],
  worlds: [
    ['a guest that is off', flat, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['no such disk', { disk: 'vdz' }, world(), ['BP103 disk']],
    ['nothing below', { disk: 'vdb' }, world(), ['BP113 disk']],
    ['a base directly below', { disk: 'vda', base: SNAP1 }, world(), ['BP113 base']],
    ['the active layer as base', { disk: 'vda', base: SNAP2 }, world(), ['BP113 base']],
    ['a base of another disk', { disk: 'vda', base: DATA }, world(), ['BP113 base']],
    [
      'an active layer that another domain uses',
      flat,
      world({ others: [neighbour('other', [SNAP2], [])] }),
      ['BP109 disk'],
    ],
    [
      'an active layer beside an unreadable image of another guest',
      flat,
      world({ others: [neighbour('other', [], [], ['/x'])] }),
      ['BP124 disk'],
    ],
    [
      'an active layer that is in the chain of another disk of the guest',
      flat,
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', ['/o', SNAP2])] }),
      ['BP109 disk'],
    ],
    [
      'a definition that names a layer which leaves the chain',
      flat,
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: SNAP1 })] }),
      ['BP119 disk'],
    ],
    [
      'keep-relative with absolute names',
      { ...down, 'keep-relative': true },
      world(),
      ['BP180 keep-relative', 'BP180 keep-relative'],
    ],
    [
      'a job that runs',
      flat,
      world({
        disks: [disk('vda', [SNAP2, SNAP1], { job: { type: 'pull', ready: false } })],
      }),
      ['BP105 disk'],
    ],
  ],
  scenes: [world(), world({ domain: { state: 'paused' } })],
  admitted: 60,
});

test('its requirements, and the growth of the active layer', () => {
  const keeping = { ...down, 'keep-relative': true };
  const named = world({ others: [neighbour('other', [BASE], [])] });
  expect(requirementLines(blockpullStep, keeping, named)).toMatchInlineSnapshot(`
    [
      "the guest is running, and vda is a disk on local files or block devices [told state]",
      "vda has no block job [domain]",
      "no other guest writes to a layer of vda [others]",
      "the layers are in the chain of vda [domain]",
      "/export/vmimages/testvm.snap2 exists [file /export/vmimages/testvm.snap2]",
      "no other domain uses /export/vmimages/testvm.snap2 [others]",
      "no other disk of the guest uses /export/vmimages/testvm.snap2 [domain]",
      "/export/vmimages/testvm.snap2 has room for the pulled data [run]",
      "the definition, if any, still leads to the latest data of the guest after the pull (vda) [domain]",
      "the layers of vda name their backing files relatively, from /export/vmimages/testvm.snap2 down [domain]",
    ]
  `);
  expect(requirementLines(blockpullStep, flat, named)).toHaveLength(9);
  const grows = (params: typeof flat) => amountsOf(blockpullStep, params, named);
  expect([...grows(flat), ...grows(down)]).toEqual([
    { file: SNAP2, copied: 80 * MiB, room: 80 * MiB },
    { file: SNAP2, copied: 40 * MiB, room: 40 * MiB },
  ]);
});

test('a finding names the layers', () => {
  const lines = (params: typeof flat | typeof down, on = world()) =>
    refusalLines(blockpullStep, params, on);
  expect([
    ...lines({ disk: 'vdb' }),
    ...lines({ disk: 'vda', base: SNAP1 }),
    ...lines({ disk: 'vda', base: 'vda[9]' }),
    ...lines(flat, world({ others: [neighbour('other', [SNAP2], [])] })),
  ]).toMatchInlineSnapshot(`
    [
      "BP113 disk: /export/vmimages/testvm-data.img has no layer below it to pull",
      "BP113 base: no layer is between the active layer and /export/vmimages/testvm.snap1 in the chain of vda: /export/vmimages/testvm.snap2 -> /export/vmimages/testvm.snap1 -> /export/vmimages/base.qcow2",
      "BP113 base: vda[9] is not in the chain of vda: /export/vmimages/testvm.snap2 -> /export/vmimages/testvm.snap1 -> /export/vmimages/base.qcow2",
      "BP109 disk: /export/vmimages/testvm.snap2 is in the backing chain of "other": a change to it would corrupt that guest -> take the active layer out of the other chain first: a pull writes into it",
    ]
  `);
});

test('its commands and its rollback', () => {
  expect(
    phaseLines(blockpullStep, { ...down, bandwidth: 7, timeout: 60 }, world()),
  ).toMatchInlineSnapshot(`
    [
      "pull: copy the data of the layers below into the active layer of vda while the guest runs; their files stay",
      "  virsh blockpull --domain testvm --path vda --bandwidth 7 --base /export/vmimages/base.qcow2  (start the pull of vda)",
      "  # wait for libvirt's event: vda ended  (until the active layer holds all the data; timeoutMs 60000)",
      "  point of no return: a merged layer cannot be restored below a running guest",
      "  rollback: cancel the pull while it runs; the data copied so far is harmless",
      "    no rollback: the layers of vda are merged; a merged layer cannot be restored below a running guest",
    ]
  `);
});

test('a layer that left the chain is not restored, and a running pull is cancelled', () => {
  const { phase, before, after } = phaseDone(blockpullStep, down, world(), 'pull');
  expect(rollbackLines(phase, before, after)).toEqual([
    'no rollback: the layers of vda are merged; a merged layer cannot be restored below a running guest',
  ]);
  const running = world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE], { job: { type: 'pull', ready: false } })],
  });
  expect(rollbackLines(phase, before, running)).toHaveLength(1);
  const copying = world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE], { job: { type: 'copy', ready: false } })],
  });
  expect(rollbackLines(phase, before, copying)).toEqual([]);
});
