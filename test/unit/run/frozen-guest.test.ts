/** A run that was killed while its guest was frozen: what the next attempt does, and what it reports. */
import { expect, test } from 'vitest';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { frozenAfter, frozenSince, stillFrozen } from '../../../src/run/frozen-guest.ts';
import { guestDies, guestStarts } from '../../../src/simulate/host-faults.ts';
import { virshEffect } from '../../effects.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { disk, SNAP1, world } from '../../worlds.ts';

const STEP = 'backup-begin: { store: /backup, name: monday, quiesce: required }';
const state: HostState = withDomain(
  world({
    disks: [disk('vda', [SNAP1])],
    folders: { '/backup': { writable: true, free: 2 ** 40 } },
  }),
  { agent: true },
);

/** A run that was killed before the command of that verb was sent. */
async function killedAt(verb: string): Promise<Runs> {
  const runs = new Runs(state);
  await runs.killed(planned([STEP]), intends(verb));
  return runs;
}

test.each(['domfsfreeze', 'backup-begin', 'domfsthaw'])(
  'killed at %s: resume thaws first, and makes the backup again',
  async (verb) => {
    const runs = await killedAt(verb);
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end, finish?.state.join('\n')).toBe('succeeded');
    const first = commands.findIndex(has('domfsthaw'));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(first).toBeLessThan(commands.findIndex(has('domfsfreeze')));
  },
);

test.each(['guest-agent-timeout', 'backup-begin'])('killed at %s: rollback', async (verb) => {
  const runs = await killedAt(verb);
  const { finish, commands } = await runs.again('rollback');
  expect(finish?.end).toBe('rolled-back');
  expect(commands.some(has('domfsthaw'))).toBe(verb === 'backup-begin');
  expect(runs.host.frozen).toBeUndefined();
});

test('an agent that does not answer any more: stranded until it does', async () => {
  const runs = await killedAt('backup-begin');
  runs.befalls((host) => updateDomain(host, { agent: false }));
  const { finish } = await runs.again('rollback');
  expect(finish).toMatchObject({ end: 'stranded' });
  expect(finish?.state.join('\n')).toContain("the guest's file systems may be frozen");
  runs.befalls((host) => updateDomain(host, { agent: true }));
  expect((await runs.again('rollback')).finish?.end).toBe('rolled-back');
});

test('a guest that was started again is not frozen', async () => {
  const runs = await killedAt('backup-begin');
  runs.befalls((host) => updateDomain(guestStarts(guestDies(host)), { agent: false }));
  const { finish, commands } = await runs.again('rollback');
  expect(finish?.end).toBe('rolled-back');
  expect(commands.some(has('domfsthaw'))).toBe(false);
});

test('only a thaw that was answered, or the end of the process, ends a freeze', () => {
  const process = { boot: 'b', id: 1 };
  const freeze = { ...virshEffect(['domfsfreeze', '--domain', 'testvm']), of: process };
  const thaw = virshEffect(['domfsthaw', '--domain', 'testvm']);
  const frozen = frozenSince(freeze, undefined);
  expect(frozen).toEqual({ process });
  expect(frozenAfter(freeze, frozen)).toEqual(frozen);
  expect(frozenSince(thaw, frozen)).toEqual(frozen);
  expect(frozenAfter(thaw, frozen)).toBeUndefined();
  const { domain } = state;
  expect(stillFrozen(frozen, { ...domain, process })).toEqual(frozen);
  expect(stillFrozen(frozen, { ...domain, process: { boot: 'b', id: 2 } })).toBeUndefined();
  expect(stillFrozen({}, { ...domain, process })).toEqual({});
});
