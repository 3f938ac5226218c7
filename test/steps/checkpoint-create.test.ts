import { describe, expect, test } from 'vitest';
import { simulatedHostOf, withHostState } from '../../src/host/simulated-host.ts';
import { type HostState, withDomain } from '../../src/model/host-state.ts';
import { apply } from '../../src/simulate/host.ts';
import { guestDies, guestStarts } from '../../src/simulate/host-faults.ts';
import { observedState } from '../../src/simulate/observed-host.ts';
import { checkpointCreateStep } from '../../src/steps/checkpoint-create.ts';
import { contentsIn, virshEffect } from '../effects.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';
import { testStep } from './step-tester.ts';

const all = { name: 'monday' };
const one = { ...all, disks: ['vda'] };
const two = world({ disks: [disk('vda', [SNAP2, SNAP1]), disk('vdb', [BASE])], others: [] });
const copying = disk('vda', [SNAP2], { job: { type: 'copy', ready: false, mirror: '/new' } });

testStep(checkpointCreateStep, {
  valid: [
    ['every qcow2 disk', all, world()],
    ['two disks', all, two],
    ['with a description', { ...one, description: 'a <b>' }, world()],
    ['of a paused guest', one, world({ domain: { state: 'paused' } })],
    ['of a transient domain', one, world({ domain: { persistent: false } })],
    ['beside another checkpoint', one, world({ domain: { checkpoints: ['sunday'] } })],
  ],
  invalid: [['a disk twice', { ...all, disks: ['vda', 'vda'] }, ['BP051 disks.1']]],
  worlds: [
    ['a guest that is off', all, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['no such disk', { ...all, disks: ['vdz'] }, world(), ['BP103 disks.0']],
    ['a raw disk', { ...all, disks: ['vdb'] }, world(), ['BP104 disks.0']],
    ['only raw disks', all, world({ disks: [disk('vdb', ['/x.img'])] }), ['BP104']],
    [
      'a checkpoint of that name',
      one,
      world({ domain: { checkpoints: ['monday'] } }),
      ['BP174 name'],
    ],
    ['a job that runs', one, world({ disks: [copying] }), ['BP105 disks.0']],
    [
      'a disk that another guest writes to',
      one,
      world({ others: [neighbour('other', [SNAP2], [SNAP2])] }),
      ['BP155 disks.0'],
    ],
  ],
  scenes: [world(), two, world({ domain: { state: 'paused' } })],
  admitted: 50,
});

test('its requirements, its commands and its rollback', () => {
  expect(requirementLines(checkpointCreateStep, all, world())).toMatchInlineSnapshot(`
    [
      "the guest is running, and vda is a disk on local files or block devices [told state]",
      "vda has no block job [domain]",
      "no other guest writes to a layer of vda [others]",
      "vda is a qcow2 image [domain]",
      "the domain has no checkpoint monday [told checkpoints]",
    ]
  `);
  expect(phaseLines(checkpointCreateStep, all, world())).toMatchInlineSnapshot(`
    [
      "create: track what is written to the disks from now on",
      "  virsh checkpoint-create --domain testvm --xmlfile RUN/checkpoint.xml  (track the changes of vda from now on)",
      "  rollback: delete the checkpoint with its bitmaps",
      "    virsh checkpoint-delete --domain testvm --checkpointname monday  (delete the checkpoint with its bitmaps)",
    ]
  `);
});

test('the XML names the disks, so that libvirt does not include a raw one', () => {
  const [phase] = checkpointCreateStep.phases({ ...all, description: 'a <b>' });
  const [effect] = phase!.effects(two, two);
  expect(contentsIn(effect!)).toEqual([
    [
      '<domaincheckpoint>',
      '  <name>monday</name>',
      '  <description>a &lt;b&gt;</description>',
      '  <disks>',
      "    <disk name='vda' checkpoint='bitmap'/>",
      "    <disk name='vdb' checkpoint='bitmap'/>",
      '  </disks>',
      '</domaincheckpoint>',
      '',
    ].join('\n'),
  ]);
});

test('findings', () => {
  const taken = world({ domain: { checkpoints: ['monday'] } });
  expect([
    ...refusalLines(checkpointCreateStep, { ...all, disks: ['vdb'] }, world()),
    ...refusalLines(checkpointCreateStep, one, taken),
    ...refusalLines(checkpointCreateStep, all, world({ disks: [] })),
  ]).toMatchInlineSnapshot(`
    [
      "BP104 disks.0: vdb is on a raw image, which cannot store the bitmap of a checkpoint -> leave the disk out: list the others in "disks"",
      "BP174 name: "testvm" already has a checkpoint monday -> choose another name; to see all: virsh checkpoint-list testvm",
      "BP104: "testvm" has no qcow2 disk that it writes to: bitmaps are stored in qcow2 images only",
    ]
  `);
});

describe('the rollback', () => {
  const { phase, before } = phaseDone(checkpointCreateStep, all, two, 'create');
  const [effect] = phase.effects(before, before);
  const made = apply(simulatedHostOf(two), effect!);
  const seen = (host: typeof made): HostState => observedState(host, []);

  test('leaves a checkpoint alone that existed before', () => {
    const with_ = world({ domain: { checkpoints: ['monday'] } });
    expect(rollbackLines(phase, with_, with_)).toEqual([]);
  });

  test('after QEMU has died removes what it may have saved, and the record', () => {
    expect(rollbackLines(phase, seen(simulatedHostOf(two)), seen(guestDies(made)))).toEqual([
      `qemu-img bitmap --remove -f qcow2 ${SNAP2} monday  (remove the bitmap of vda, if QEMU has saved it; bytes 0)`,
      `qemu-img bitmap --remove -f qcow2 ${BASE} monday  (remove the bitmap of vdb, if QEMU has saved it; bytes 0)`,
      'virsh checkpoint-delete --domain testvm --checkpointname monday --metadata  (remove the record of the checkpoint)',
    ]);
  });

  test('in another QEMU tries the bitmaps first: they exist if the former one was stopped', () => {
    const again = guestStarts(guestDies(made));
    expect(rollbackLines(phase, seen(simulatedHostOf(two)), seen(again))).toHaveLength(2);
    const words = ['checkpoint-delete', '--domain', 'testvm', '--checkpointname', 'monday'];
    expect(() => apply(again, virshEffect(words))).toThrow('not found in backing chain');
    const record = apply(again, virshEffect([...words, '--metadata']));
    expect(record.state.domain.checkpoints).toEqual([]);
  });
});

test('a disk that moves to a raw file has no bitmap there; the former file keeps it', () => {
  const [effect] = checkpointCreateStep.phases(one)[0]!.effects(two, two);
  const vda = ['--domain', 'testvm', '--path', 'vda'];
  const ready = { tool: 'await-job', disk: 'vda', until: 'ready', why: 'w', timeoutMs: 1 } as const;
  const moved = [
    effect!,
    virshEffect(['blockcopy', ...vda, '--dest', '/new/raw', '--format', 'raw', '--transient-job']),
    ready,
    virshEffect(['blockjob', ...vda, '--pivot']),
  ].reduce(apply, simulatedHostOf(two));
  expect(moved.state.domain.tracking?.[0]?.disks[0]?.next).toBe('missing');
  const deletion = virshEffect([
    ...['checkpoint-delete', '--domain', 'testvm', '--checkpointname', 'monday'],
  ]);
  expect(() => apply(moved, deletion)).toThrow('not found in backing chain');
  const back = { ...moved, state: { ...moved.state, domain: two.domain } };
  const { checkpoints, tracking = [] } = moved.state.domain;
  const again = withHostState(back, withDomain(back.state, { checkpoints, tracking }));
  expect(apply(again, deletion).state.domain.checkpoints).toEqual([]);
});
