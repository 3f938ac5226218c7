import { expect, test } from 'vitest';
import { guestNotice } from '../../../src/run/guest-notice.ts';

test.each([
  [
    'paused',
    'I/O Error',
    '"web1" is paused since it could not write, most likely for want of space; see virsh domblkerror web1, make room, then virsh resume web1: it loses nothing, and the run goes on',
  ],
  ['paused', 'Watchdog', '"web1" is paused by its watchdog; look at it, then virsh resume web1'],
  ['shut off', 'Shutdown', '"web1" has shut down in the middle of the run'],
  ['shut off', 'Destroyed', '"web1" was stopped hard by somebody in the middle of the run'],
  ['shut off', 'Crashed', '"web1" has crashed in the middle of the run'],
  ['shut off', 'Failed', '"web1" has stopped in the middle of the run: its QEMU died'],
  [
    'shut off',
    'Migrated',
    '"web1" was migrated away by somebody in the middle of the run: it runs on another host now',
  ],
  [
    'shut off',
    'Saved',
    '"web1" was saved by somebody in the middle of the run: virsh start web1 goes on with it',
  ],
] as const)('a guest that is %s (%s) is named in one sentence', (state, detail, sentence) => {
  expect(guestNotice('web1', state, detail)).toBe(sentence);
});

test.each([
  ['a pause that the plan asked for', 'paused', 'Paused'],
  ['a pause for a snapshot', 'paused', 'Snapshot'],
  ['a start', 'running', 'Booted'],
  ['a start that is explained like a stop', 'running', 'Crashed'],
  ['a start that is explained like a pause', 'running', 'Watchdog'],
  ['a stop that nothing explains', 'shut off', 'Unknown'],
] as const)('%s needs no sentence', (_title, state, detail) => {
  expect(guestNotice('web1', state, detail)).toBeUndefined();
});
