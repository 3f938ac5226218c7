/** The error for a refused command, and whether the command may have been started. */
import { expect, test } from 'vitest';
import type { VirshEffect } from '../../../src/commands/effect.ts';
import { effectRefused } from '../../../src/libvirt/refusal.ts';
import { virshEffect } from '../../effects.ts';

const pivot = virshEffect(['blockjob', '--domain', 'd', '--path', 'vda', '--pivot']) as VirshEffect;

test.each([
  ['block copy still active', 'virsh blockjob: block copy still active', true],
  ["failed to get domain 'd'", "virsh blockjob: failed to get domain 'd'", false],
  ["it says: failed to get domain 'd'", "virsh blockjob: it says: failed to get domain 'd'", true],
  [
    'disk vda does not have an active block job',
    'the job on vda no longer exists: another process ended it, or it failed',
    true,
  ],
])('%s', (said, message, begun) => {
  expect(effectRefused(pivot, said)).toMatchObject({ message, begun });
});
