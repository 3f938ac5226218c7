import { describe, expect, test } from 'vitest';
import { ENDS, type End, EXIT_CODES, OUTCOMES } from '../../../src/outcomes.ts';
import { type RunFinishedEvent, renderReport, renderSubject } from '../../../src/render/report.ts';
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
      "rolled back, interrupted: move-testvm on testvm (3 min 2 s)
        vda is /base.qcow2.
        testvm is running.
      "
    `);
  });

  test('of a stranded run, with the journal and each command on its line', () => {
    const next = ["virsh define '/state/run-1/definition.xml'", 'blockplan status'];
    expect(renderReport(finished('stranded', { next }), STARTED, false)).toMatchInlineSnapshot(`
      "stranded: move-testvm on testvm (3 min 2 s)
        vda is /base.qcow2.
        testvm is running.
        The journal is in /state/run-1
      Type next:
        $ virsh define '/state/run-1/definition.xml'
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
        Nothing was touched.
      "
    `);
  });

  test('breaks sentences for a narrow terminal, and never a command', () => {
    const next = ['virsh define /state/run-1/definition.xml'];
    const event = finished('stranded', { next });
    expect(renderReport(event, STARTED, false, 24)).toMatchInlineSnapshot(`
      "stranded: move-testvm
        on testvm (3 min 2 s)
        vda is /base.qcow2.
        testvm is running.
        The journal is in /state/run-1
      Type next:
        $ virsh define /state/run-1/definition.xml
      "
    `);
  });

  test.each(ENDS)('begins with the outcome: %s', (end) => {
    const { word } = OUTCOMES[end];
    expect(renderReport(finished(end), STARTED, false).startsWith(word)).toBe(true);
    expect(renderSubject(finished(end), STARTED).startsWith(word)).toBe(true);
  });
});

test('a subject is one short line', () => {
  expect(renderSubject(finished('rolled-back'), STARTED)).toBe(
    'rolled back: move-testvm on testvm',
  );
  expect(renderSubject(finished('stranded', { interrupted: true }), STARTED)).toBe(
    'stranded, interrupted: move-testvm on testvm',
  );
  expect(renderSubject(finished('input-refused'), undefined)).toBe('refused');
});

test('colour covers the outcome only', () => {
  expect(renderReport(finished('succeeded'), STARTED, true)).toContain(
    '\u001b[1m\u001b[32msucceeded\u001b[39m\u001b[22m: move-testvm',
  );
});
