/** A guest that another process migrates to another host during a run. */
import { expect, test } from 'vitest';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { guestDies } from '../../../src/simulate/host-faults.ts';
import { intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';

test('its definition stays here, but the report does not offer to start it', async () => {
  const runs = new Runs(hostForPlans());
  runs.onAppend = (entry) => {
    if (intends('blockcopy')(entry))
      runs.befalls((host) => updateDomain(guestDies(host), { movedAway: true }));
  };
  const finish = await runs.whole(planned(['blockcopy: { disk: vda, dest: /new/c, pivot: true }']));
  expect(finish.end).toBe('stranded');
  expect(finish.state.join()).toContain('do not start it here');
  expect(finish.next[0]).toBe('virsh list --all');
  expect(finish.next.join()).not.toContain('virsh start');
});
