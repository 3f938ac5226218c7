/** What is checked before a step begins and after it has ended, and when an interruption takes effect. */
import { describe, expect, test } from 'vitest';
import type { SurveyTerms } from '../../../src/commands/driver.ts';
import {
  type SimulatedHost,
  updateDomain,
  withHostState,
} from '../../../src/host/simulated-host.ts';
import { type HostState, withFile } from '../../../src/model/host-state.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { commands, onTop } from '../../troubled-runs.ts';
import { neighbour, SNAP1, SNAP2 } from '../../worlds.ts';

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

describe('the host is checked again before a step begins', () => {
  const COMMIT = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
  const clone = (host: SimulatedHost) =>
    withHostState(host, { ...host.state, others: [neighbour('clone', [SNAP1, SNAP2], [])] });

  test('and a new obstacle fails the step', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'pivot' && entry.step === 'first')
        runs.befalls(clone);
    };
    const finish = await runs.whole(
      planned([`{ id: first, ${MOVE} }`, `{ id: second, ${COMMIT} }`]),
    );
    expect(finish.happened?.[0]).toMatch(/^second\/\w+ failed: .*clone/);
    expect(commands(runs).slice(0, 5).filter(has('blockcommit'))).toEqual([]);
  });

  test('and an incomplete search for overlays is reported', async () => {
    const runs = new Runs(hostForPlans());
    const survey = runs.driver.survey.bind(runs.driver);
    const asked: (readonly string[])[] = [];
    runs.driver.survey = async (
      state: HostState,
      files: readonly string[],
      { searched = [] }: SurveyTerms = {},
    ) => {
      asked.push(searched);
      return { ...(await survey(state, files)), unsearched: ['/hung'] };
    };
    const finish = await runs.whole(
      planned([`{ id: first, ${MOVE} }`, `{ id: second, ${COMMIT} }`]),
    );
    expect(finish.end).toBe('succeeded');
    expect(asked.at(-1)).toEqual(['/new/c', SNAP1]);
    expect(runs.events.filter(({ event }) => event === 'notice')).toMatchObject([
      {
        message: `the search for overlays that need /new/c, ${SNAP1} was incomplete: /hung could not be read, or not in time`,
      },
    ]);
  });

  test('and all obstacles are reported', async () => {
    const runs = new Runs(hostForPlans());
    const taken = (host: SimulatedHost) =>
      withHostState(host, {
        ...withFile(host.state, '/new/d', { size: 1 }),
        others: [neighbour('clone', ['/new/d'], [])],
      });
    runs.onAppend = (entry) => {
      if (entry.type === 'phase-finished' && entry.phase === 'pivot') runs.befalls(taken);
    };
    const further = MOVE.replace('/new/c', '/new/d');
    const finish = await runs.whole(
      planned([`{ id: first, ${MOVE} }`, `{ id: second, ${further} }`]),
    );
    expect(finish.happened?.[0]).toBe(
      'second/mirror failed: /new/d already exists; blockplan does not overwrite files; /new/d is in the backing chain of "clone": a change to it would corrupt that guest',
    );
  });

  test('but a warning does not prevent the step', async () => {
    const further = MOVE.replace('/new/c', '/new/d');
    const finish = await new Runs(hostForPlans()).whole(
      planned([`{ id: first, ${MOVE} }`, `{ id: second, ${further} }`]),
    );
    expect(finish.end).toBe('succeeded');
  });

  test('but not before the first step of a run that has just begun', async () => {
    const runs = new Runs(hostForPlans());
    runs.onAppend = (entry) => {
      if (entry.type === 'run-started') runs.befalls(clone);
    };
    const { driver } = runs;
    const survey = driver.survey.bind(driver);
    let surveys = 0;
    driver.survey = async (...args) => {
      surveys++;
      return survey(...args);
    };
    await runs.whole(planned([MOVE]));
    expect(surveys).toBe(1);
  });
});

test('everything that is wrong after a phase is reported', async () => {
  const runs = new Runs(hostForPlans());
  const theirs = (host: SimulatedHost) => withHostState(host, onTop(host.state, '/theirs'));
  let come = false;
  runs.onAppend = (entry) => {
    if (come || entry.type !== 'outcome' || entry.phase !== 'pivot') return;
    come = true;
    runs.befalls(theirs);
  };
  const { happened } = await runs.whole(planned([MOVE]));
  expect(happened?.[0]).toContain(
    '/theirs: another user or tool created a snapshot of the disk or moved it; vda is on /theirs, not on /new/c',
  );
});

test('an interruption takes effect before each effect', async () => {
  const runs = new Runs(hostForPlans());
  runs.onAppend = (entry) => {
    if (intends('blockcopy')(entry)) runs.interrupt.abort(new Error('SIGINT'));
  };
  const finish = await runs.whole(planned([MOVE]));
  expect(finish).toMatchObject({ end: 'rolled-back', interrupted: true });
  expect(finish.happened?.[0]).toBe('interrupted in blockcopy/mirror');
  const { domain } = runs.host.state;
  expect(domain.disks[0]?.job).toBeUndefined();
  expect(updateDomain(runs.host, {}).state.files['/new/c'] ?? null).toBeNull();
});
