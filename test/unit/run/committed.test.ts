/** What a run has committed, from its state and from its journal, and the host state that a rollback then leads to. */
import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { committedResults, keptIn, savepointText, withCommit } from '../../../src/run/commits.ts';
import { home, initialRunState, type RunState, setHost } from '../../../src/run/run-state.ts';
import { committing } from '../../committing.ts';
import { logOf } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans } from '../../plans.ts';

const PHASES = { a: ['x!', 'y'], b: ['z!', 'end'] };
const { graph } = committing(PHASES);

function runOn(initial: HostState): RunState {
  return initialRunState({
    ...{ graph, machine: createPlanMachine(graph), id: 'r1', folder: '/run' },
    hosts: onLocal({ initial, files: [] }),
  });
}

const whatIn = (results: readonly { readonly what: string }[]) => results.map(({ what }) => what);

describe('the state of a run', () => {
  test('names what has committed until then, and where a rollback ends', () => {
    const run = runOn(hostForPlans());
    const committed = (index: number) => withCommit(run, index, onLocal(hostForPlans()));
    expect([run, committed(0), committed(2)].map((each) => whatIn(keptIn(each)))).toEqual([
      [],
      ['the file /new/a.x'],
      ['the file /new/a.x', 'the file /new/b.z'],
    ]);
    expect([run, committed(0), committed(2)].map(savepointText)).toEqual([
      'before the run',
      'after a/x',
      'after b/z',
    ]);
  });
});

describe('a rollback leads to the host state of the commit', () => {
  const host = hostForPlans();
  const moved = withDomain(host, { disks: host.domain.disks.slice(0, 1), autostart: false });

  function savepoint(initial: HostState, now: HostState, lastUp = initial): HostState {
    const run = runOn(initial);
    setHost(run, run.graph.home, { lastUp: [lastUp] });
    return home(withCommit(run, 0, onLocal(now))).savepoint;
  }

  test('with the disks of a guest that is up', () => {
    expect(savepoint(host, moved)).toEqual(moved);
  });

  test('with the run state that the guest had at the beginning', () => {
    expect(savepoint(host, withDomain(moved, { state: 'paused' }))).toEqual(moved);
  });

  test('with the disks that a guest had when it was last up, if it has stopped since', () => {
    const off = withDomain(host, { state: 'shut off', disks: [], autostart: false });
    expect(savepoint(host, off, moved)).toEqual(moved);
  });

  test('with the present disks of a guest that was off from the beginning', () => {
    const off = withDomain(host, { state: 'shut off' });
    const now = withDomain(off, { disks: moved.domain.disks });
    expect(savepoint(off, now)).toEqual(now);
  });
});

describe('the journal of a run', () => {
  const isCommit = (entry: JournalEntry) => 'committed' in entry;

  test('names each commit that is recorded, and no other phase', async () => {
    const runs = new Runs(hostForPlans());
    await runs.whole(committing(PHASES));
    const first = runs.entries.findIndex(isCommit);
    const upTo = (end: number) => whatIn(committedResults(logOf(runs.entries.slice(0, end))));
    expect(upTo(first)).toEqual([]);
    expect(upTo(first + 1)).toEqual(['the file /new/a.x']);
    expect(upTo(runs.entries.length)).toEqual(['the file /new/a.x', 'the file /new/b.z']);
  });

  test('names nothing without a compiled plan', async () => {
    const runs = new Runs(hostForPlans());
    await runs.whole(committing(PHASES));
    const bare = runs.entries.map((entry) => {
      if (entry.type !== 'run-started') return entry;
      const { compiled: _compiled, ...rest } = entry;
      return rest;
    });
    expect(committedResults(logOf(bare))).toEqual([]);
    expect(committedResults(logOf([]))).toEqual([]);
  });
});
