/** Whether events arrive is proven when a run begins, and again after each reconnect, with the marker of the run. */
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HostIO, RunningProgram } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { DomainEvent } from '../../../src/libvirt/event-text.ts';
import { openEvents } from '../../../src/libvirt/events.ts';
import { RunEvents } from '../../../src/libvirt/run-events.ts';
import { MARKER_URI, type Marker } from '../../../src/model/marker.ts';
import { scripted } from './scripted-virsh.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const OWN: Marker = { run: 'r1', host: 'here', user: 'root', pid: 1, since: '2026' };
const own = "<run run='r1' host='here' user='root' pid='1' since='2026'/>";
const other = own.replace('r1', 'r2');

function program(): RunningProgram & { print(line: string): void } {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let exit: () => void = () => {};
  const exited = new Promise<{ missing: false; code: 0; signal: undefined }>((resolve) => {
    exit = () => resolve({ missing: false, code: 0, signal: undefined });
  });
  stdout.setEncoding('utf8');
  return {
    ...{ started: true, stdin, stdout, stderr, exited, kill: exit, abandon: exit },
    print: (line) => void stdout.write(`2026-01-01 00:00:00.000+0000: ${line}\n`),
  };
}

/** The events of a run; `receives` says for each process that listens whether it receives events. */
async function scene(receives: readonly boolean[]) {
  const on = { marker: '', state: 'running\n', refusal: undefined as string | undefined };
  const started: ReturnType<typeof program>[] = [];
  const io: HostIO = {
    ...localHost,
    start(argv) {
      const made = program();
      if (argv.includes('event')) started.push(made);
      return made;
    },
  };
  const virsh = scripted(([verb, ...words]) => {
    if (verb === 'domstate') return on.state;
    const set = words.indexOf('--set');
    if (verb !== 'metadata' || words.includes('--remove')) return '';
    if (set < 0) return on.marker === '' ? new Error('metadata not found') : `${on.marker}\n`;
    if (on.refusal !== undefined) return new Error(on.refusal);
    on.marker = words[set + 1] ?? '';
    if (receives[started.length - 1])
      started
        .at(-1)
        ?.print(`event 'metadata-change' for domain 'vm': type element, uri ${MARKER_URI}`);
    return '';
  });
  const heard: DomainEvent[] = [];
  const open = () => openEvents(io, { uri: 'test:///default', domain: 'vm' });
  const events = new RunEvents(await open(), {
    ...{ domain: 'vm', listen: open },
    hear: (event) => heard.push(event),
  });
  /** What a promise comes to, after that time. */
  const within = async <T>(ms: number, promise: Promise<T>): Promise<T | string> => {
    let came: T | string = 'pending';
    promise.then(
      (value) => {
        came = value;
      },
      (error: Error) => {
        came = error.message;
      },
    );
    await vi.advanceTimersByTimeAsync(ms);
    return came;
  };
  const sets = () => virsh.asked.filter((each) => each.includes('--set'));
  return { on, started, virsh, heard, events, within, sets };
}

describe('at the beginning of a run', () => {
  test('the marker proves the subscription at once', async () => {
    const { events, virsh, within, started, on } = await scene([true]);
    expect(await within(100, events.mark(virsh, OWN))).toBeUndefined();
    expect([started.length, on.marker]).toEqual([1, own]);
  });

  test('a process that receives nothing is replaced once', async () => {
    const { events, virsh, within, started } = await scene([false, true]);
    const marked = events.mark(virsh, OWN);
    expect(await within(9_000, marked)).toBe('pending');
    expect(await within(2_000, marked)).toBeUndefined();
    expect(started).toHaveLength(2);
    const silent = await scene([]);
    expect(await within(60_000, silent.events.mark(silent.virsh, OWN))).toBe(
      'libvirt sends no events, which are required to follow a block job',
    );
  });
});

describe('after a reconnect', () => {
  test('the same marker is set again, until an event arrives', async () => {
    const receives = [true, false];
    const { events, virsh, within, sets, started, heard } = await scene(receives);
    await within(100, events.mark(virsh, OWN));
    const [first, ...rest] = sets();
    expect(rest).toEqual([]);
    const again = events.listenAgain(virsh, undefined);
    expect(await within(5_000, again)).toBe('pending');
    receives[1] = true;
    // The pause between two attempts is of real time.
    await delay(100);
    expect(await within(0, again)).toBe(true);
    expect([new Set(sets()), started.length]).toEqual([new Set([first]), 2]);
    expect(sets().length).toBeGreaterThan(2);
    expect(heard.length).toBeGreaterThanOrEqual(2);
  });

  test('the watches follow the new subscription', async () => {
    const { events, virsh, within, started } = await scene([true, true]);
    await within(100, events.mark(virsh, OWN));
    const former = events.jobs;
    const again = events.listenAgain(virsh, undefined);
    expect(await within(100, again)).toBe(true);
    expect(events.jobs).not.toBe(former);
    started.at(-1)?.print("event 'lifecycle' for domain 'vm': Stopped Destroyed");
    const effect = { tool: 'await-job', disk: 'vda', until: 'ended', why: 'w' } as const;
    const wait = { io: localHost, virsh, domain: 'vm', onProgress: () => {} };
    await within(0, Promise.resolve());
    const ended = events.jobs.until({ ...wait, effect: { ...effect, timeoutMs: 60_000 } });
    expect(await within(1_000, ended)).toContain('the guest stopped (destroyed)');
  });

  test('a second process is started, and without any events it is no connection', async () => {
    const { events, virsh, within, started } = await scene([true, false, true]);
    await within(100, events.mark(virsh, OWN));
    expect(await within(11_000, events.listenAgain(virsh, undefined))).toBe(true);
    expect(started).toHaveLength(3);
    const silent = await scene([true]);
    await silent.within(100, silent.events.mark(silent.virsh, OWN));
    expect(await silent.within(60_000, silent.events.listenAgain(silent.virsh, undefined))).toBe(
      false,
    );
  });

  test('a marker that is gone, as after a reboot, is set again', async () => {
    const { events, virsh, within, on } = await scene([true, true]);
    await within(100, events.mark(virsh, OWN));
    on.marker = '';
    expect(await within(100, events.listenAgain(virsh, undefined))).toBe(true);
    expect(on.marker).toBe(own);
  });

  test.each([
    ['the guest is off', { state: 'shut off\n', marker: '' }],
    ['another run has marked the guest', { marker: other }],
  ])('nothing is set if %s', async (_, now) => {
    const { events, virsh, within, on, sets } = await scene([true]);
    await within(100, events.mark(virsh, OWN));
    Object.assign(on, now);
    expect(await within(100, events.listenAgain(virsh, undefined))).toBe(true);
    expect([sets().length, on.marker]).toEqual([1, now.marker]);
  });

  test('nothing is set by a run that has no marker, or has removed it', async () => {
    const never = await scene([true, true]);
    expect(await never.within(100, never.events.listenAgain(never.virsh, undefined))).toBe(true);
    expect(never.sets()).toEqual([]);
    const { events, virsh, within, sets } = await scene([true, true]);
    await within(100, events.mark(virsh, OWN));
    await within(0, events.unmark(virsh));
    expect(await within(100, events.listenAgain(virsh, undefined))).toBe(true);
    expect(sets()).toHaveLength(1);
  });

  test('a guest that another command holds is a connection', async () => {
    const { events, virsh, within, on } = await scene([true, true]);
    await within(100, events.mark(virsh, OWN));
    on.refusal = 'cannot acquire state change lock';
    expect(await within(100, events.listenAgain(virsh, undefined))).toBe(true);
  });

  test('an abort ends the proof', async () => {
    const { events, virsh, within } = await scene([true]);
    await within(100, events.mark(virsh, OWN));
    const leave = new AbortController();
    const again = events.listenAgain(virsh, leave.signal);
    expect(await within(1_000, again)).toBe('pending');
    leave.abort(new Error('Ctrl-C'));
    expect(await within(100, again)).toBe('Ctrl-C');
  });
});
