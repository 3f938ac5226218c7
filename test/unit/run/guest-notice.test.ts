import { expect, test } from 'vitest';
import { guestNotice } from '../../../src/run/guest-notice.ts';

test('what befalls the guest is told in a sentence that names it and what to type', () => {
  expect(guestNotice('web1', 'paused', 'I/O Error')).toBe(
    '"web1" is paused since it could not write, most likely for want of space; see virsh domblkerror web1, make room, then virsh resume web1: it loses nothing, and the run goes on',
  );
  expect(guestNotice('web1', 'shut off', 'Migrated')).toContain('another host');
});

test('a pause of the plan itself, and a start, need no sentence', () => {
  expect(guestNotice('web1', 'paused', 'Paused')).toBeUndefined();
  expect(guestNotice('web1', 'paused', 'Snapshot')).toBeUndefined();
  expect(guestNotice('web1', 'running', 'Booted')).toBeUndefined();
});
