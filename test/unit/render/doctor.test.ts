import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../src/doctor/diagnose.ts';
import { renderDiagnosis } from '../../../src/render/doctor.ts';

const SICK: Diagnosis = {
  format: 'blockplan-doctor/v1',
  domain: 'web1',
  uri: 'qemu:///system',
  working: '20261123-110000-abc123',
  notChecked: [
    { what: 'overlays that no domain uses', codes: ['BP236'] },
    { what: "whether the domain's definition exists", codes: ['BP230', 'BP231'] },
  ],
  findings: [
    {
      code: 'BP233',
      severity: 'error',
      message:
        'the persistent definition names /images/old for vda; the guest writes to /images/new',
      why: 'after its next start, the guest would not have its latest writes',
      hint: 'change the definition so that it names the file that the guest writes to',
      commands: [],
      plan: { file: 'web1-redefine-vda.yaml', text: 'plan: blockplan/v1\nname: redefine-vda\n' },
      warnings: ['vda would have 101 layers (BP136)'],
    },
    {
      code: 'BP235',
      severity: 'warning',
      message: 'vda runs on an overlay',
      why: 'it grows',
      hint: 'merge it',
      commands: ['virsh domblklist web1'],
      obstacle: 'vda already has a block job (copy, ready) (BP105)',
    },
  ],
};

test('a healthy guest has no findings', () => {
  const { working: _none, notChecked: _all, ...healthy } = { ...SICK, findings: [] };
  expect(renderDiagnosis(healthy, {}, false)).toBe('web1 (qemu:///system): nothing found\n');
});

test('a guest that a run works on is not called healthy', () => {
  expect(renderDiagnosis({ ...SICK, findings: [] }, {}, false)).toBe(
    `web1 (qemu:///system): nothing found, but not everything was checked
Not checked while run 20261123-110000-abc123 is working on the guest:
- overlays that no domain uses (BP236)
- whether the domain's definition exists (BP230, BP231)
Run doctor again once that run has ended.
`,
  );
});

test('nor is one that a run may work on', () => {
  const { working: mayWork, ...rest } = { ...SICK, findings: [] };
  const text = renderDiagnosis({ ...rest, ...(mayWork ? { mayWork } : {}) }, {}, false);
  expect(text).toContain('nothing found, but not everything was checked');
  expect(text).toContain(
    'Not checked while run 20261123-110000-abc123 may be working on the guest, according to its marker:',
  );
  expect(text).toMatch(/once that run has ended, or its marker is removed\.\n$/);
});

test('findings are shown with their plans', () => {
  expect(renderDiagnosis(SICK, { connect: 'qemu:///system' }, false, 60)).toMatchInlineSnapshot(`
    "web1 (qemu:///system): 2 findings
    Not checked while run 20261123-110000-abc123 is working on the guest:
    - overlays that no domain uses (BP236)
    - whether the domain's definition exists (BP230, BP231)
    Run doctor again once that run has ended.

    error BP233: the persistent definition names /images/old
      for vda; the guest writes to /images/new
      why: after its next start, the guest would not have its
        latest writes
      do: change the definition so that it names the file that
        the guest writes to
      warning of the plan: vda would have 101 layers (BP136)
      web1-redefine-vda.yaml:
        plan: blockplan/v1
        name: redefine-vda

    warning BP235: vda runs on an overlay
      why: it grows
      do: merge it
        $ virsh domblklist web1
      no repair plan possible yet: vda already has a block job
        (copy, ready) (BP105)

    To write the plans to files:
      $ blockplan doctor --output FOLDER --connect qemu:///system web1
    "
  `);
});

test('plans that were written to files are shown by their paths', () => {
  const text = renderDiagnosis(SICK, { folder: 'mend/' }, false);
  expect(text).toContain('\n    $ blockplan run mend/web1-redefine-vda.yaml\n');
  expect(text).not.toContain('plan: blockplan/v1');
});

test('no text controls the terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (poison, color) => {
      const poisoned = JSON.parse(JSON.stringify(SICK), (key, value) =>
        typeof value === 'string' && key !== 'severity' ? `${value}${poison}` : value,
      ) as Diagnosis;
      const text = renderDiagnosis(poisoned, { folder: poison, connect: poison }, color);
      const plain = text.replace(/\u001b\[(?:1|2|3[1-6]|22|39)m/g, '');
      expect(plain).not.toMatch(/(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
});
