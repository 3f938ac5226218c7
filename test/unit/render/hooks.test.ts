/** Hooks while a run goes on: as lines, and on a terminal. */
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { linesListener } from '../../../src/render/lines.ts';
import { RunView } from '../../../src/render/run-view.ts';
import { STARTED } from './recorded.ts';

const PASSED = { point: 'before', number: 1 } as const;
const FAILED = { point: 'after', number: 2 } as const;
const EVENTS: readonly RunEvent[] = [
  { time: 1, event: 'hook-started', ...PASSED, command: '/usr/bin/check' },
  { time: 65_001, event: 'hook-finished', ...PASSED, output: ['fine'] },
  { time: 65_002, event: 'hook-started', ...FAILED, command: "/usr/bin/notify 'a\u001b[2J'" },
  { time: 65_003, event: 'hook-finished', ...FAILED, error: 'exited with status 1', output: [] },
];

describe('a hook', () => {
  test('is two lines', () => {
    const written: string[] = [];
    const listener = linesListener({ write: (text) => written.push(text) });
    for (const event of EVENTS) listener(event);
    expect(written).toEqual([
      'before hook 1: $ /usr/bin/check\n',
      'before hook 1: done\n',
      "after hook 2: $ /usr/bin/notify 'a\\x1b[2J'\n",
      'after hook 2: exited with status 1\n',
    ]);
  });

  test('is a note on a terminal with its duration, and a warning if it fails', () => {
    const view = new RunView(STARTED);
    for (const event of EVENTS) view.apply(event);
    expect(view.current?.notes).toEqual([
      { severity: 'note', text: 'before hook 1: /usr/bin/check' },
      { severity: 'note', text: 'before hook 1 done in 1 min 5 s' },
      { severity: 'note', text: expect.stringContaining('after hook 2: /usr/bin/notify') },
      { severity: 'warning', text: 'after hook 2 exited with status 1' },
    ]);
  });
});
