/** Definitions and chains that are broken. */
import { expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { disk } from '../../worlds.ts';
import { areDiagnosed } from './diagnosed.ts';
import {
  BUNDLE,
  checkpoint,
  GONE,
  header,
  left,
  MIB,
  OVERLAY,
  onOverlay,
  patient,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

areDiagnosed({
  'a transient domain of an unfinished run': [
    'BP241 BP230',
    { scene: { domain: { persistent: false } }, patient: { runs: [left({ bundle: BUNDLE })] } },
    'rescue 20261123-110000-abc123',
  ],
  'a transient domain without a saved definition': [
    'BP231',
    { scene: { domain: { persistent: false } } },
    'virsh define --file testvm.xml',
  ],
  'a domain whose definition only a journal has': [
    'BP241 BP232',
    { scene: { domain: GONE, disks: [] }, patient: { runs: [left({ bundle: BUNDLE })] } },
    'rescue 20261123-110000-abc123',
  ],
  'a definition that names another file': [
    'BP233',
    { scene: { disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/images/old' })] } },
    `redefine: { disk: vda, source: ${TOP} }`,
  ],
  'a definition that hides layers': [
    'BP234',
    {
      definition: (xml) =>
        xml.replace(`<source file='${TOP}'/>`, (source) => `${source}<backingStore/>`),
      seen: { headers: { [TOP]: { layers: [header(TOP), header(TEMPLATE)] } } },
    },
    `source: ${TOP}`,
  ],
  'a definition that hides layers of a guest that is off': [
    'BP234',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      definition: (xml) =>
        xml.replace(`<source file='${TOP}'/>`, (source) => `${source}<backingStore/>`),
      seen: { headers: { [TOP]: { layers: [header(TOP), header(TEMPLATE)] } } },
    },
    'virsh edit --domain testvm',
  ],
  'an overlay above the file that the definition names': [
    'BP233 BP235',
    { scene: { disks: onOverlay(TOP) } },
    `base: ${TOP}`,
  ],
  'an overlay that may belong to a snapshot whose record libvirt does not show': [
    'BP196',
    {
      scene: { disks: onOverlay(OVERLAY) },
      seen: { unread: [{ part: 'snapshots', what: 'the record of snapshot "s1"', why: 'no' }] },
    },
    'virsh dumpxml --domain testvm',
  ],
  'an overlay that may belong to a snapshot whose record libvirt does not show, above the defined file':
    [
      'BP233 BP196',
      {
        scene: { disks: onOverlay(TOP) },
        seen: { unread: [{ part: 'snapshots', what: 'the record of snapshot "s1"', why: 'no' }] },
      },
      `redefine: { disk: vda, source: ${OVERLAY} }`,
    ],
  'overlays of snapshots above the file that the definition names': [
    'BP233',
    {
      scene: { disks: onOverlay(TOP) },
      seen: snapshot({ overlay: OVERLAY }),
    },
    `redefine: { disk: vda, source: ${OVERLAY} }`,
  ],
  'an overlay above the file that holds the data of a snapshot': [
    'BP233 BP237',
    {
      scene: { disks: onOverlay(TOP), files: { '/images/web1.s1': { size: MIB } } },
      seen: snapshot({ overlay: '/images/web1.s1', base: TOP }),
    },
    `redefine: { disk: vda, source: ${OVERLAY} }`,
  ],
  'an overlay with any name above the file that the definition names': [
    'BP233 BP235',
    { scene: { disks: [disk('vda', ['/fast/ov', TOP], { persistentSource: TOP })] } },
    `base: ${TOP}`,
  ],
  'a definition that hides layers of a file that the guest has left': [
    'BP233 BP234',
    {
      scene: { disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/images/old' })] },
      definition: (xml) =>
        xml.replace(`<source file='/images/old'/>`, (source) => `${source}<backingStore/>`),
      seen: {
        headers: {
          [TOP]: { layers: [header(TOP), header(TEMPLATE)] },
          '/images/old': { layers: [header('/images/old'), header(TEMPLATE)] },
        },
      },
    },
    'virsh edit --domain testvm',
  ],
  'an overlay with the name of a backup overlay': [
    'BP235',
    { scene: { disks: onOverlay(OVERLAY) } },
    `qemu-img info --force-share --backing-chain ${OVERLAY}`,
  ],
  'overlays above overlays': [
    'BP235',
    { scene: { disks: [disk('vda', ['/images/web1.b', '/images/web1.a', TOP, TEMPLATE])] } },
    'qemu-img info --force-share --backing-chain /images/web1.b',
  ],
  'an overlay that no domain uses': [
    'BP236',
    { seen: { beside: [{ file: OVERLAY, backing: TOP }] } },
    `qemu-img info --force-share --backing-chain ${OVERLAY}`,
  ],
  'a file of the chain that was removed': [
    'BP244',
    { scene: { files: { [TEMPLATE]: null } } },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
  'a file of the chain that cannot be read': [
    'BP244',
    {
      seen: { headers: { [TOP]: { layers: [header(TOP)], unread: { file: TOP, why: 'torn' } } } },
    },
    `qemu-img info --force-share ${TOP}`,
  ],
  'a missing file below which the headers name no layers': [
    'BP244',
    {
      scene: {
        disks: [disk('vda', [TOP, '/images/mid', TEMPLATE])],
        files: { '/images/mid': null },
      },
      seen: { headers: { [TOP]: { layers: [header(TOP), header('/images/mid')] } } },
    },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
  'a missing file of a disk whose definition names another': [
    'BP233 BP244',
    {
      scene: {
        disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/images/old' })],
        files: { [TEMPLATE]: null },
      },
    },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
  'a header that names fewer layers than QEMU has': [
    'BP245',
    { seen: { headers: { [TOP]: { layers: [header(TOP)] } } } },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
  'an unreadable image of a guest that is off, with a checkpoint': [
    'BP244',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: {
        ...checkpoint(),
        headers: { [TOP]: { layers: [header(TOP)], unread: { file: TOP, why: 'torn' } } },
      },
    },
    TOP,
  ],
  'a header that names another file than QEMU has': [
    'BP245',
    { seen: { headers: { [TOP]: { layers: [header(TOP), header('/images/other')] } } } },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
  'a header that names more layers than QEMU has': [
    'BP245',
    {
      scene: { disks: [disk('vda', [TOP])] },
      seen: { headers: { [TOP]: { layers: [header(TOP), header(TEMPLATE)] } } },
    },
    'dest: /images/testvm-vda-whole.qcow2',
  ],
});

test('a disk that blockplan does not support gets no plan, and the report has the reason', () => {
  const [found] = diagnose(
    patient({
      scene: {
        disks: [
          disk('vda', [TOP, TEMPLATE], {
            persistentSource: '/images/old',
            unsupported: ['<slices>'],
          }),
        ],
      },
    }),
  ).findings;
  expect(found?.code).toBe('BP233');
  expect(found?.plan).toBeUndefined();
  expect(found?.obstacle).toContain('vda has <slices>');
});
