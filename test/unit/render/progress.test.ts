/** How progress is shown that does not come to an end: below the bar of a terminal, and in plain lines. */
import { expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { linesListener } from '../../../src/render/lines.ts';
import { terminalRenderer } from '../../../src/render/terminal.ts';
import { FakeTerminal } from './fake-terminal.ts';
import { STARTED } from './recorded.ts';

function lines(events: readonly RunEvent[]): string {
  const written: string[] = [];
  const listener = linesListener({ write: (text) => written.push(text) });
  for (const event of events) listener(event);
  return written.join('');
}

test.each([40, 60, 120])(
  'on %i columns the bar says below it that the guest writes about as fast as the job copies',
  async (columns) => {
    const step = { id: 'copy', kind: 'blockcopy', phases: [{ name: 'mirror', summary: 'copy' }] };
    const phase = { direction: 'do', step: 'copy', phase: 'mirror' } as const;
    const terminal = new FakeTerminal(columns, 20);
    const renderer = terminalRenderer(terminal, false);
    const numbers = { current: 99, total: 100, rate: 1, elapsedMs: 60_000, guestKeepsUp: true };
    renderer.listener({ ...STARTED, steps: [step] });
    renderer.listener({ time: 1, event: 'phase-started', ...phase, summary: 'copy' });
    renderer.listener({ time: 2, event: 'progress', ...phase, ...numbers } as RunEvent);
    await expect
      .poll(() => terminal.screen().replaceAll(/\s+/g, ' '))
      .toContain('the guest writes about as fast as the job copies');
    for (const line of terminal.screen().split('\n'))
      expect(line.length).toBeLessThanOrEqual(columns);
    await renderer.close();
  },
);

test('progress says when the guest writes about as fast as the job copies', () => {
  const of = { event: 'progress', direction: 'do', step: 's', phase: 'p' } as const;
  const amounts = { current: 99 * 2 ** 20, total: 100 * 2 ** 20, rate: 2 ** 20 };
  const progress = { time: 20_000, ...of, ...amounts, elapsedMs: 20_000 };
  const line = 's/p: 99 %, 99 MiB of 100 MiB, 1 MiB/s, 20 s elapsed';
  expect(lines([progress])).toBe(`${line}\n`);
  expect(lines([{ ...progress, guestKeepsUp: true }])).toBe(
    `${line}, the guest writes about as fast as the job copies\n`,
  );
});
