/** What power loss does to libvirt's records of the snapshots and checkpoints of a domain that was undefined while it ran. */
import { expect, test } from 'vitest';
import { asDefined } from '../../../src/host/domain.ts';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { apply } from '../../../src/simulate/host.ts';
import {
  daemonRestarts,
  guestDies,
  jobsDie,
  powerFails,
} from '../../../src/simulate/host-faults.ts';
import { copy, hostAfter, ready, virsh } from './host-after.ts';

test('power loss keeps the records of snapshots that the end of a transient guest deletes', () => {
  const snapshot = virsh('snapshot-create-as', '--domain', 'testvm', '--name', 's', '--disk-only');
  const saved = jobsDie(
    hostAfter(snapshot, virsh('undefine', '--domain', 'testvm'), copy(), ready('vda')),
  );
  expect(powerFails(saved).state.domain).toMatchObject({ persistent: true, snapshots: ['s'] });
  expect(daemonRestarts(guestDies(saved)).state.domain.snapshots).toEqual([]);
});

test('also those of checkpoints, until a new definition of the domain deletes them', () => {
  const records = { snapshots: ['s'], checkpoints: ['c'] };
  const recorded = updateDomain(hostAfter(), records);
  const undefining = apply(recorded, virsh('undefine', '--domain', 'testvm'));
  const saved = jobsDie(apply(apply(undefining, copy()), ready('vda')));
  expect(powerFails(saved).state.domain).toMatchObject({ persistent: true, ...records });
  const dark = powerFails(undefining);
  expect(dark.state.domain).toMatchObject({ state: 'gone', snapshots: [], checkpoints: [] });
  const defined = asDefined(dark, recorded.state.domain.definition ?? '');
  for (const later of [defined, daemonRestarts(defined)])
    expect(later.state.domain).toMatchObject({
      ...{ state: 'shut off', persistent: true },
      ...{ snapshots: [], checkpoints: [] },
    });
});
