import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { terminalRenderer } from '../../../src/render/terminal.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { INTERRUPTED, ROLLBACK, STARTED, STRANDED, SUCCESS } from './recorded.ts';

async function play(
  events: readonly RunEvent[],
  terminal = new FakeTerminal(),
  color = false,
): Promise<FakeTerminal> {
  const renderer = terminalRenderer(terminal, color);
  for (const event of events) {
    renderer.listener(event);
    await delay(2);
  }
  await renderer.close();
  return terminal;
}

/** A frame with its spinner in the first position, because the position depends on the machine's load. */
function still(frame: string | undefined): string | undefined {
  return frame?.replaceAll(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/g, '⠋');
}

test('a run that succeeds ends with one line per step, and a report with the outcome first', async () => {
  const terminal = await play(SUCCESS);
  expect(terminal.screen()).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
    ✔ mirror blockcopy  ✔ mirror  ✔ pivot  15 s
    ✔ redefine  ✔ redefine  0.1 s

    succeeded: move-testvm on testvm (15 s)
      vda is /fast/copy.qcow2, live and defined."
  `);
  expect(terminal.cursorShown).toBe(true);
});

test('the active step shows its command, a bar and the guest', async () => {
  const upTo = SUCCESS.findIndex((event) => event.time === 4600);
  const terminal = new FakeTerminal();
  await play(SUCCESS.slice(0, upTo + 1), terminal);
  expect(still(terminal.frames.findLast((frame) => frame.includes('░')))).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
    ⠋ mirror blockcopy  ▸ mirror  · pivot
        copy vda to /fast/copy.qcow2
        $ virsh blockcopy testvm vda /fast/copy.qcow2
        ███░░░░░░░░░░░░░░  20 %  2 GiB of 10 GiB  512 MiB/s  4 s elapsed  16 s left
        guest running
    · redefine"
  `);
});

test('on forty columns the bar and its numbers take two lines', async () => {
  const upTo = SUCCESS.findIndex((event) => event.time === 4600);
  const terminal = new FakeTerminal(40);
  await play(SUCCESS.slice(0, upTo + 1), terminal);
  expect(still(terminal.frames.findLast((frame) => frame.includes('░')))).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine…
    ⠋ mirror blockcopy  ▸ mirror  · pivot
        copy vda to /fast/copy.qcow2
        $ virsh blockcopy testvm vda /fast…
        ███░░░░░░░░░░░░░░░  20 %  16 s left
        2 GiB of 10 GiB  512 MiB/s
        guest running
    · redefine"
  `);
});

test('a failure shows its reason and what was undone', async () => {
  const terminal = await play(ROLLBACK);
  expect(terminal.screen()).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
    ✖ mirror blockcopy  ✖ mirror  · pivot
        The job ended before it was ready: no space left on device.
    · redefine  not started
    ✔ rolled back: mirror: no space left on device
        ✔ mirror/mirror: end the mirror, remove the copy
        ✔ make-transient/undefine: define it again
        The copy had 2 GiB.

    rolled back: move-testvm on testvm (6.5 s)
    State now
      vda is /base.qcow2, as before.
    What to do
      fix the cause, then run the plan again"
  `);
});

test('the rollback is shown while it runs', async () => {
  const terminal = await play(ROLLBACK);
  const undoing = still(terminal.frames.findLast((frame) => frame.includes('▸ mirror/mirror')));
  expect(undoing).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
    ✖ mirror blockcopy  ✖ mirror  · pivot
        The job ended before it was ready: no space left on device.
    · redefine  not started
    ⠋ rolling back: mirror: no space left on device
        ▸ mirror/mirror: end the mirror, remove the copy
          $ virsh blockjob testvm vda --abort
        guest paused
        The copy had 2 GiB."
  `);
});

test('an interruption is distinguished from a failure', async () => {
  const terminal = await play(INTERRUPTED, new FakeTerminal(40));
  expect(terminal.screen()).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine…
    ✖ mirror blockcopy  ✖ mirror  · pivot
        interrupted
    · redefine  not started
    ✔ rolled back: SIGINT
        ✔ mirror/mirror: end the mirror, r…
        ✔ make-transient/undefine: define…
        The copy had 2 GiB.

    rolled back: move-testvm on testvm
      (interrupted, 6.5 s)
    State now
      vda is /base.qcow2, as before.
    What to do
      run the plan again when you are ready"
  `);
});

test('a failed rollback shows the journal and the next commands', async () => {
  const terminal = await play(STRANDED);
  expect(terminal.screen()).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
    ✖ mirror blockcopy  ✖ mirror  · pivot
        interrupted
    · redefine  not started
    ✖ rollback failed: SIGTERM
        ✖ mirror/mirror: end the mirror, remove the copy
        The copy had 2 GiB.
        libvirt does not answer.

    stranded: move-testvm on testvm (interrupted, 6.5 s)
    State now
      A mirror of vda is still running.
      the journal is in /state/run-1
    What to do
      check the guest, then type the command that fits
      $ virsh blockjob testvm vda --abort
      $ blockplan status"
  `);
});

test('events that arrive all at once give the same final screen', async () => {
  const terminal = new FakeTerminal();
  const renderer = terminalRenderer(terminal, false);
  for (const event of ROLLBACK) renderer.listener(event);
  await renderer.close();
  expect(terminal.screen()).toBe((await play(ROLLBACK)).screen());
});

test('without colour no colour code is written, with colour the text is the same', async () => {
  const plain = await play(ROLLBACK);
  const colored = await play(ROLLBACK, new FakeTerminal(), true);
  expect(plain.written).not.toMatch(/\u001b\[\d*m/);
  expect(colored.written).toMatch(/\u001b\[31m✖/);
  expect(colored.screen()).toBe(plain.screen());
});

test('a run that never finishes is closed with the cursor shown and no report', async () => {
  const terminal = new FakeTerminal();
  const renderer = terminalRenderer(terminal, false);
  for (const event of SUCCESS.slice(0, 8)) renderer.listener(event);
  await expect.poll(() => terminal.cursorShown).toBe(false);
  await renderer.close();
  expect(terminal.cursorShown).toBe(true);
  expect(terminal.screen()).toContain('✖ mirror blockcopy  ✖ mirror  · pivot');
  expect(terminal.screen()).toContain('· redefine  not started');
});

test('a process that ends at once restores its cursor', async () => {
  const terminal = new FakeTerminal();
  const renderer = terminalRenderer(terminal, false);
  for (const event of SUCCESS.slice(0, 8)) renderer.listener(event);
  await expect.poll(() => terminal.cursorShown).toBe(false);
  renderer.abandon();
  expect(terminal.cursorShown).toBe(true);
});

test('no signal handler is installed: the command line handles signals', async () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const before = signals.map((signal) => process.listenerCount(signal));
  const stderr = process.stderr.isTTY;
  process.stderr.isTTY = true;
  try {
    const terminal = new FakeTerminal();
    const renderer = terminalRenderer(terminal, false);
    for (const event of SUCCESS.slice(0, 8)) renderer.listener(event);
    await expect.poll(() => terminal.cursorShown).toBe(false);
    expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
    await renderer.close();
  } finally {
    process.stderr.isTTY = stderr;
  }
});

test('twelve steps fit on a low terminal during the run, and all are shown at the end', async () => {
  const steps = Array.from({ length: 12 }, (_, index) => ({
    id: `copy-${index}`,
    kind: 'blockcopy',
    phases: [{ name: 'mirror', summary: 'copy' }],
  }));
  const events: RunEvent[] = [{ ...STARTED, steps }];
  for (const { id } of steps) {
    const phase = { direction: 'do', step: id, phase: 'mirror' } as const;
    events.push(
      { time: 1, event: 'phase-started', ...phase, summary: 'copy' },
      { time: 2, event: 'progress', ...phase, current: 2 ** 20, total: 2 ** 21 },
      { time: 3, event: 'phase-finished', ...phase, durationMs: 2 },
    );
  }
  const terminal = new FakeTerminal(60, 10);
  const renderer = terminalRenderer(terminal, false);
  for (const event of events.slice(0, 9)) renderer.listener(event);
  await expect.poll(() => terminal.screen()).toContain('50 %');
  expect(still(terminal.screen())).toMatchInlineSnapshot(`
    "move-testvm on testvm
    journal in /state/run-1

    ✔ copy-0 blockcopy  ✔ mirror  0 s
    ✔ copy-1 blockcopy  ✔ mirror  0 s
    ⠋ copy-2 blockcopy  ▸ mirror
        copy
        ███████████████░░░░░░░░░░░░░░░  50 %  1 MiB of 2 MiB
    · copy-3 blockcopy
    · copy-4 blockcopy
    · copy-5 blockcopy
    · 6 more steps"
  `);
  for (const event of events.slice(9)) renderer.listener(event);
  await renderer.close();
  for (const { id } of steps) expect(terminal.screen()).toContain(`✔ ${id} blockcopy`);
});

test('findings before the run starts are shown above, and later ones with the step', async () => {
  const finding: RunEvent = {
    time: 0,
    event: 'finding',
    finding: {
      code: 'BP120',
      severity: 'warning',
      message: 'The agent is silent.',
      hint: 'Start it.',
    },
  };
  const terminal = await play([finding, ...SUCCESS.slice(0, 4), finding, ...SUCCESS.slice(4)]);
  expect(terminal.screen().split('\n').slice(0, 6).join('\n')).toMatchInlineSnapshot(`
    "warning BP120: The agent is silent. (Start it.)
    move-testvm on testvm
    journal in /state/run-1

    ✔ make-transient undefine  ✔ undefine  0.5 s
        warning BP120: The agent is silent. (Start it.)"
  `);
});
