import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { linesListener } from '../../../src/render/lines.ts';
import { ROLLBACK, STRANDED, SUCCESS } from './recorded.ts';

function written(events: readonly RunEvent[]): string {
  let text = '';
  const listener = linesListener({
    write: (more) => {
      text += more;
    },
  });
  for (const event of events) listener(event);
  return text;
}

test('a run that succeeds', () => {
  expect(written(SUCCESS)).toMatchInlineSnapshot(`
    "move-testvm on testvm: run run-1, journal in /state/run-1
    guest: running
    make-transient/undefine: keep the definition
      $ virsh undefine testvm
    make-transient/undefine: done in 0.5 s
    mirror/mirror: copy vda to /fast/copy.qcow2
      $ virsh blockcopy testvm vda /fast/copy.qcow2
    mirror/mirror: 15 %, 1.5 GiB of 10 GiB, 512 MiB/s, 3 s elapsed, 17 s left
    mirror/mirror: 20 %, 2 GiB of 10 GiB, 512 MiB/s, 4 s elapsed, 16 s left
    mirror/mirror: 100 %, 10 GiB of 10 GiB, 512 MiB/s, 14 s elapsed
    mirror/mirror: done in 15 s
    mirror/pivot: let the guest write to the copy
    mirror/pivot: done in 0.1 s
    redefine/redefine: define the guest with the copy
    redefine/redefine: done in 0.1 s
    succeeded: move-testvm on testvm (15 s)
      vda is /fast/copy.qcow2, live and defined.
    "
  `);
});

test('a run that is rolled back', () => {
  expect(written(ROLLBACK)).toMatchInlineSnapshot(`
    "move-testvm on testvm: run run-1, journal in /state/run-1
    guest: running
    make-transient/undefine: keep the definition
      $ virsh undefine testvm
    make-transient/undefine: done in 0.5 s
    mirror/mirror: copy vda to /fast/copy.qcow2
      $ virsh blockcopy testvm vda /fast/copy.qcow2
    mirror/mirror: 15 %, 1.5 GiB of 10 GiB, 512 MiB/s, 3 s elapsed, 17 s left
    mirror/mirror: 20 %, 2 GiB of 10 GiB, 512 MiB/s, 4 s elapsed, 16 s left
    mirror/mirror: failed: The job ended before it was ready: no space left on device.
    guest: paused
    rolling back: mirror: no space left on device
    undo mirror/mirror: end the mirror, remove the copy
      $ virsh blockjob testvm vda --abort
    note: The copy had 2 GiB.
    undo mirror/mirror: done in 0.3 s
    guest: running
    undo make-transient/undefine: define it again
    undo make-transient/undefine: done in 0.3 s
    rolled back: move-testvm on testvm (6.5 s)
    State now
      vda is /base.qcow2, as before.
    What to do
      fix the cause, then run the plan again
    "
  `);
});

test('a rollback that failed, after an interruption', () => {
  expect(written(STRANDED.slice(-6))).toMatchInlineSnapshot(`
    "interrupted, rolling back: SIGTERM
    undo mirror/mirror: end the mirror, remove the copy
      $ virsh blockjob testvm vda --abort
    note: The copy had 2 GiB.
    undo mirror/mirror: failed: libvirt does not answer.
    stranded (interrupted, 6.5 s)
    State now
      A mirror of vda is still running.
    What to do
      check the guest, then type the command that fits
      $ virsh blockjob testvm vda --abort
      $ blockplan status
    "
  `);
});

test('progress is printed every ten percent, or every ten seconds if it is slow', () => {
  const phase = { direction: 'do', step: 's', phase: 'p' } as const;
  const events: RunEvent[] = [{ time: 0, event: 'phase-started', ...phase, summary: 'copy' }];
  for (let second = 1; second <= 35; second += 1) {
    events.push({ time: second * 1000, event: 'progress', ...phase, current: second, total: 1000 });
  }
  for (let tick = 1; tick <= 100; tick += 1) {
    events.push({ time: 36_000 + tick, event: 'progress', ...phase, current: tick, total: 100 });
  }
  const percents = written(events).match(/\d+ %/g);
  expect(percents).toEqual([
    '1 %',
    '2 %',
    '3 %',
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => `${n}0 %`),
  ]);
});
