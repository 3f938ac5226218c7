/** How many phases of an interrupted run may have had an effect, from the records of its journal. */
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { applyRecord } from '../../../src/run/interrupted-run.ts';
import { home } from '../../../src/run/run-state.ts';
import { runStateIn } from '../../answered.ts';
import { virshEffect } from '../../effects.ts';
import { commanded, logOf, phase } from '../../journals.ts';
import { hostForPlans, planned } from '../../plans.ts';

const MOVE = planned(['blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }']);
const [M, P] = ['blockcopy/mirror', 'blockcopy/pivot'];
const effect = virshEffect(['resume', '--domain', 'testvm']);

const start = virshEffect(
  ['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', '/new/c', '--reuse-external'],
  { loses: ['/new/c'] },
);
const refused = { error: 'no', unbegun: true } as const;

const done = (name: string) => phase('do', name, 'DONE', commanded('do', name, effect, 'done'));
const failed = phase('do', P, 'FAILED', commanded('do', P, effect, { error: 'no' }));
const undone = (name: string) => phase('undo', name, 'DONE');

function starting(
  result: Parameters<typeof phase>[2],
  answer: Parameters<typeof commanded>[3],
): readonly JournalEntry[] {
  return phase('do', M, result, commanded('do', M, start, answer));
}

test.each<readonly [string, readonly JournalEntry[], number]>([
  ['none before the first command', phase('do', M, 'none'), 0],
  ['a phase with a command', phase('do', M, 'none', commanded('do', M, effect, 'none')), 1],
  ['not the next phase, before its first command', [...done(M), ...phase('do', P, 'none')], 1],
  ['a phase that failed', [...done(M), ...failed], 2],
  ['a phase whose rollback has begun', [...done(M), ...failed, ...phase('undo', P, 'none')], 2],
  ['not a phase that is undone', [...done(M), ...failed, ...undone(P)], 1],
  ['not a phase whose job libvirt did not start', starting('FAILED', refused), 0],
  ['a phase whose job failed', starting('FAILED', { error: 'no' }), 1],
  ['a phase whose job libvirt may have started', starting('none', 'none'), 1],
  [
    'a phase with a command before the job',
    phase('do', M, 'FAILED', [
      ...commanded('do', M, effect, 'done'),
      ...commanded('do', M, start, refused),
    ]),
    1,
  ],
  [
    'a phase with another command that was refused',
    phase('do', M, 'FAILED', commanded('do', M, effect, refused)),
    1,
  ],
  ['none once all are undone', [...done(M), ...failed, ...undone(P), ...undone(M)], 0],
])('%s', (_title, entries, begun) => {
  const { run } = applyRecord({ run: runStateIn(hostForPlans(), MOVE) }, logOf(entries));
  expect(run.begun).toBe(begun);
});

test('a file that a job which was never started would have overwritten is not lost', () => {
  const lostBy = (answer: Parameters<typeof commanded>[3]) => {
    const log = logOf(starting('FAILED', answer));
    return home(applyRecord({ run: runStateIn(hostForPlans(), MOVE) }, log).run).overwritten;
  };
  expect(lostBy(refused)).toEqual([]);
  expect(lostBy({ error: 'no' })).toEqual(['/new/c']);
});
