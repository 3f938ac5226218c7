import { expect, test } from 'vitest';
import { resultText } from '../../../src/cli/result-text.ts';
import type { Rehearsal } from '../../../src/rehearse/report.ts';
import { renderRehearsal } from '../../../src/render/rehearsal.ts';

const SECRET = 'hunter2';
const FILE = `https://u:${SECRET}@far.example/x?token=${SECRET}`;

const REHEARSAL: Rehearsal = {
  format: 'blockplan-rehearsal/v1',
  end: 'stranded',
  exitCode: 5,
  plan: 'p\u009b',
  domain: 'testvm\u202e',
  host: { libvirt: '9.0.0', qemu: '7.2.0', acceleration: 'KVM' },
  parts: [
    {
      name: 'run',
      phases: [
        {
          step: 's',
          phase: 'mirror',
          direction: 'do',
          commands: [`virsh blockcopy --dest '${FILE}'`],
          durationMs: 1,
          failed: `no ${FILE}`,
        },
      ],
      checks: [{ what: FILE, found: FILE, wrong: [FILE] }],
      made: [{ file: FILE, bytes: 1 }],
    },
  ],
  notUndone: { reason: FILE },
  differences: [`json:{"file.password-secret":"${SECRET}"} of far.example`],
  problems: [`https:img/x?sig=${SECRET} of far.example`],
  durationMs: 1,
};

test.each(['text', 'json'] as const)('no secret is in the %s of a rehearsal', (output) => {
  const text = resultText(REHEARSAL, output, renderRehearsal);
  expect(text).toContain('far.example');
  expect(text).not.toContain(SECRET);
});

test('its JSON cannot control a terminal', () => {
  const text = resultText(REHEARSAL, 'json', renderRehearsal);
  expect(text).not.toMatch(/[\u0080-\u009f\u202e]/);
  expect(JSON.parse(text)).toMatchObject({ plan: REHEARSAL.plan, domain: REHEARSAL.domain });
});
