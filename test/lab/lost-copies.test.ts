/** libvirtd is killed while a backup ends, on real libvirt: what it has done until then is done by hand, in QEMU itself. */
import { once } from 'node:events';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { until } from '../../src/lab/poll.ts';
import { saidIn } from '../../src/run/run-state.ts';
import {
  type Ended,
  expectEnd,
  expectNothingLeft,
  planText,
  runOf,
  runSteps,
  startCli,
  startRun,
} from './support.ts';

const MIB = 1024 ** 2;

let host: LabHost;
let guest: Guest;
let store: string;
let stores = 0;

beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    disks: [
      { target: 'vda', chain: ['base'] },
      // QEMU must not be able to copy it before it is stopped.
      { target: 'vdb', chain: ['data'], format: 'raw', size: 256 * MIB, fill: 200 * MIB },
    ],
    start: false,
  });
  await host.virsh('start', guest.name, '--paused');
});
afterAll(() => host.stop());

beforeEach(async () => {
  store = join(host.images, `store-${stores++}`);
  await mkdir(store, { mode: 0o755 });
});

/** QEMU's monitor, which takes one connection at a time: libvirtd must be dead. */
class Monitor {
  readonly #socket: Socket;
  readonly #lines: AsyncIterator<string>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  static async open(): Promise<Monitor> {
    const folder = join(host.dir, 'var/lib/libvirt/qemu');
    const own = (await readdir(folder)).find(
      (name) => name.startsWith('domain-') && name.endsWith(`-${guest.name}`),
    );
    const socket = connect(join(folder, own!, 'monitor.sock'));
    await once(socket, 'connect');
    const monitor = new Monitor(socket);
    await monitor.run('qmp_capabilities');
    return monitor;
  }

  async run(execute: string, words: object = {}): Promise<unknown> {
    this.#socket.write(`${JSON.stringify({ execute, arguments: words })}\n`);
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('QEMU closed its monitor');
      const said = JSON.parse(value) as { return?: unknown; error?: { desc: string } };
      if (said.error) throw new Error(said.error.desc);
      if ('return' in said) return said.return;
    }
  }

  async close(): Promise<void> {
    this.#socket.end();
    await once(this.#socket, 'close');
  }
}

/**
 * Runs a backup of one disk, and kills libvirtd while QEMU copies it; with a second disk, libvirtd could just be collecting
 * that one. It starts again when QEMU has copied everything.
 * @param isDismissed whether the job is removed from QEMU before, as libvirtd does just before it closes the copy
 */
async function backupWithLibvirtdKilled(name: string, isDismissed: boolean): Promise<Ended> {
  const qemu = await guest.qemuPid();
  const text = planText(guest.name, [{ 'backup-begin': { store, name, disks: ['vdb'] } }]);
  const running = await startRun(host, { text });
  const copy = join(store, `${name}.partial`, 'vdb.qcow2');
  await until('QEMU to copy', 60_000, async () => {
    const found = await stat(copy).catch(() => undefined);
    return (found?.size ?? 0) > MIB;
  });
  process.kill(qemu, 'SIGSTOP');
  try {
    await running.event(
      (event) =>
        event.event === 'command' && event.command.startsWith("# wait for libvirt's event"),
    );
    await host.killDaemon();
  } finally {
    process.kill(qemu, 'SIGCONT');
  }
  const monitor = await Monitor.open();
  const id = await until('QEMU to have copied everything', 60_000, async () => {
    const [job] = (await monitor.run('query-jobs')) as { id: string; status: string }[];
    if (!job) throw new Error('the backup has ended before libvirtd was killed');
    return job.status === 'concluded' && job.id;
  });
  if (isDismissed) await monitor.run('job-dismiss', { id });
  await monitor.close();
  await host.startDaemon();
  return running.ended;
}

async function expectBackupWorks(): Promise<void> {
  expectEnd(await runSteps(host, guest.name, [{ 'backup-begin': { store, name: 'next' } }]), 0);
  expect(await readdir(store)).toContain('next');
}

test('QEMU copies everything while libvirtd is down: the backup is complete or rolled back', async () => {
  const ended = await backupWithLibvirtdKilled('missed', false);
  // It is complete if blockplan has reconnected before libvirtd reports the end.
  expect([0, 4], ended.told).toContain(ended.exitCode);
  expect(await readdir(store), ended.told).toEqual(ended.exitCode === 0 ? ['missed'] : []);
  await expectNothingLeft(host, guest.name);
  await expectBackupWorks();
});

for (const way of ['closed by hand', 'closed at the end of the guest'] as const)
  test(`libvirtd has removed a job but not closed the copy: the backup is cancelled, and the copy ${way}`, async () => {
    const ended = await backupWithLibvirtdKilled('lost', true);
    const finish = expectEnd(ended, 5);
    expect(finish.end).toBe('stranded');
    const copy = join(store, 'lost.partial', 'vdb.qcow2');
    expect(saidIn(finish).join('\n')).toContain(`${copy} is open in process`);
    expect(saidIn(finish).join('\n')).toContain(
      'libvirt would report the backup as running forever',
    );
    expect(await host.virsh('domjobinfo', guest.name)).toMatch(/^Job type:\s+None/);
    if (way === 'closed by hand') await closeByHand(copy);
    else {
      await host.virsh('destroy', guest.name);
      await host.virsh('start', guest.name, '--paused');
    }
    const back = await startCli(host, ['rollback', runOf(ended), '--format', 'json']).ended;
    expect(expectEnd(back, 0).end).toBe('rolled-back');
    expect(await readdir(store)).toEqual([]);
    await expectNothingLeft(host, guest.name);
    await expectBackupWorks();
  });

/** As docs/backups.md describes. */
async function closeByHand(copy: string): Promise<void> {
  const monitor = (...words: string[]) => host.virsh('qemu-monitor-command', guest.name, ...words);
  const listed = await monitor('--hmp', 'info block -n');
  const nodes = [...listed.matchAll(/^(\S+): (.*) \(\w+\)\r?$/gm)].flatMap(([, node, file]) =>
    file === copy ? [node!] : [],
  );
  expect(nodes.map((node) => node.split('-').at(-1))).toEqual(['format', 'storage']);
  for (const node of nodes)
    expect(
      await monitor(JSON.stringify({ execute: 'blockdev-del', arguments: { 'node-name': node } })),
    ).toContain('"return":{}');
}
