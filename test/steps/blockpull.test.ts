import { expect, test } from 'vitest';
import { blockpullStep } from '../../src/steps/blockpull.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';
import { testStep } from './step-tester.ts';

const MiB = 1024 ** 2;

const flat = { disk: 'vda' };
const down = { disk: 'vda', base: BASE };

testStep(blockpullStep, {
  valid: [
    ['the whole chain', flat, world()],
    ['down to a base', down, world()],
    ['down to a base, by place', { disk: 'vda', base: 'vda[3]' }, world()],
    ['of a transient domain', flat, world({ domain: { persistent: false } })],
    ['of a paused guest', down, world({ domain: { state: 'paused' } })],
    ['every option', { ...down, bandwidth: 7, bytes: true, timeout: 60 }, world()],
    ['from layers that others share', flat, world({ others: [neighbour('other', [BASE], [])] })],
  ],
  invalid: [
    ['bytes of no bandwidth', { ...flat, bytes: true }, ['BP052 bytes']],
    ['a name to keep without a base', { ...flat, 'keep-relative': true }, ['BP052 keep-relative']],
    ['a base that is no path', { disk: 'vda', base: 'base.qcow2' }, ['BP050 base']],
  ],
  worlds: [
    ['a guest that is off', flat, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['no such disk', { disk: 'vdz' }, world(), ['BP103 disk']],
    ['nothing below', { disk: 'vdb' }, world(), ['BP113 disk']],
    ['a base directly below', { disk: 'vda', base: SNAP1 }, world(), ['BP113 base']],
    ['the active layer as base', { disk: 'vda', base: SNAP2 }, world(), ['BP113 base']],
    ['a base of another disk', { disk: 'vda', base: DATA }, world(), ['BP113 base']],
    [
      'an active layer that another domain rests on',
      flat,
      world({ others: [neighbour('other', [SNAP2], [])] }),
      ['BP109 disk'],
    ],
    [
      'an active layer of another guest, which nobody can read',
      flat,
      world({ others: [neighbour('other', [], [], ['/x'])] }),
      ['BP124 disk'],
    ],
    [
      'an active layer that another disk of the guest has below',
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
      'a name to keep relative that is a path',
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

test('what it requires, and by how much the active layer grows', () => {
  const keeping = { ...down, 'keep-relative': true };
  const named = world({ others: [neighbour('other', [BASE], [])] });
  expect(requirementLines(blockpullStep, keeping, named)).toMatchInlineSnapshot(`
    [
      "the guest runs, and vda is a disk on local files or block devices [told state]",
      "vda has no block job [domain]",
      "no other guest writes to a layer of vda [others]",
      "the layers are in the chain of vda [domain]",
      "there is /export/vmimages/testvm.snap2 [file /export/vmimages/testvm.snap2]",
      "no other domain uses /export/vmimages/testvm.snap2 [others]",
      "no other disk of the guest uses /export/vmimages/testvm.snap2 [domain]",
      "/export/vmimages/testvm.snap2 has room to grow by what is pulled [run]",
      "after the pull the definition, where there is one, still leads to what the guest wrote (vda) [domain]",
      "the layers of vda name the next ones relatively, from /export/vmimages/testvm.snap2 on [domain]",
    ]
  `);
  expect(requirementLines(blockpullStep, flat, named)).toHaveLength(9);
  const grows = (params: typeof flat) => blockpullStep.products(params, named);
  expect([...grows(flat), ...grows(down)]).toEqual([
    { file: SNAP2, copied: 80 * MiB, room: 80 * MiB },
    { file: SNAP2, copied: 40 * MiB, room: 40 * MiB },
  ]);
});

test('what is refused is told with its layers', () => {
  const lines = (params: typeof flat | typeof down, on = world()) =>
    refusalLines(blockpullStep, params, on);
  expect([
    ...lines({ disk: 'vdb' }),
    ...lines({ disk: 'vda', base: SNAP1 }),
    ...lines({ disk: 'vda', base: 'vda[9]' }),
    ...lines(flat, world({ others: [neighbour('other', [SNAP2], [])] })),
  ]).toMatchInlineSnapshot(`
    [
      "BP113 disk: there is no layer below /export/vmimages/testvm-data.img to pull",
      "BP113 base: there is no layer to pull above /export/vmimages/testvm.snap1 in the chain of vda: /export/vmimages/testvm.snap2 -> /export/vmimages/testvm.snap1 -> /export/vmimages/base.qcow2",
      "BP113 base: vda[9] is not in the chain of vda: /export/vmimages/testvm.snap2 -> /export/vmimages/testvm.snap1 -> /export/vmimages/base.qcow2",
      "BP109 disk: /export/vmimages/testvm.snap2 is in the disk chain of "other": a change to it would corrupt that guest -> a pull writes into the active layer: take it out of the other chain first",
    ]
  `);
});

test('what it does', () => {
  expect(
    phaseLines(blockpullStep, { ...down, bandwidth: 7, timeout: 60 }, world()),
  ).toMatchInlineSnapshot(`
    [
      "pull: copy what the layers below hold into the active layer of vda while the guest runs; their files stay",
      "  virsh blockpull --domain testvm --path vda --bandwidth 7 --base /export/vmimages/base.qcow2  (start the pull of vda)",
      "  # wait for libvirt's event: vda ended  (until the active layer holds all of it; timeoutMs 60000)",
      "  point of no return: a merged layer cannot be put back below a running guest",
      "  rollback: cancel the pull as long as it runs; what was copied so far does no harm",
      "    no rollback: the layers of vda are merged; a merged layer cannot be put back below a running guest",
    ]
  `);
});

test('a layer that left the chain is not put back, and a pull that runs is cancelled', () => {
  const { phase, before, after } = phaseDone(blockpullStep, down, world(), 'pull');
  expect(rollbackLines(phase, before, after)).toEqual([
    'no rollback: the layers of vda are merged; a merged layer cannot be put back below a running guest',
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
