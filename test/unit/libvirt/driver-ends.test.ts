/** How the driver ends a job: a cancel at once, a copy once its report is certain, and with time for a late answer. */
import { writeFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Answer } from '../../../src/libvirt/answer.ts';
import { openLiveDriver } from '../../../src/libvirt/live-driver.ts';
import { playedHost, SUBSCRIBED } from './run-events-scene.ts';
import { scripted } from './scripted-virsh.ts';

const args = { domain: 'vm', path: 'vda', abort: true } as const;
const effect = { tool: 'virsh', verb: 'blockjob', args, why: 'w', timeoutMs: 120_000 } as const;
const context = { folder: '', onProgress: () => {}, onMade: async () => {} };

/** A driver, and the time limits of the aborts that it has sent. */
async function scene(refusal?: string) {
  const { io, monitors } = playedHost();
  const answered = scripted(([, ...words]) =>
    refusal !== undefined && words.includes('--abort') ? new Error(refusal) : '',
  );
  const aborts: (number | undefined)[] = [];
  const virsh = {
    ...answered,
    async run(argv: readonly string[], options: { timeoutMs?: number } = {}): Promise<Answer> {
      if (argv.includes('--abort')) aborts.push(options.timeoutMs);
      return answered.run(argv);
    },
  };
  const options = { domain: 'vm', readonly: false, writeDurably: writeFile };
  const driver = await openLiveDriver(io, options, Promise.resolve(virsh));
  return { driver, monitors, aborts };
}

test('a job that no longer exists counts as cancelled', async () => {
  const { driver, aborts } = await scene('disk vda does not have an active block job');
  await driver.perform(effect, context);
  expect(aborts).toEqual([120_000]);
  await driver.close();
});

test('a copy is ended once its report is certain, and complete once that has arrived', async () => {
  const { driver, monitors, aborts } = await scene();
  const ended = driver.perform({ ...effect, completes: 'pool:p/v' }, context);
  await turn();
  expect(aborts).toEqual([]);
  monitors[0]?.log(SUBSCRIBED);
  for (let turns = 0; turns < 20; turns++) await turn();
  expect(aborts).toEqual([600_000]);
  const device = 'copy-vda-libvirt-2-format';
  monitors[0]?.print(`event BLOCK_JOB_COMPLETED for domain 'vm': {"device":"${device}"}`);
  await ended;
  await driver.close();
});
