/** What the doctor proposes: commands to type, and plans that have been walked. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Patient } from '../../../src/doctor/patient.ts';
import { disk } from '../../worlds.ts';
import {
  BUNDLE,
  codesOf,
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

test('a run that removed the definition is reported with resume, rollback and rescue', () => {
  const found = patient({
    scene: { domain: { persistent: false } },
    patient: { runs: [left({ bundle: BUNDLE })] },
  });
  const ways = ['resume', 'rollback', 'rescue'].map((verb) => `blockplan ${verb} ${left().run}`);
  expect(diagnose(found).findings.map(({ commands }) => commands)).toEqual([ways, ways]);
});

test('an overlay outside the chain does not match its snapshot before libvirt 9.9.0, which cannot revert to one', () => {
  const found = patient({
    scene: { files: { [OVERLAY]: { size: MIB } } },
    seen: snapshot({ overlay: OVERLAY }),
  });
  const on = (libvirt: string) =>
    codesOf({ ...found, state: { ...found.state, host: { uri: 'qemu:///system', libvirt } } });
  expect([on('9.0.0'), on('9.9.0')]).toEqual([['BP237'], []]);
});

describe('a plan', () => {
  const plansOf = (found: Patient) =>
    diagnose(found).findings.flatMap(({ plan }) => (plan ? [plan.text] : []));

  test('that a run would refuse is not proposed, and the finding has the reason', () => {
    const job = { type: 'copy', ready: true, mirror: '/new/copy' } as const;
    const found = patient({ scene: { disks: [disk('vda', [OVERLAY, TOP], { job })] } });
    expect(plansOf(found)).toEqual([]);
    expect(diagnose(found).findings).toContainEqual(
      expect.objectContaining({ code: 'BP235', obstacle: expect.stringContaining('BP105') }),
    );
  });

  test('that copies a disk into a new file redefines the disk first', () => {
    const found = patient({
      scene: {
        disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/images/old' })],
        files: { [TEMPLATE]: null },
      },
    });
    const text = plansOf(found).find((each) => each.includes('blockcopy:'));
    expect(text).toMatch(/redefine:[\s\S]*blockcopy:/);
  });

  test('is not proposed for a guest that is off', () => {
    const found = patient({
      scene: { disks: [disk('vda', [OVERLAY])], domain: { state: 'shut off' } },
      seen: { headers: { [OVERLAY]: { layers: [header(OVERLAY), header(TOP)] } } },
    });
    expect(diagnose(found).findings).toEqual([
      expect.objectContaining({ code: 'BP235', obstacle: expect.stringContaining('BP102') }),
    ]);
  });

  test('is proposed for a domain whose name looks like an ID', () => {
    const found = patient({ scene: { disks: onOverlay(OVERLAY), domain: { name: '7' } } });
    expect(plansOf(found)[0]).toContain('domain: "7"');
  });

  test('escapes a path that looks like a reference', () => {
    const odd = '/images/${HOME}.qcow2';
    const [text] = plansOf(
      patient({ scene: { disks: [disk('vda', [odd], { persistentSource: TOP })] } }),
    );
    expect(text).toContain('$${HOME}');
  });
});
