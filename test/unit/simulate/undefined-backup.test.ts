/** Backups of a guest that was undefined while it runs, under faults of the host. */
import { expect, test } from 'vitest';
import { updateDisk } from '../../../src/host/simulated-host.ts';
import { apply } from '../../../src/simulate/host.ts';
import { daemonRestarts, powerFails } from '../../../src/simulate/host-faults.ts';
import { SNAP2 } from '../../worlds.ts';
import { hostAfter, virsh } from './host-after.ts';

test.each([
  [
    'completed',
    {
      tool: 'await-backup',
      draft: '/b/d',
      disks: ['vda'],
      until: 'complete',
      why: 'test',
      timeoutMs: 1,
    },
  ],
  ['cancelled', virsh('domjobabort', '--domain', 'testvm')],
] as const)('the definition is also saved by the end of a backup that is %s', (_how, end) => {
  const job = { type: 'backup', ready: false, mirror: '/b/d/vda.qcow2' } as const;
  const transient = hostAfter(virsh('undefine', '--domain', 'testvm'));
  const begun = updateDisk(transient, 'vda', (known) => ({ ...known, job }));
  expect(daemonRestarts(begun).state.domain.persistent).toBe(false);
  const { domain } = daemonRestarts(apply(begun, end)).state;
  expect(domain).toMatchObject({ persistent: true, disks: [{ persistentSource: SNAP2 }] });
});

test('no backup is begun of a domain that is gone', () => {
  const gone = powerFails(hostAfter(virsh('undefine', '--domain', 'testvm')));
  const draft = { tool: 'draft-backup', draft: '/b/d', name: 'd', why: 'test' } as const;
  const effect = { ...draft, sources: { vda: SNAP2 }, left: {} };
  expect(() => apply(gone, effect)).toThrow("failed to get domain 'testvm'");
});
