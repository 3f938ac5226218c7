import { expect, test } from 'vitest';
import { withDomain } from '../../src/model/world.ts';
import { undefine } from '../../src/steps/undefine.ts';
import { world } from '../worlds.ts';
import { testStep } from './step-tester.ts';

const uefi = world({ domain: { nvram: true, tpm: true } });

testStep(undefine, {
  valid: [
    ['a plain domain', {}, world()],
    ['without autostart', {}, world({ domain: { autostart: false } })],
    ['with UEFI and a TPM', { 'keep-nvram': true, 'keep-tpm': true }, uefi],
    [
      'with snapshots and checkpoints',
      { 'snapshots-metadata': true, 'checkpoints-metadata': true },
      world({ domain: { snapshots: ['a', 'b'], checkpoints: ['c'] } }),
    ],
  ],
  invalid: [],
  worlds: [
    ['no such domain', {}, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['the guest is off', {}, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['transient already', {}, world({ domain: { persistent: false } }), ['BP110']],
    ['a managed save', {}, world({ domain: { managedSave: true } }), ['BP118']],
    ['an NVRAM file', {}, world({ domain: { nvram: true } }), ['BP115']],
    ['NVRAM and TPM', {}, uefi, ['BP115', 'BP115']],
  ],
  scenes: [world(), uefi],
  admitted: 50,
});

test('a guest that was migrated away is not defined here a second time', () => {
  const before = world({ domain: { autostart: true } });
  const [phase] = undefine.phases({});
  const kept = { definition: 'xml', autostart: true, snapshots: [], checkpoints: [] };
  const gone = withDomain(before, { state: 'gone', persistent: false, kept, disks: [] });
  expect(phase?.undo(before, gone, before)).not.toEqual([]);
  const moved = withDomain(gone, { movedAway: true });
  expect(() => phase?.undo(before, moved, before)).toThrow('was migrated to another host');
});
