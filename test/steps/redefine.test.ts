import { expect, test } from 'vitest';
import type { Domain } from '../../src/model/host-state.ts';
import { redefineStep } from '../../src/steps/redefine.ts';
import { inWords } from '../effects.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import { bundle, kept, moment, moved } from './redefine-domains.ts';
import { testStep } from './step-tester.ts';

const onDevice = world({
  disks: [
    disk('vda', ['/dev/vg/lv'], { chain: [{ file: '/dev/vg/lv', format: 'raw', block: true }] }),
  ],
  domain: { persistent: false, kept: bundle() },
});
const asFile = world({ disks: [disk('vda', ['/dev/vg/lv'])] }).domain.definition ?? '';
const full = world({
  domain: {
    persistent: false,
    kept: bundle({
      autostart: false,
      snapshots: [moment('a'), moment('b')],
      currentSnapshot: 'b',
      checkpoints: [moment('c')],
    }),
    snapshots: ['a', 'b'],
    checkpoints: ['c'],
  },
});
const apart = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: SNAP1 })] });

const besideTransient = world({
  disks: [
    disk('vda', [SNAP2, SNAP1, BASE]),
    disk('vdb', [`${DATA}.TRANSIENT-testvm`, DATA], {
      persistentSource: DATA,
      unsupported: ['<transient>'],
    }),
  ],
});

/** The definition ends the chain at the file, but the guest has layers below it. */
const hiding = world({
  domain: {
    definition: world().domain.definition?.replace(
      `<source file='${SNAP2}'/>`,
      (source) => `${source}<backingStore/>`,
    ),
  } as Partial<Domain>,
});

test('the end of the chain is removed from a definition that hides layers', () => {
  const [phase] = redefineStep.phases({ disk: 'vda', source: SNAP2 });
  const [effect] = phase!.effects(hiding, hiding);
  expect(hiding.domain.definition).toContain('<backingStore/>');
  expect(inWords(effect!)).toMatchObject({
    argv: ['define', '--file', { content: world().domain.definition }],
  });
  const raw = world({ disks: [disk('vda', [SNAP2])] });
  const alone = {
    ...raw,
    domain: { ...raw.domain, definition: hiding.domain.definition! },
  };
  const [kept] = redefineStep.phases({ disk: 'vda', source: SNAP2 });
  expect(inWords(kept!.effects(alone, alone)[0]!)).toMatchObject({
    argv: ['define', '--file', { content: hiding.domain.definition }],
  });
});

testStep(redefineStep, {
  valid: [
    ['unchanged', {}, kept],
    ['on a copy', { disk: 'vda', source: '/new/copy.qcow2' }, moved],
    ['on a block device', { disk: 'vda', source: '/dev/vg/lv' }, onDevice],
    ['with metadata that libvirt still has', {}, full],
    ['a definition that names an older file', { disk: 'vda', source: SNAP2 }, apart],
    ['a persistent domain, unchanged', {}, world()],
    ['a definition that hides layers', { disk: 'vda', source: SNAP2 }, hiding],
    ['beside a transient disk, which the definition names another file for', {}, besideTransient],
  ],
  invalid: [
    ['a relative source', { disk: 'vda', source: 'copy' }, ['BP050 source']],
    ['a source without a disk', { source: '/a' }, ['BP052 source']],
    ['a disk without a source', { disk: 'vda' }, ['BP052 disk']],
  ],
  worlds: [
    ['no such domain', {}, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['nothing kept', {}, world({ domain: { persistent: false } }), ['BP110']],
    ['no such disk', { disk: 'vdz', source: '/a' }, kept, ['BP103 disk']],
    [
      'a file that the guest does not run on',
      { disk: 'vda', source: BASE },
      kept,
      ['BP114 source'],
    ],
    ['a stale definition', {}, apart, ['BP114']],
    [
      'a definition that has a block device as a file',
      {},
      { ...onDevice, domain: { ...onDevice.domain, kept: bundle({ definition: asFile }) } },
      ['BP114'],
    ],
    ['a stale definition, kept', {}, moved, ['BP114']],
    [
      'an unsupported disk',
      { disk: 'vda', source: SNAP2 },
      world({ disks: [disk('vda', [SNAP2], { unsupported: ['<slices>', '<shareable>'] })] }),
      ['BP126 disk', 'BP126 disk'],
    ],
  ],
  scenes: [kept, full, apart, world()],
  admitted: 11,
});
