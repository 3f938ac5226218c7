/** Whatever a plan, a host or a guest contains, no output moves the cursor or changes the reading direction. */
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/errors.ts';
import type { Listener, RunEvent } from '../../../src/events.ts';
import { renderFindings } from '../../../src/render/findings.ts';
import { jsonListener } from '../../../src/render/json.ts';
import { linesListener } from '../../../src/render/lines.ts';
import { renderMermaid } from '../../../src/render/mermaid.ts';
import type { Output } from '../../../src/render/output.ts';
import { type RunFinishedEvent, renderReport } from '../../../src/render/report.ts';
import { reportMarkdown } from '../../../src/render/report-markdown.ts';
import { renderRuns } from '../../../src/render/runs.ts';
import { renderShown } from '../../../src/render/show.ts';
import { renderStatus } from '../../../src/render/status.ts';
import { renderSubject } from '../../../src/render/subject.ts';
import { terminalRenderer } from '../../../src/render/terminal.ts';
import type { History } from '../../../src/run/history.ts';
import type { RunSummary } from '../../../src/run/run-summary.ts';
import { poisonedPreview, previewHtml, previewText } from '../../previews.ts';
import { ROLLBACK, STARTED, STRANDED } from './recorded.ts';

const HARMFUL = /(?!\n)[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const OUR_COLOURS = /\u001b\[(?:1|2|3[1-6]|22|39)m/g;
const OUR_CURSOR = /\u001b\[(?:\d+A\r|K|J|\?25[hl])/g;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .tuple(
      fc.string(),
      fc.constantFrom('\u001b[2J', '\n$ rm -rf /', '\u202e', '\u009b', '\r', '\t'),
    )
    .map((parts) => parts.join('')),
);

function expectHarmless(output: string): void {
  expect(output.replace(OUR_COLOURS, '').replace(OUR_CURSOR, '')).not.toMatch(HARMFUL);
}

/** The same value with every string below a key that carries foreign text replaced. */
function poisoned<T>(value: T, poison: string): T {
  const FIXED = ['event', 'direction', 'end', 'severity', 'outcome'];
  return JSON.parse(
    JSON.stringify(value, (key, each) =>
      typeof each === 'string' && !FIXED.includes(key) ? `${each}${poison}` : each,
    ),
  );
}

function poisonedHistory(poison: string): History {
  const by = { host: poison, user: poison, pid: 1, version: poison, time: '1970-01-01' };
  const command = { command: poison, why: poison, time: by.time, error: poison, durationMs: 1 };
  const state = { state: poison, step: poison, phase: poison, time: by.time, error: poison };
  return {
    ...{ run: poison, plan: poison, domain: poison, uuid: poison, uri: poison, steps: [] },
    ...{
      damage: 'none',
      taken: [
        { how: 'run', ...by },
        { how: 'resume', ...by, time: '1971-01-01' },
      ],
    },
    path: [
      { ...state, direction: 'do', result: 'LOST', commands: [{ ...command, answer: 'failed' }] },
    ],
  };
}

function collected(listen: (out: Output) => Listener, events: readonly RunEvent[]): string {
  let written = '';
  const listener = listen({
    write: (more) => {
      written += more;
    },
  });
  for (const event of events) listener(event);
  return written;
}

test('findings are harmless', () => {
  fc.assert(
    fc.property(text, fc.nat(40), fc.nat(20), fc.boolean(), (poison, column, length, color) => {
      const finding: Finding = {
        // Findings are also read from event logs, which may contain any text.
        code: `BP${poison}` as Finding['code'],
        severity: 'error',
        message: poison,
        hint: poison,
        position: { file: poison, line: 1, column: column + 1, source: poison, length },
      };
      const { position: _, ...elsewhere } = finding;
      expectHarmless(renderFindings([finding, { ...elsewhere, path: [poison, 1] }], color));
    }),
  );
});

test('lines and JSON are harmless', () => {
  fc.assert(
    fc.property(text, (poison) => {
      const events = poisoned([...ROLLBACK, ...STRANDED], poison);
      const lines = collected(linesListener, events);
      expectHarmless(lines);
      expect(lines).not.toContain('\u001b');
      expect(lines.split('\n').length).toBe(
        collected(linesListener, [...ROLLBACK, ...STRANDED]).split('\n').length,
      );
      expectHarmless(collected(jsonListener, events));
    }),
  );
});

test('report, subject, status and preview are harmless', () => {
  fc.assert(
    fc.property(text, fc.boolean(), (poison, color) => {
      const finished = poisoned(STRANDED.at(-1), poison) as RunFinishedEvent;
      const started = poisoned(STARTED, poison);
      expectHarmless(renderReport(finished, started, color, 40));
      const subject = renderSubject('stranded', { plan: poison, domain: poison });
      expect(subject).not.toMatch(/\n/);
      expectHarmless(subject);
      const run: RunSummary = {
        ...{ run: poison, plan: poison, domain: poison, journal: poison, owner: poison },
        ...{ damage: poison, state: [poison], next: [poison], startedAt: 1, lastAt: 1 },
        ...{ outcome: 'stranded', holdsDefinition: color, ways: ['rollback'] },
      };
      const speedChanges = [{ time: 1, message: poison }];
      const context = { over: 1, elsewhere: 1, domain: poison, now: 1 };
      expectHarmless(renderStatus([run], context, color, 40));
      const table = renderRuns([run], color);
      expectHarmless(table);
      expect(table.split('\n').length).toBe(3);
      expectHarmless(
        renderShown({ standing: run, history: poisonedHistory(poison), speedChanges }, color, 40),
      );
      const report = {
        format: 'blockplan-report/v1' as const,
        ...{ standing: run, history: poisonedHistory(poison) },
        ...{ copiedBytes: 1, warnings: [poison], speedChanges },
      };
      expectHarmless(reportMarkdown(report));
      const preview = poisonedPreview(poison);
      expectHarmless(previewText(preview, color));
      expectHarmless(renderMermaid(preview));
      expectHarmless(previewHtml(preview));
    }),
  );
});

test('the terminal display is harmless', async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(40, 100), async (poison, columns) => {
      let written = '';
      const write = (more: string): void => {
        written += more;
      };
      const renderer = terminalRenderer({ write, columns, isTTY: true }, true);
      for (const event of poisoned(STRANDED, poison)) renderer.listener(event);
      await delay(1);
      await renderer.close();
      expectHarmless(written);
    }),
    { numRuns: 50 },
  );
});
