/** Journals with a command of a newer version: what is reported of them, and which version to use. */
import { describe, expect, test } from 'vitest';
import { resumableRun } from '../../../src/cli/resumable-run.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { readJournal } from '../../../src/journal/read.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, phase, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('newer');
let runs = 0;

describe('a command that this version does not know', () => {
  const effect = { ...commanded('do', 'a/b', virshEffect(['resume', '--domain', 'd']), 'none')[0] };
  const future = { tool: 'virsh', verb: 'blockfuture', args: { domain: 'd' }, why: 'merge' };
  const go = { tool: 'virsh', verb: 'resume', args: { domain: 'd' }, why: 'go on' };
  const make = { tool: 'make-file', file: '/c', why: 'make it' };
  const kinds: readonly (readonly [string, object, string])[] = [
    ['a verb', future, '"virsh blockfuture"'],
    ['an option', { ...go, args: { domain: 'd', slowly: true } }, '"virsh resume" with "slowly"'],
    ['a field', { ...go, unless: 'x' }, '"virsh resume" with "unless"'],
    ['a field of no command', { ...make, mode: 1 }, '"make-file" with "mode"'],
    ['a tool', { tool: 'copy-file', why: 'copy' }, '"copy-file"'],
  ];

  test.each(
    kinds.flatMap(([kind, newer, said]) => [
      { kind, where: 'an intent', said, record: { ...effect, effect: newer } },
      {
        ...{ kind, where: 'the effects of a phase', said },
        record: { ...phase('do', 'a/b', 'none')[0], effects: [newer] as unknown as Effect[] },
      },
    ]),
  )('$kind in $where is one of another version', async ({ record, said }) => {
    const folder = await writeRun(state, `run-${++runs}`, [STARTED, record as typeof STARTED]);
    const { records, damage, strange } = await readJournal(folder);
    const why = `record 2 has the command ${said}, which this version of blockplan does not know`;
    expect([records.length, damage]).toEqual([1, 'strange']);
    expect(strange).toEqual({ why, otherVersion: true });
    await expect(resumableRun(state, `run-${runs}`, 'resume')).rejects.toMatchObject({
      findings: [
        {
          code: 'BP213',
          message: `the journal of run run-${runs} cannot be read: ${why}`,
          hint: `use version ${STARTED.version} of blockplan, which wrote it`,
        },
      ],
    });
  });
});
