/** A job of another tool, which libvirt runs instead of the one of the run, is neither awaited nor cancelled. */
import { describe, expect, test } from 'vitest';
import { type SimulatedHost, updateDisk } from '../../../src/host/simulated-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { type BlockJob, diskOf, withoutJob } from '../../../src/model/host-state.ts';
import { has, Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { commands, is } from '../../troubled-runs.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const SAID = "virsh: Operation not supported: disk 'vda' already in active block job";
const host = () => world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])], others: [] });

/** Each has the type and, as far as libvirt shows it, the target of the job that the run would start. */
const JOBS: readonly (readonly [string, string, string, BlockJob])[] = [
  [
    'a commit below the active layer',
    `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`,
    'blockcommit',
    { type: 'commit', ready: false },
  ],
  [
    'a commit of the active layer',
    `blockcommit: { disk: vda, base: ${SNAP1}, active: true, pivot: true }`,
    'blockcommit',
    { type: 'active-commit', ready: false, mirror: SNAP1 },
  ],
  [
    'a pull',
    `blockpull: { disk: vda, base: ${BASE} }`,
    'blockpull',
    { type: 'pull', ready: false },
  ],
];

const on = (job: BlockJob) => (now: SimulatedHost) =>
  updateDisk(now, 'vda', (each) => ({ ...each, job }));

/** Another tool starts its job just before the run starts its own, which libvirt refuses. */
function beaten(verb: string, job: BlockJob): Runs {
  const runs = new Runs(host());
  runs.driver.onEffect = (effect) => {
    if (!is(`virsh ${verb} `)(effect)) return;
    runs.befalls(on(job));
    throw new EffectFailed(SAID, { begun: false });
  };
  return runs;
}

const jobOn = (runs: Runs) => diskOf(runs.host.state, 'vda')?.job;
const aborts = (runs: Runs) => commands(runs).filter(has('--abort'));
const waits = (runs: Runs) => commands(runs).filter(has('# wait'));

describe.each(JOBS)('%s of another tool', (_title, step, verb, job) => {
  test('goes on, and the run ends without it', async () => {
    const runs = beaten(verb, job);
    const finish = await runs.whole(planned([step]));
    expect([aborts(runs), waits(runs), jobOn(runs)]).toEqual([[], [], job]);
    expect(finish.happened?.[0]).toContain(`failed: ${SAID}`);
    expect(finish.state).toContain(`a block job (${job.type}) is running on vda`);
    runs.befalls((now) => updateDisk(now, 'vda', withoutJob));
    expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
  });

  test.each(['resume', 'rollback'] as const)('goes on after a kill and a %s', async (how) => {
    const runs = beaten(verb, job);
    await runs.killed(planned([step]), (entry) => entry.type === 'outcome' && 'error' in entry);
    await runs.again(how);
    expect([aborts(runs), waits(runs), jobOn(runs)]).toEqual([[], [], job]);
  });

  test('differs from the job of the run, which is cancelled', async () => {
    const runs = new Runs(host());
    runs.driver.onEffect = (effect) => {
      if (effect.tool === 'await-job') throw new EffectFailed('the job on vda timed out');
    };
    const finish = await runs.whole(planned([step]));
    expect(aborts(runs)).toHaveLength(1);
    expect([finish.end, jobOn(runs)]).toEqual(['rolled-back', undefined]);
  });
});

test('a file that a refused copy would have overwritten is not reported as lost', async () => {
  const existing = { '/new/c': { size: 1, format: 'qcow2' } };
  const runs = new Runs({ ...host(), files: { ...host().files, ...existing } });
  runs.driver.onEffect = (effect) => {
    if (is('virsh blockcopy ')(effect)) throw new EffectFailed(SAID, { begun: false });
  };
  const step =
    'blockcopy: { disk: vda, dest: /new/c, format: qcow2, reuse-external: true, finish: true }';
  const finish = await runs.whole(planned([step]));
  expect(finish.end).toBe('rolled-back');
  expect(finish.happened?.join()).not.toContain('former content');
});
