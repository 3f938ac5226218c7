/** What to type next after a run with all steps done whose result is not as planned. */
import { describe, expect, test } from 'vitest';
import { type SimulatedHost, updateDomain } from '../../../src/host/simulated-host.ts';
import { guestDies } from '../../../src/simulate/host-faults.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { BASE } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const MOVE = `blockcopy: { disk: vda, dest: ${COPY}, shallow: true, pivot: true }`;
const WAYS = ['blockplan resume r', 'blockplan rollback r'];

describe('a run whose result is not as planned at its end', () => {
  /** The end of a run after whose last phase that happened. */
  async function endAfter(step: string, happens: (host: SimulatedHost) => SimulatedHost) {
    const runs = new Runs(hostForPlans());
    const { length } = planned([step]).graph.nodes;
    let ended = 0;
    runs.onAppend = ({ type }) => {
      if (type === 'phase-finished' && ++ended === length) runs.befalls(happens);
    };
    return runs.whole(planned([step]));
  }

  test('does not offer to start a guest whose definition names other files than it wrote to', async () => {
    const stale = (host: SimulatedHost) => {
      const dead = guestDies(host);
      const disks = dead.state.domain.disks.map((each) => ({ ...each, persistentSource: BASE }));
      return updateDomain(dead, { disks });
    };
    const finish = await endAfter(MOVE, stale);
    expect(finish.end).toBe('stranded');
    expect(finish.next).toEqual(['virsh domblklist testvm --inactive', ...WAYS]);
  });

  test('offers a diagnosis if the headers name another chain', async () => {
    const finish = await endAfter(MOVE, (host) => ({
      ...host,
      headers: { ...host.headers, [COPY]: BASE },
    }));
    expect(finish.end).toBe('stranded');
    expect(finish.next).toEqual(['blockplan doctor testvm', ...WAYS]);
  });

  test('offers to close a run if only its record of a snapshot is lost', async () => {
    const snapshot = 'snapshot-create-as: { name: s, disk-only: true }';
    const finish = await endAfter(snapshot, (host) => updateDomain(host, { snapshots: [] }));
    expect(finish.end).toBe('stranded');
    expect(finish.next).toEqual(['blockplan forget r', 'virsh domblklist testvm', ...WAYS]);
  });
});
