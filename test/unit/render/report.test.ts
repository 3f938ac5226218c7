import { describe, expect, test } from 'vitest';
import { adviceOf, ENDS, type End, EXIT_CODES, OUTCOMES } from '../../../src/outcomes.ts';
import {
  leftUnfinishedText,
  type RunFinishedEvent,
  renderReport,
} from '../../../src/render/report.ts';
import { STARTED } from './recorded.ts';

function finished(end: End, more: Partial<RunFinishedEvent> = {}): RunFinishedEvent {
  return {
    time: 1,
    event: 'run-finished',
    end,
    exitCode: EXIT_CODES[end],
    interrupted: false,
    state: ['vda is /base.qcow2.', 'testvm is running.'],
    next: [],
    durationMs: 182_000,
    ...more,
  };
}

describe('the report', () => {
  test('of a success', () => {
    expect(renderReport(finished('succeeded'), STARTED, false)).toMatchInlineSnapshot(`
      "succeeded: move-testvm on testvm (3 min 2 s)
        vda is /base.qcow2.
        testvm is running.
      "
    `);
  });

  test('of an interruption that was rolled back', () => {
    const event = finished('rolled-back', { interrupted: true, exitCode: 130 });
    expect(renderReport(event, STARTED, false)).toMatchInlineSnapshot(`
      "rolled back: move-testvm on testvm (interrupted, 3 min 2 s)
      State now
        vda is /base.qcow2.
        testvm is running.
      What to do
        run the plan again when you are ready
      "
    `);
  });

  test('of a stranded run, with the journal and each command on its line', () => {
    const next = ["virsh define '/state/run-1/definition.xml'", 'blockplan status'];
    expect(renderReport(finished('stranded', { next }), STARTED, false)).toMatchInlineSnapshot(`
      "stranded: move-testvm on testvm (3 min 2 s)
      State now
        vda is /base.qcow2.
        testvm is running.
        the journal is in /state/run-1
      What to do
        check the guest, then type the command that fits
        $ virsh define '/state/run-1/definition.xml'  # define the domain again
        $ blockplan status
      "
    `);
  });

  test('of an uncertain run names the journal', () => {
    expect(renderReport(finished('uncertain'), STARTED, false)).toContain('/state/run-1');
  });

  test('of a run that was refused before it began', () => {
    const event = finished('preflight-refused', {
      state: ['Nothing was touched.'],
      durationMs: 40,
    });
    expect(renderReport(event, undefined, false)).toMatchInlineSnapshot(`
      "refused (0 s)
      State now
        Nothing was touched.
      What to do
        fix what is reported, then try again
      "
    `);
  });

  test('breaks sentences for a narrow terminal, and never a command', () => {
    const next = ['virsh define /state/run-1/definition.xml'];
    const event = finished('stranded', { next });
    expect(renderReport(event, STARTED, false, 24)).toMatchInlineSnapshot(`
      "stranded: move-testvm
        on testvm (3 min 2 s)
      State now
        vda is /base.qcow2.
        testvm is running.
        the journal is in /state/run-1
      What to do
        check the guest, then
        type the command that
        fits
        $ virsh define /state/run-1/definition.xml  # define the domain again
      "
    `);
  });

  test.each(ENDS)('begins with the outcome: %s', (end) => {
    const { word } = OUTCOMES[end];
    expect(renderReport(finished(end), STARTED, false).startsWith(word)).toBe(true);
  });
});

describe('the parts of a report', () => {
  const titles = (event: RunFinishedEvent) =>
    renderReport(event, STARTED, false).match(/^(What happened|State now|What to do)$/gm) ?? [];
  const happened = ['mirror/pivot failed: no'];
  const next = ['virsh domblklist testvm', 'blockplan resume r', 'blockplan rollback r'];
  const all = ['What happened', 'State now', 'What to do'];

  test.each<readonly [string, RunFinishedEvent, readonly string[]]>([
    ['a success', finished('succeeded'), []],
    ['a success that leaves something to do', finished('succeeded', { next }), all.slice(1)],
    ['a rollback on demand', finished('rolled-back', { exitCode: 0 }), []],
    ['a rollback after a failure', finished('rolled-back', { happened }), all],
    ['a rollback after Ctrl-C', finished('rolled-back', { happened, interrupted: true }), all],
    ['a refusal', finished('preflight-refused', { happened, state: ['nothing was done'] }), all],
    ['a refused input', finished('input-refused', { happened }), all],
    ['a stranded run', finished('stranded', { happened, next }), all],
    [
      'an interrupted rollback',
      finished('stranded', { happened, next, interrupted: true, exitCode: 130 }),
      all,
    ],
    ['an uncertain run', finished('uncertain', { happened, next }), all],
  ])('%s', (_title, event, expected) => {
    expect(titles(event)).toEqual(expected);
    const text = renderReport(event, STARTED, false);
    for (const sentence of [...event.state, ...(event.happened ?? [])])
      expect(text.split(sentence)).toHaveLength(2);
  });

  test('explain the commands, in one column, in their order', () => {
    const event = finished('stranded', { happened, next });
    expect(renderReport(event, STARTED, false).split('What to do\n')[1]).toMatchInlineSnapshot(`
      "  check the guest, then type the command that fits
        $ virsh domblklist testvm  # see which files the guest uses
        $ blockplan resume r       # finish its plan
        $ blockplan rollback r     # undo what it did
      "
    `);
  });

  test('offer only to finish a rollback that has begun', () => {
    const event = finished('stranded', { happened, next: ['blockplan rollback r'] });
    expect(renderReport(event, STARTED, false)).toContain(
      '  $ blockplan rollback r  # finish its rollback\n',
    );
  });

  test('of the log of an older version have everything under the state', () => {
    const event = finished('stranded', { state: ['mirror/pivot failed: no', 'vda is on a'], next });
    expect(titles(event)).toEqual(all.slice(1));
  });

  test('of an interrupted run say how to continue it', () => {
    expect(
      leftUnfinishedText(
        {
          time: 1,
          event: 'run-left',
          run: 'r',
          by: 'interrupted by SIGINT',
          jobs: ['the copy of vda may have been cancelled already'],
          next: next.slice(1),
        },
        undefined,
      ),
    ).toMatchInlineSnapshot(`
      "interrupted: run r
      What happened
        interrupted by SIGINT
      State now
        the run is not over
        the copy of vda may have been cancelled already
      What to do
        type the command that fits: until then, no other run can work on the guest
        $ blockplan resume r    # finish its plan
        $ blockplan rollback r  # undo what it did"
    `);
  });
});

test('a run that was left by an older version is only said not to be over', () => {
  const event = { time: 1, event: 'run-left', run: 'r', by: 'SIGINT', next: [] } as const;
  expect(leftUnfinishedText(event, undefined)).toContain('State now\n  the run is not over\n');
  expect(leftUnfinishedText(event, STARTED)).toMatch(
    /^interrupted: move-testvm on testvm, run r\nWhat happened\n {2}SIGINT\n/,
  );
});

test('a run that was interrupted and rolled back can be run again; nothing has to be repaired', () => {
  expect(adviceOf('rolled-back', true)).toEqual(['run the plan again when you are ready']);
  expect(adviceOf('rolled-back', false, true)).toEqual([
    'if something had failed, fix its cause; then run the plan again',
  ]);
  expect(OUTCOMES.interrupted.advice).not.toContain('again');
});

test.each(ENDS)('%s says what to do, unless nothing is left to do', (end) => {
  for (const interrupted of [false, true])
    expect(adviceOf(end, interrupted)).toHaveLength(end === 'succeeded' ? 0 : 1);
});

test('colour covers the outcome only', () => {
  expect(renderReport(finished('succeeded'), STARTED, true)).toContain(
    '\u001b[1m\u001b[32msucceeded\u001b[39m\u001b[22m: move-testvm',
  );
});
