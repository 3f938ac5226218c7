/**
 * What a run has committed: phases that completed something that is kept. A rollback ends behind the last of them, and
 * leads to the host states that were observed then.
 */
import { stateName } from '../graph/graph.ts';
import type { RunLog } from '../journal/run-log.ts';
import { type HostState, isUp, withDomain } from '../model/host-state.ts';
import type { OnHosts } from '../model/hosts.ts';
import type { KeptResult } from '../steps/define.ts';
import { hostIn, type RunHost, type RunState, withHostKnown } from './run-state.ts';

/** The run after a phase has committed. */
export function withCommit(run: RunState, index: number, states: OnHosts<HostState>): RunState {
  const known = Object.entries(states).reduce(
    (former, [on, now]) =>
      withHostKnown(former, on, { savepoint: withGuestUp(now, hostIn(former, on)) }),
    run,
  );
  return { ...known, committed: index + 1 };
}

/** No plan stops its guest: one that has stopped by the commit is missed at the end of the run. */
function withGuestUp(now: HostState, { initial, lastUp }: RunHost): HostState {
  const { state } = initial.domain;
  const up = isUp(now) || !isUp(initial) ? undefined : lastUp.at(-1);
  // The chains of a guest that is off are not observed.
  return withDomain(now, up ? { state, disks: up.domain.disks } : { state });
}

/** What a run has completed that is kept, in order. */
export function keptIn({ graph, committed }: RunState): readonly KeptResult[] {
  const done = graph.nodes.slice(0, committed);
  return lastOfEach(done.map(({ planned, doing }) => [planned.id, doing.commits]));
}

/** The result of each step: a later one of the same step replaces it. */
function lastOfEach(
  results: readonly (readonly [step: string, result: KeptResult | undefined])[],
): readonly KeptResult[] {
  const known = results.flatMap(([step, result]) => (result ? [{ step, result }] : []));
  return known
    .filter(({ step }, at) => known.findLastIndex((each) => each.step === step) === at)
    .map(({ result }) => result);
}

/** Sentences about it for a run that is over. */
export function keptTexts(results: readonly KeptResult[]): string[] {
  return results.map(({ what }) => `${what} is kept`);
}

/** The same for a run that can still be rolled back. */
export function keptByRollback(results: readonly KeptResult[]): string[] {
  return keptTexts(results).map((text) => `${text}, even after a rollback`);
}

/** What a run has completed that is kept, from its log, in order. */
export function committedResults({ started, visits }: RunLog): readonly KeptResult[] {
  const states = started?.compiled?.states ?? [];
  const committed = visits.filter(({ finished }) => finished?.committed);
  return lastOfEach(
    committed.map((visit) => [
      visit.step,
      states.find(({ name }) => name === stateName(visit, 'do'))?.commits,
    ]),
  );
}

/** The time that a rollback leads to, as in "everything is as it was …". */
export function savepointText({ graph, committed }: RunState): string {
  const node = graph.nodes[committed - 1];
  return node ? `after ${node.planned.id}/${node.phase.name}` : 'before the run';
}
