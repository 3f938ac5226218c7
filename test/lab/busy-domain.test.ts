/** Other tools that work on the guest of a run: a job in the place of its own, and a command that holds the domain. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openVirsh } from '../../src/libvirt/virsh.ts';
import { makeLayeredGuest, runStruck } from './struck-run.ts';
import { expectWrites } from './support.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

test('a pull of another tool in the place of the own one is neither awaited nor cancelled', async () => {
  const guest = await makeLayeredGuest(host);
  const { finish, events, told } = await runStruck(
    host,
    guest,
    [{ id: 'pull', blockpull: { disk: 'vda' } }],
    ['pull/pull', 'blockpull'],
    async () => {
      await host.virsh('blockpull', guest.name, 'vda', '--bandwidth', '100000', '--bytes');
    },
  );
  expect(told).toContain('already in active block job');
  expect(finish.end, told).toBe('stranded');
  expect(finish.state, told).toContain('a block job (pull) is running on vda');
  const commands = events.flatMap((event) => (event.event === 'command' ? [event.command] : []));
  expect(commands.filter((command) => command.includes('--abort'))).toEqual([]);
  const job = await host.virsh('blockjob', guest.name, 'vda', '--info', '--raw');
  expect(job).toContain('Block Pull');
  await host.virsh('blockjob', guest.name, 'vda', '--abort');
  await expectWrites(host, guest);
  await guest.destroy();
});

test('a pivot that another command blocks for 45 s is sent again, and the copy is not lost', async () => {
  const guest = await makeLayeredGuest(host);
  const dest = `${host.images}/${guest.name}/dest`;
  const other = await openVirsh(localHost, { uri: host.uri });
  let held: Promise<unknown> = Promise.resolve();
  const { finish, told } = await runStruck(
    host,
    guest,
    [{ id: 'copy', blockcopy: { disk: 'vda', dest, pivot: true } }],
    ['copy/pivot', 'blockjob'],
    async () => {
      // A command whose monitor does not answer keeps libvirt's lock on the domain.
      const qemu = await guest.qemuPid();
      process.kill(qemu, 'SIGSTOP');
      const query = ['qemu-monitor-command', '--domain', guest.name, '--hmp', 'info status'];
      held = other.run(query, { timeoutMs: 120_000 });
      await delay(1_000);
      void delay(45_000).then(() => process.kill(qemu, 'SIGCONT'));
    },
  );
  await held;
  await other.close();
  expect(told).toContain('cannot acquire state change lock');
  expect(told).toContain('Trying again for up to 10 min.');
  expect(finish.end, told).toBe('succeeded');
  expect(await host.virsh('dumpxml', guest.name)).toContain(`<source file='${dest}'`);
  await expectWrites(host, guest);
  await guest.destroy();
});
