/** How many phases of an interrupted run may have had an effect, from the records of its journal. */
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { applyRecord } from '../../../src/run/interrupted-run.ts';
import { runStateIn } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, logOf, phase } from '../../journals.ts';
import { hostForPlans, planned } from '../../plans.ts';

const MOVE = planned(['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }']);
const [M, P] = ['blockcopy/mirror', 'blockcopy/pivot'];
const effect = virshEffect(['resume', '--domain', 'testvm']);

const done = (name: string) => phase('do', name, 'DONE', commanded('do', name, effect, 'done'));
const failed = phase('do', P, 'FAILED', commanded('do', P, effect, { error: 'no' }));
const undone = (name: string) => phase('undo', name, 'DONE');

test.each<readonly [string, readonly JournalEntry[], number]>([
  ['none before the first command', phase('do', M, 'none'), 0],
  ['a phase with a command', phase('do', M, 'none', commanded('do', M, effect, 'none')), 1],
  ['not the next phase, before its first command', [...done(M), ...phase('do', P, 'none')], 1],
  ['a phase that failed', [...done(M), ...failed], 2],
  ['a phase whose rollback has begun', [...done(M), ...failed, ...phase('undo', P, 'none')], 2],
  ['not a phase that is undone', [...done(M), ...failed, ...undone(P)], 1],
  ['none once all are undone', [...done(M), ...failed, ...undone(P), ...undone(M)], 0],
])('%s', (_title, entries, begun) => {
  const { run } = applyRecord({ run: runStateIn(hostForPlans(), MOVE) }, logOf(entries));
  expect(run.begun).toBe(begun);
});
