/**
 * Recovery ends: wherever a run is killed, going forward or in its rollback, and once more while it is resumed, one
 * `resume` or `rollback` brings it to a final end, and it accepts exactly the modes that its journal offers.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SimulatedHost, updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { recoveryModesFrom } from '../../../src/journal/recovery-mode.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { eachHost } from '../../../src/model/hosts.ts';
import { applyRecord } from '../../../src/run/interrupted-run.ts';
import { type Finish, initialRunState, saidIn } from '../../../src/run/run-state.ts';
import { guestDies, guestStarts } from '../../../src/simulate/host-faults.ts';
import type { Injection } from '../../driver-double.ts';
import { logOf } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostFor, SHIPPED, shipped } from '../../plans.ts';

const WAYS = ['resume', 'rollback'] as const;
type Way = (typeof WAYS)[number];

/** How often a run is resumed at most until it must be over. */
const ATTEMPTS = 3;

const nth = (number: number) => {
  let seen = 0;
  return () => seen++ === number;
};

/** A plan's run with that fault, killed at a record. */
async function killedAt(plan: string, number: number, injections: readonly Injection[]) {
  const runs = new Runs(hostFor(plan), injections);
  await runs.killed(shipped(plan), nth(number));
  // The fault is gone when the run is resumed.
  runs.driver.injections = [];
  return runs;
}

/** The records of a whole run, and its fault: none, or one at its last effect, so that everything is undone. */
async function wholeRuns(plan: string) {
  const forward = await killedAt(plan, Number.POSITIVE_INFINITY, []);
  const at = forward.driver.asked.length - 1;
  const injections = [{ at, fault: 'refused' }] as const;
  const back = await killedAt(plan, Number.POSITIVE_INFINITY, injections);
  expect([forward, back].map(({ entries }) => entries.at(-1))).toMatchObject([
    { end: 'succeeded' },
    { end: 'rolled-back' },
  ]);
  return [
    { injections: [], entries: forward.entries },
    { injections, entries: back.entries },
  ];
}

/** The result of resuming a run with that journal in that mode, and what a person sees of it. */
function expectFinal(entries: readonly JournalEntry[], how: Way, finish: Finish | undefined): void {
  const direction = logOf(entries).direction;
  const ends =
    how === 'resume' && direction === 'do' ? ['succeeded', 'rolled-back'] : ['rolled-back'];
  expect(ends, finish && saidIn(finish).join('\n')).toContain(finish?.end);
  if (how === 'rollback') expect(finish?.exitCode).toBe(0);
}

function expectDirection(plan: string, entries: readonly JournalEntry[]): void {
  const { graph } = shipped(plan);
  const [first] = entries;
  if (first?.type !== 'run-started') throw new Error('a journal begins with its run');
  const of = { graph, machine: createPlanMachine(graph), id: 'r', folder: '/run' };
  const hosts = eachHost(first.hosts, (hostState) => ({ initial: hostState, files: [] }));
  const { run } = applyRecord({ run: initialRunState({ ...of, hosts }) }, logOf(entries));
  const { todo, state } = run;
  const heads = todo?.direction ?? (state.final === 'rolled-back' ? 'undo' : 'do');
  expect(logOf(entries).direction).toBe(heads);
}

/** Does what a report tells a person to do for the guest, whose agent comes back with it. */
function helped(host: SimulatedHost): SimulatedHost {
  const started = guestStarts(host);
  const { state } = started.state.domain;
  const up = state === 'paused' ? updateDomain(started, { state: 'running' }) : started;
  return updateDomain(up, { agent: true });
}

describe.each(SHIPPED)('%s', (plan) => {
  test('is killed at each record, and resumed in both modes', async () => {
    for (const { injections, entries } of await wholeRuns(plan))
      for (const [number] of entries.slice(0, -1).entries())
        for (const how of WAYS) {
          const runs = await killedAt(plan, number, injections);
          expectDirection(plan, runs.entries);
          const before = runs.entries;
          const { finish } = await runs.again(how);
          expectFinal(before, how, finish);
          expectDirection(plan, runs.entries);
        }
  });

  test('is killed again while it is resumed', async () => {
    const whole = await wholeRuns(plan);
    const cases = fc.sample(
      fc.record({
        which: fc.nat(1),
        first: fc.nat(200),
        second: fc.nat(60),
        ways: fc.tuple(fc.constantFrom(...WAYS), fc.constantFrom(...WAYS)),
      }),
      60,
    );
    for (const { which, first, second, ways } of cases) {
      const { injections, entries } = whole[which]!;
      const runs = await killedAt(plan, first % (entries.length - 1), injections);
      const { finish } = await runs.again(ways[0], nth(second));
      // A second kill that came too late for that attempt found it over.
      if (finish) continue;
      if (runs.entries.at(-1)?.type === 'run-finished') continue;
      const before = runs.entries;
      expectDirection(plan, before);
      expectFinal(before, ways[1], (await runs.again(ways[1])).finish);
    }
  });

  // A guest that is off cannot be restarted.
  test.runIf(plan !== 'restore.yaml')(
    'with a restarted guest: a run that stays stranded reports how to end it, and ends so',
    async () => {
      for (const { injections, entries } of await wholeRuns(plan))
        for (const [number] of entries.slice(0, -1).entries())
          for (const how of WAYS) {
            const runs = await killedAt(plan, number, injections);
            runs.befalls((host) => updateDomain(guestStarts(guestDies(host)), { agent: false }));
            let { finish } = await runs.again(how);
            for (let attempt = 1; finish?.end === 'stranded' && attempt < ATTEMPTS; attempt++) {
              const offered = recoveryModesFrom(logOf(runs.entries).direction).map(
                (way) => `blockplan ${way} r`,
              );
              expect(finish.next).toEqual(expect.arrayContaining(offered));
              runs.befalls(helped);
              finish = (await runs.again('rollback')).finish;
            }
            expect(['succeeded', 'rolled-back'], finish && saidIn(finish).join('\n')).toContain(
              finish?.end,
            );
          }
    },
  );
});
