/** Journals with a command of a newer version: what is said of them, and which version to use. */
import { describe, expect, test } from 'vitest';
import { leftRun } from '../../../src/cli/left-run.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { readJournal } from '../../../src/journal/replay.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, phase, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('newer');
let runs = 0;

describe('a command that this version does not know', () => {
  const effect = { ...commanded('do', 'a/b', virshEffect(['resume', '--domain', 'd']), 'none')[0] };
  const newer = { tool: 'virsh', verb: 'blockpull', args: { domain: 'd' }, why: 'merge' };
  const why = (number: number) =>
    `record ${number} has the command "virsh blockpull", which this version of blockplan does not know`;

  test.each([
    ['an intent', { ...effect, effect: newer }],
    [
      'the effects of a phase',
      { ...phase('do', 'a/b', 'none')[0], effects: [newer] as unknown as Effect[] },
    ],
  ])('in %s is one of another version', async (_title, record) => {
    const folder = await writeRun(state, `run-${++runs}`, [STARTED, record as typeof STARTED]);
    const { records, damage, strange } = await readJournal(folder);
    expect([records.length, damage]).toEqual([1, 'strange']);
    expect(strange).toEqual({ why: why(2), otherVersion: true });
    await expect(leftRun(state, `run-${runs}`)).rejects.toMatchObject({
      findings: [
        {
          code: 'BP213',
          message: `the journal of run run-${runs} cannot be read: ${why(2)}`,
          hint: `use version ${STARTED.version} of blockplan, which wrote it`,
        },
      ],
    });
  });
});
