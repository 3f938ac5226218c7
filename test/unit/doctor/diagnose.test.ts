/** Each kind of wreckage is told, with what would mend it. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Patient } from '../../../src/doctor/patient.ts';
import { disk } from '../../worlds.ts';
import {
  BUNDLE,
  bitmaps,
  type Change,
  checkpoint,
  codesOf,
  copying,
  GONE,
  header,
  left,
  MARKER,
  MIB,
  NOW,
  OVERLAY,
  onOverlay,
  patient,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

describe('is told', () => {
  const cases: Record<string, [string, Change, string]> = {
    'a transient domain that a run has left': [
      'BP241 BP230',
      { scene: { domain: { persistent: false } }, patient: { runs: [left({ bundle: BUNDLE })] } },
      'blockplan rescue 20261123-110000-abc123',
    ],
    'a transient domain that nobody keeps a definition of': [
      'BP231',
      { scene: { domain: { persistent: false } } },
      'virsh define --file testvm.xml',
    ],
    'a domain that only a journal knows': [
      'BP241 BP232',
      { scene: { domain: GONE, disks: [] }, patient: { runs: [left({ bundle: BUNDLE })] } },
      'blockplan rescue 20261123-110000-abc123',
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
    'an overlay with the name of a backup': [
      'BP235',
      { scene: { disks: onOverlay(OVERLAY) } },
      `base: ${TOP}`,
    ],
    'overlays above overlays': [
      'BP235',
      { scene: { disks: [disk('vda', ['/images/web1.b', '/images/web1.a', TOP, TEMPLATE])] } },
      `base: ${TOP}`,
    ],
    'an overlay that nobody uses': [
      'BP236',
      { seen: { beside: [{ file: OVERLAY, backing: TOP }] } },
      `qemu-img info --force-share --backing-chain ${OVERLAY}`,
    ],
    'a snapshot whose overlay is gone': [
      'BP237',
      { scene: { files: { [OVERLAY]: null } }, seen: snapshot({ overlay: OVERLAY }) },
      'virsh snapshot-delete --domain testvm --snapshotname s1 --metadata',
    ],
    'a snapshot whose overlay is no layer any more': [
      'BP237',
      { scene: { files: { [OVERLAY]: { size: MIB } } }, seen: snapshot({ overlay: OVERLAY }) },
      '--snapshotname s1',
    ],
    'a snapshot whose base is gone': [
      'BP237',
      { scene: { files: { '/old': null } }, seen: snapshot({ overlay: TOP, base: '/old' }) },
      '--snapshotname s1',
    ],
    'a snapshot of a disk that is gone': [
      'BP237',
      { seen: snapshot({ target: 'vdz' }) },
      '--snapshotname s1',
    ],
    'an internal snapshot that the image does not hold': [
      'BP237',
      { seen: snapshot({ kind: 'internal' }) },
      '--snapshotname s1',
    ],
    'a snapshot whose memory is gone': [
      'BP237',
      {
        scene: { files: { '/mem': null } },
        seen: { snapshots: [{ name: 's1', disks: [], memory: '/mem' }] },
      },
      '--snapshotname s1',
    ],
    'a checkpoint whose bitmap is gone': [
      'BP238',
      { seen: checkpoint(false) },
      'virsh checkpoint-delete --domain testvm --checkpointname c1 --metadata',
    ],
    'a checkpoint whose bitmap is not trusted': [
      'BP238',
      { scene: { disks: [disk('vda', [TOP])] }, seen: { ...checkpoint(false), ...bitmaps(true) } },
      'virsh checkpoint-delete --domain testvm --checkpointname c1',
    ],
    'a checkpoint of a guest that is off, which QEMU died with': [
      'BP238',
      {
        scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
        seen: { ...checkpoint(), ...bitmaps(true) },
      },
      '--metadata',
    ],
    'a checkpoint of a guest that is off, that was never written down': [
      'BP238',
      {
        scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
        seen: { ...checkpoint(), ...bitmaps() },
      },
      '--metadata',
    ],
    'a bitmap of a guest that is off, which QEMU died with, and nobody knows': [
      'BP238',
      {
        scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
        seen: bitmaps(true),
      },
      `qemu-img bitmap --remove ${TOP} c1`,
    ],
    'a commit that is ready': [
      'BP239',
      {
        scene: {
          disks: [
            disk('vda', [TOP, TEMPLATE], {
              job: { type: 'active-commit', ready: true, mirror: TEMPLATE },
            }),
          ],
        },
      },
      'virsh blockjob --domain testvm --path vda --pivot',
    ],
    'a copy that is ready': [
      'BP239',
      { scene: copying(true), seen: { mirrorsBorn: { '/new/copy': NOW - 3 * 24 * 3_600_000 } } },
      'virsh blockjob --domain testvm --path vda --abort',
    ],
    'a copy that is under way for days': [
      'BP239',
      { scene: copying(false), seen: { mirrorsBorn: { '/new/copy': NOW - 2 * 24 * 3_600_000 } } },
      'virsh blockjob --domain testvm --path vda --abort',
    ],
    'a copy of a dead run': [
      'BP241 BP239',
      { scene: copying(true), patient: { runs: [left({ files: ['/new/copy'] })] } },
      'blockplan resume 20261123-110000-abc123',
    ],
    'a mark of a run that is dead': [
      'BP240',
      { seen: { marker: MARKER }, patient: { markedAlive: false } },
      'virsh metadata --domain testvm --uri urn:blockplan:run:1 --remove --live',
    ],
    'a mark of another machine': [
      'BP240',
      { seen: { marker: { ...MARKER, host: 'host2' } } },
      'virsh metadata --domain testvm',
    ],
    'a run that was killed': [
      'BP241',
      { patient: { runs: [left()] } },
      'blockplan resume 20261123-110000-abc123',
    ],
    'a run that is stranded': [
      'BP241',
      { patient: { runs: [left({ end: 'stranded', next: ['virsh start testvm'] })] } },
      'virsh start testvm',
    ],
    'a guest that has no space': [
      'BP242',
      {
        scene: { domain: { state: 'paused' } },
        seen: { reason: 'I/O error', diskErrors: { vda: 'no space' } },
      },
      'virsh resume --domain testvm',
    ],
    'a saved guest on other files': [
      'BP243',
      {
        scene: { domain: { state: 'shut off', managedSave: true } },
        seen: { saved: { vda: '/old' } },
      },
      'virsh managedsave-remove --domain testvm',
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
  };

  test.each(Object.entries(cases))('%s', (_, [codes, change, remedy]) => {
    const found = patient(change);
    expect(codesOf(found)).toEqual(codes.split(' '));
    const { findings } = diagnose(found);
    const remedies = findings.flatMap(({ commands, plan }) => [...commands, plan?.text ?? '']);
    expect(remedies.some((text) => text.includes(remedy))).toBe(true);
    for (const { message, why, hint, obstacle } of findings) {
      expect([message, why, hint].every((text) => text !== '' && !/undefined|NaN/.test(text))).toBe(
        true,
      );
      expect(obstacle).toBeUndefined();
    }
  });
});

describe('a plan', () => {
  const plansOf = (found: Patient) =>
    diagnose(found).findings.flatMap(({ plan }) => (plan ? [plan.text] : []));

  test('that a run would refuse is not given, and the reason is', () => {
    const job = { type: 'copy', ready: true, mirror: '/new/copy' } as const;
    const found = patient({ scene: { disks: [disk('vda', [OVERLAY, TOP], { job })] } });
    expect(plansOf(found)).toEqual([]);
    expect(diagnose(found).findings).toContainEqual(
      expect.objectContaining({ code: 'BP235', obstacle: expect.stringContaining('BP105') }),
    );
  });

  test('is not given for a name that virsh would take for an id', () => {
    const found = patient({ scene: { disks: onOverlay(OVERLAY), domain: { name: '7' } } });
    expect(plansOf(found)).toEqual([]);
    expect(diagnose(found).findings[0]?.obstacle).toContain('BP026');
  });

  test('takes no name for a reference', () => {
    const odd = '/images/${HOME}.qcow2';
    const [text] = plansOf(
      patient({ scene: { disks: [disk('vda', [odd], { persistentSource: TOP })] } }),
    );
    expect(text).toContain('$${HOME}');
  });
});
