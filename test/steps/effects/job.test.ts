/** How block jobs are awaited and ended. */
import { describe, expect, test } from 'vitest';
import { withDisk } from '../../../src/model/host-state.ts';
import { problemsAfter } from '../../../src/steps/derived.ts';
import { abort, awaitEnded, awaitReady, pivot } from '../../../src/steps/effects/job.ts';
import { fileExists } from '../../../src/steps/phases/expect.ts';
import { finishPhase } from '../../../src/steps/phases/finish.ts';
import { inWords } from '../../effects.ts';
import { DATA, disk, world } from '../../worlds.ts';

describe('a wait', () => {
  test('lasts as long as the plan allows, by default a day', () => {
    const ready = { tool: 'await-job', disk: 'vda', until: 'ready', why: 'until it is' };
    expect(awaitReady('vda', 90, 'until it is')).toEqual({ ...ready, timeoutMs: 90_000 });
    expect(awaitReady('vda', undefined, 'until it is')).toEqual({
      ...ready,
      timeoutMs: 86_400_000,
    });
    const ended = { ...ready, until: 'ended' };
    expect(awaitEnded('vda', 0, 'until it is')).toEqual({ ...ended, timeoutMs: 0 });
    expect(awaitEnded('vda', undefined, 'until it is')).toEqual({
      ...ended,
      timeoutMs: 86_400_000,
    });
  });
});

test('the command that ends a job may take two minutes', () => {
  const end = (how: string) => ({
    tool: 'virsh',
    argv: ['blockjob', '--domain', 'testvm', '--path', 'vdb', how],
    why: 'move on',
    timeoutMs: 120_000,
  });
  expect(inWords(pivot(world(), 'vdb', 'move on'))).toEqual(end('--pivot'));
  expect(inWords(abort(world(), 'vdb', 'move on'))).toEqual(end('--abort'));
});

test('the finish phase ends a job without a pivot, and its rollback does nothing', () => {
  const words = { summary: 'end it', rollback: 'nothing to do' };
  const plain = finishPhase({ disk: 'vda', job: 'copy', into: () => undefined, ...words });
  const phase = finishPhase({
    disk: 'vda',
    job: 'copy',
    into: () => '/new',
    ...words,
    alsoExpects: [fileExists('/new')],
  });
  expect(phase).toMatchObject({ name: 'finish', ...words });
  expect(phase.effects(world(), world())).toMatchObject([{ completes: '/new' }]);
  expect(plain.effects(world(), world()).map(inWords)).toEqual([
    {
      tool: 'virsh',
      argv: ['blockjob', '--domain', 'testvm', '--path', 'vda', '--abort'],
      why: 'end the ready copy without a pivot',
      timeoutMs: 120_000,
    },
  ]);
  expect(phase.undo(world(), world(), world())).toEqual([]);
  const job = { type: 'copy', ready: true } as const;
  const moved = withDisk(world(), 'vda', () => ({ ...disk('vda', [DATA]), job }));
  const problems = ['the job on vda has not ended', 'vda is not on the same file as before'];
  expect(problemsAfter(plain, world(), world(), world())).toEqual([]);
  expect(problemsAfter(plain, world(), moved, world())).toEqual(problems);
  expect(problemsAfter(phase, world(), moved, world())).toEqual([
    ...problems,
    '/new does not exist',
  ]);
});
