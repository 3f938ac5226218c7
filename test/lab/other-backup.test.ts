/** Another tool's backup that waited for a run's backup, and begins when it fails, is not taken for it. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import type { Answer } from '../../src/libvirt/answer.ts';
import { openVirsh } from '../../src/libvirt/virsh.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { runWithFault } from './fault-run.ts';
import { expectWrites, planText } from './support.ts';

const MIB = 1024 ** 2;

let host: LabHost;
let guest: Guest;

beforeAll(async () => {
  host = await startHost();
  // The copy takes long enough for the other tool to begin to wait for it.
  const big = { target: 'vda', chain: ['base'], size: 320 * MIB, fill: 200 * MIB };
  guest = await host.createGuest({ disks: [big] });
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

/** A pull backup runs until it is cancelled. */
async function pullBackup(): Promise<string> {
  const xml = join(host.dir, 'pull.xml');
  await writeFile(
    xml,
    `<domainbackup mode='pull'><server transport='unix' socket='${join(host.dir, 'pull.sock')}'/>
<disks><disk name='vda' backup='yes' type='file'><scratch file='${join(host.images, 'scratch')}'/></disk></disks></domainbackup>`,
  );
  return xml;
}

const domain = () => ['--domain', guest.name] as const;

/** Begins another tool's backup as soon as that of the run is running, so that libvirt lets it wait. */
async function beginNext(): Promise<Answer> {
  const xml = await pullBackup();
  await using other = await openVirsh(localHost, { uri: host.uri });
  for (;;) {
    const { stdout = '' } = await other.run(['domjobinfo', ...domain(), '--rawstats']);
    if (!/^Job type:\s+0\s*$/m.test(stdout)) break;
  }
  return await other.run(['backup-begin', ...domain(), '--backupxml', xml], { timeoutMs: 60_000 });
}

/** Runs a backup, behind which another tool's waits; returns what was said, and the folders in the store. */
async function backUp(room: number) {
  const store = await host.tmpfs(450 * MIB);
  const filler = join(store, 'filler');
  let begun: Promise<Answer> | undefined;
  const backup = { 'backup-begin': { store, name: 'full' } };
  const text = planText(guest.name, [{ id: 'copy', ...backup }]);
  const { finish } = await runWithFault(host, guest.name, text, {
    name: 'little space, and another tool',
    phase: 'copy/copy',
    tool: 'backup-begin',
    moment: 'before',
    strike: async () => {
      await writeFile(filler, Buffer.alloc(450 * MIB - room));
      begun = beginNext();
    },
  });
  await rm(filler);
  expect(await begun).toMatchObject({ ok: true });
  const running = await host.virsh('backup-dumpxml', guest.name);
  expect(running).toContain("mode='pull'");
  await host.virsh('domjobabort', guest.name);
  return { finish, told: saidIn(finish).join('\n'), left: await readdir(store), store };
}

test('a backup that fails is not complete, although the next one runs', async () => {
  const { finish, told, left } = await backUp(100 * MIB);
  expect(told).toContain('No space left on device');
  expect(finish.end, told).toBe('rolled-back');
  expect(left, told).toEqual([]);
  await expectWrites(host, guest);
});

test('a backup that is complete stays so, although the next one runs', async () => {
  const { finish, told, left, store } = await backUp(400 * MIB);
  expect(finish.end, told).toBe('succeeded');
  expect(left).toEqual(['full']);
  await guest.verifyLog(join(store, 'full', 'vda.qcow2'), 1);
  await expectWrites(host, guest);
});
