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
