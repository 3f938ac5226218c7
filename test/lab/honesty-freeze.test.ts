/** The simulated freeze of a backup is compared with libvirt after every effect, with and without faults. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import type { Mishap } from './honesty-plans.ts';
import { go } from './honesty-run.ts';
import { Sides } from './honesty-walk.ts';
import { CLI } from './support.ts';

let host: LabHost;
let guest: Guest;
beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({ disks: [{ target: 'vda', chain: ['base', 'top'] }] });
  await agentConnected(host, guest.name);
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

const isFrozenNow = async () => {
  const asked = JSON.stringify({ execute: 'guest-fsfreeze-status' });
  return (await host.virsh('qemu-agent-command', guest.name, asked)).includes('frozen');
};

/** The effects: draft, timeout, guard, freeze, backup, thaw, note, timeout, wait; then digest and publish. */
const FAULTS: readonly (readonly [Mishap, number])[] = [
  ['nothing', 0],
  ['it is asked twice', 3],
  ['it is asked twice', 5],
  ['it is asked twice', 6],
  ['the daemon is restarted', 4],
  ['the daemon is restarted', 5],
];

test.each(FAULTS)('%s, before effect %i', { timeout: 600_000 }, async (mishap, at) => {
  const store = join(host.images, `${mishap.replaceAll(' ', '-')}-${at}`);
  await mkdir(store);
  const driver = await openLiveDriver(localHost, {
    ...{ uri: host.uri, domain: guest.name, readonly: false },
    thawGuard: join(dirname(CLI), 'thaw-guard.js'),
    writeDurably: (path, content) => writeFile(path, content),
  });
  try {
    await driver.mark({ run: 'honesty', host: 'lab', user: 'lab', pid: 1, since: '' });
    const state = await driver.survey(await driver.headers(await driver.observe([])), []);
    const done: string[] = [];
    const sides = new Sides(driver, state, {
      folder: host.dir,
      writes: async () => {},
      performed: (effect) => done.push(effect.tool === 'virsh' ? effect.verb : effect.tool),
      reconnect: async () => void (await driver.reconnect()),
    });
    const params = { store, name: 'monday', quiesce: 'required', 'thaw-after': 60 } as const;
    const steps = [() => ({ step: backupBeginStep, params })];
    const run = { domain: guest.name, steps, mishap, at, back: true };
    const { leftOut, struck } = await go(run, host, sides);
    const story = sides.story.join('\n');
    expect([leftOut, struck], story).toEqual([0, mishap]);
    // A second freeze is refused, which ends the phase while the guest is frozen.
    const isFrozen = at === 3;
    expect(done.includes('note-quiesce'), story).toBe(!isFrozen);
    expect([sides.simulated.frozen === true, await isFrozenNow()], story).toEqual([
      ...[isFrozen, isFrozen],
    ]);
  } finally {
    await driver.close();
  }
  // The guard has nothing else to wait for.
  await until('the guest to be thawed', 60_000, async () => !(await isFrozenNow()));
});
