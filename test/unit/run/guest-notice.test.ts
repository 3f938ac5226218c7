import { expect, test } from 'vitest';
import { guestNotice } from '../../../src/run/guest-notice.ts';

test.each([
  [
    'paused',
    'I/O Error',
    '"web1" is paused because a write failed, most likely for lack of space: check with virsh domblkerror web1, free some space, then run virsh resume web1; no data is lost, and the run continues',
  ],
  [
    'paused',
    'Watchdog',
    '"web1" was paused by its watchdog: check the guest, then run virsh resume web1',
  ],
  ['shut off', 'Shutdown', '"web1" shut down during the run'],
  ['shut off', 'Destroyed', '"web1" was forced off during the run'],
  ['shut off', 'Crashed', '"web1" crashed during the run'],
  ['shut off', 'Failed', '"web1" stopped during the run: its QEMU process died'],
  ['shut off', 'Migrated', '"web1" was migrated during the run: it now runs on another host'],
  ['shut off', 'Saved', '"web1" was saved during the run: virsh start web1 restores it'],
] as const)('a guest that is %s (%s) is reported in one sentence', (state, detail, sentence) => {
  expect(guestNotice({}, 'web1', state, detail)).toBe(sentence);
});

test.each([
  ['a pause that the plan asked for', 'paused', 'Paused'],
  ['a pause for a snapshot', 'paused', 'Snapshot'],
  ['a start', 'running', 'Booted'],
  ['a start with the detail of a stop', 'running', 'Crashed'],
  ['a start with the detail of a pause', 'running', 'Watchdog'],
  ['a stop with an unknown detail', 'shut off', 'Unknown'],
] as const)('%s is not reported', (_title, state, detail) => {
  expect(guestNotice({}, 'web1', state, detail)).toBeUndefined();
});

test.each([
  ['paused', 'I/O Error', "virsh resume 'a; b'"],
  ['paused', 'Watchdog', "virsh resume 'a; b'"],
  ['shut off', 'Saved', "virsh start 'a; b'"],
] as const)('a command for a guest that is %s (%s) is quoted', (state, detail, command) => {
  expect(guestNotice({}, 'a; b', state, detail)).toContain(command);
});
