/** Whether events arrive is proven when a run begins, and again after each reconnect, with the marker of the run. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { Marker } from '../../../src/model/marker.ts';
import { OWN, other, own, runEventsScene as scene } from './run-events-scene.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

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

describe("another run's marker", () => {
  const OTHER: Marker = { ...OWN, run: 'r2' };

  test('is not overwritten at the beginning, unless it may be', async () => {
    const { events, virsh, within, on, sets } = await scene([true]);
    on.marker = other;
    expect(await within(100, events.mark(virsh, OWN))).toBeUndefined();
    expect([on.marker, sets()]).toEqual([other, []]);
    expect(await within(100, events.mark(virsh, OWN, { ...OTHER, run: 'r3' }))).toBeUndefined();
    expect(on.marker).toBe(other);
    expect(await within(100, events.mark(virsh, OWN, OTHER))).toBeUndefined();
    expect(on.marker).toBe(own);
  });

  test('is not overwritten to wait for events, nor if it appears meanwhile', async () => {
    const receives = [true];
    const { events, virsh, within, on } = await scene(receives);
    await within(100, events.mark(virsh, OWN));
    expect(await within(100, events.settled(virsh))).toBe(true);
    receives[0] = false;
    const settled = events.settled(virsh);
    expect(await within(5_000, settled)).toBe('pending');
    on.marker = other;
    // The pause between two attempts is of real time.
    await delay(200);
    expect(await within(0, settled)).toBe(false);
    expect(on.marker).toBe(other);
  });

  test('an abort ends the wait for events', async () => {
    const receives = [true];
    const { events, virsh, within } = await scene(receives);
    await within(100, events.mark(virsh, OWN));
    receives[0] = false;
    const leave = new AbortController();
    const settled = events.settled(virsh, leave.signal);
    expect(await within(60_000, settled)).toBe('pending');
    leave.abort(new Error('Ctrl-C'));
    expect(await within(100, settled)).toBe('Ctrl-C');
  });
});
