import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlockplanError } from '../../src/errors.ts';
import type { HostIO } from '../../src/host-io/host-io.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import type { DomainEvent } from '../../src/libvirt/event-text.ts';
import { type DomainEvents, openEvents } from '../../src/libvirt/events.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { openVirsh, type Virsh } from '../../src/libvirt/virsh.ts';
import { childrenOf } from './processes.ts';

const MARKER = 'https://blockplan.example/marker';
const DISK = { target: 'vda', chain: ['disk'] };
const IN_TIME = { timeoutMs: 20_000 };

const isJob = (status: string) => (event: DomainEvent) =>
  event.kind === 'block-job' && event.status === status;

let host: LabHost;
let virsh: Virsh;
beforeAll(async () => {
  host = await startHost();
  virsh = await openVirsh(localHost, { uri: host.uri });
});
afterAll(async () => {
  await virsh?.close();
  await host?.stop();
});

async function ask(...argv: string[]): Promise<string> {
  const answer = await virsh.run(argv);
  if (!answer.ok) throw new Error(answer.error);
  return answer.stdout.trim();
}

async function uuidOf(guest: Guest): Promise<string> {
  return ask('domuuid', '--domain', guest.name);
}

/** A subscription that is known to work. */
async function listenTo(domain: string): Promise<DomainEvents> {
  const events = await openEvents(localHost, { uri: host.uri, domain });
  const touch = () =>
    ask('metadata', '--domain', domain, '--uri', MARKER, '--key', 'bp', '--set', '<m/>', '--live');
  expect(await events.proveLive(touch, MARKER, IN_TIME)).toBe(true);
  return events;
}

describe("the events of a guest whose name looks like virsh's output", () => {
  const name = "--all it's': Stopped Failed";
  let domain: string;
  beforeAll(async () => {
    const guest = await host.createGuest({ disks: [DISK], start: false });
    domain = await uuidOf(guest);
    await ask('domrename', '--domain', domain, '--new-name', name);
    await ask('start', '--domain', domain);
  });

  it('report a copy that becomes ready and completes, once each', async () => {
    await using events = await listenTo(domain);
    const heard: DomainEvent[] = [];
    events.on((event) => heard.push(event));
    const dest = join(host.images, "copy; of 'it'.qcow2");

    const ready = events.waitFor(isJob('ready'), IN_TIME);
    await ask(
      ...['blockcopy', '--domain', domain, '--path', 'vda', '--dest', dest],
      ...['--transient-job', '--format', 'qcow2'],
    );
    expect(await ready).toMatchObject({ disk: 'vda', type: 'copy' });
    expect(await ask('dumpxml', '--domain', domain)).toMatch(/<mirror .*ready='yes'/);

    const completed = events.waitFor(isJob('completed'), IN_TIME);
    await ask('blockjob', '--domain', domain, '--path', 'vda', '--pivot');
    expect(await completed).toMatchObject({ disk: 'vda', type: 'copy' });
    const jobs = heard.filter(({ kind }) => kind === 'block-job');
    expect(jobs).toHaveLength(2);
  });

  it('report a copy that is cancelled', async () => {
    await using events = await listenTo(domain);
    const canceled = events.waitFor(isJob('canceled'), IN_TIME);
    await ask(
      ...['blockcopy', '--domain', domain, '--path', 'vda', '--dest', join(host.images, 'x')],
      ...['--transient-job', '--bandwidth', '1', '--format', 'qcow2'],
    );
    await ask('blockjob', '--domain', domain, '--path', 'vda', '--abort');
    expect(await canceled).toMatchObject({ disk: 'vda', type: 'copy' });
  });

  it('report the end of a backup, and its result', async () => {
    await using events = await listenTo(domain);
    const over = events.waitFor((event) => event.kind === 'job-completed', IN_TIME);
    await ask('backup-begin', '--domain', domain);
    expect(await over).toMatchObject({ fields: { operation: expect.any(String) } });
  });

  it('are found by the name as well as the UUID, although it begins with dashes', async () => {
    await using events = await listenTo(name);
    const suspended = events.waitFor((event) => event.kind === 'lifecycle', IN_TIME);
    await ask('suspend', '--domain', name);
    expect(await suspended).toMatchObject({ event: 'Suspended', detail: 'Paused' });
    await ask('resume', '--domain', name);
  });

  it('stop for a listener that has ended, and respect the time limit', async () => {
    await using events = await listenTo(domain);
    const heard: string[] = [];
    const stop = events.on((event) => heard.push(event.kind));
    stop();
    expect(await events.waitFor(isJob('failed'), { timeoutMs: 50 })).toBeUndefined();
    const giveUp = new AbortController();
    const waiting = events.waitFor(isJob('failed'), { ...IN_TIME, signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(heard).toEqual([]);
  });

  it('continue when a transient guest stops, and report the stop', async () => {
    const transient = await host.createGuest({ disks: [DISK] });
    const domain = await uuidOf(transient);
    await ask('undefine', '--domain', domain);
    await using events = await listenTo(domain);
    const stopped = events.waitFor(
      (event) => event.kind === 'lifecycle' && event.event === 'Stopped',
      IN_TIME,
    );
    await ask('destroy', '--domain', domain);
    expect(await stopped).toMatchObject({ detail: 'Destroyed' });
    expect(events.alive).toBe(true);
  });
});

describe('a driver whose first process for events never receives any', () => {
  it('starts another one, also after a reconnect, and a job is followed by its events', async () => {
    const guest = await host.createGuest({ disks: [DISK] });
    const started: string[] = [];
    const io: HostIO = {
      ...localHost,
      start(argv, options) {
        if (!argv.includes('event')) return localHost.start(argv, options);
        started.push(argv.join(' '));
        const isDeaf = started.length === 1 || started.length === 3;
        return localHost.start(isDeaf ? ['sleep', '600'] : argv, options);
      },
    };
    const driver = await openLiveDriver(io, {
      ...{ uri: host.uri, domain: guest.name, readonly: false },
      writeDurably: () => Promise.resolve(),
    });
    try {
      await driver.mark({
        run: '20260101-000000-abcdef',
        user: 'root',
        host: 'here',
        pid: 1,
        since: '',
      });
      expect(started).toHaveLength(2);
      const marker = await driver.marker();
      await host.killDaemon();
      await host.startDaemon();
      expect(await driver.reconnect()).toBe(true);
      expect([started.length, await driver.marker()]).toEqual([4, marker]);
      await virsh.close();
      virsh = await openVirsh(localHost, { uri: host.uri });
      const stopped = new Promise((resolve) => driver.onGuestState(resolve));
      await ask('suspend', '--domain', guest.name);
      expect(await stopped).toBe('paused');
      await driver.unmark();
    } finally {
      await driver.close();
      await guest.destroy();
    }
  }, 120_000);
});

describe('the end of a subscription', () => {
  it('is reported with the reason if the domain does not exist', async () => {
    await using events = await openEvents(localHost, { uri: host.uri, domain: randomUUID() });
    expect(await events.closed).toMatchObject({
      asked: false,
      reason: expect.stringContaining('failed to get domain'),
    });
    expect(events.alive).toBe(false);
  });

  it('is reported if virsh is missing', async () => {
    const events = await openEvents(localHost, {
      uri: host.uri,
      domain: 'x',
      command: '/nowhere/virsh',
    });
    expect(await events.closed).toMatchObject({
      reason: expect.stringContaining('/nowhere/virsh'),
    });
  });

  it('comes on request, and leaves no process', async () => {
    const before = await childrenOf(process.pid);
    const events = await openEvents(localHost, { uri: host.uri, domain: 'x' });
    await events.close();
    expect(await events.closed).toEqual({ asked: true, reason: 'the subscription was closed' });
    expect(await childrenOf(process.pid)).toEqual(before);
    await events.close();
  });

  it('comes with the death of the daemon, and rejects all waits', async () => {
    const guest = await host.createGuest({ disks: [DISK] });
    await using events = await listenTo(await uuidOf(guest));
    const waiting = events.waitFor(isJob('ready'), IN_TIME).catch((error: unknown) => error);
    await host.killDaemon();
    const error = await waiting;
    expect(error).toBeInstanceOf(BlockplanError);
    expect((error as BlockplanError).end).toBe('uncertain');
    expect((await events.closed).reason).toMatch(/^Disconnected from .* due to end of file/);
    await expect(events.waitFor(isJob('ready'), IN_TIME)).rejects.toBeInstanceOf(BlockplanError);
  });
});
