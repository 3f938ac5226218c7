/** The events and journal records of a phase as it begins and ends. */
import type { Direction, PhaseRef } from '../events.ts';
import { type PhaseNode, stopsOnFailure } from '../graph/graph.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { nextDirection } from '../journal/recovery-mode.ts';
import type { HostState } from '../model/host-state.ts';
import { eachHost, type OnHosts } from '../model/hosts.ts';
import { withCommit } from './commits.ts';
import { appendRecord } from './perform-effect.ts';
import { emit, type OnHost, type RunPart } from './requests.ts';
import type { Result } from './result.ts';
import type { RunState } from './run-state.ts';

/** Emits that a phase begins; emits and records how it ended, and what it has committed. */
export function* recordedPhase(
  run: RunState,
  node: PhaseNode,
  direction: Direction,
  perform: RunPart<Result>,
  anew: { anew?: true } = {},
): RunPart<Result> {
  const ref = phaseRefOf(node);
  const summary = direction === 'do' ? node.phase.summary : node.phase.rollback;
  yield* emit({ event: 'phase-started', ...ref, direction, summary });
  const result = yield* perform;
  const { type } = result;
  const error = type === 'DONE' ? {} : { error: result.reason };
  const stays = type === 'FAILED' && direction === 'do' && stopsOnFailure(node);
  const commits = type === 'DONE' && direction === 'do' && node.doing.commits !== undefined;
  const committed = commits ? statesAfter(run, node, result.now) : undefined;
  if (committed)
    ({ hosts: run.hosts, committed: run.committed } = withCommit(run, node.index, committed));
  yield* appendRecord(
    withDirection(run, {
      ...{ type: 'phase-finished', ...ref, direction, result: type, ...anew, ...error },
      ...(stays ? { stays } : {}),
      ...(committed ? { committed } : {}),
    }),
  );
  yield* emit(
    type === 'DONE'
      ? { event: 'phase-finished', ...ref, direction }
      : { event: 'phase-failed', ...ref, direction, message: result.reason },
  );
  return result;
}

/** The state of each host after a phase on one of them. */
function statesAfter({ hosts }: RunState, node: PhaseNode, now: HostState): OnHosts<HostState> {
  return eachHost(hosts, (host, on) => (on === node.host ? now : host.now));
}

/** Returns the record, and updates the run's direction from it. */
export function withDirection(run: RunState, entry: JournalEntry): JournalEntry {
  run.direction = nextDirection(run.direction, entry);
  return entry;
}

export function phaseRefOf(node: PhaseNode): PhaseRef {
  return { step: node.planned.id, phase: node.phase.name };
}

/** The phase and its host. */
export function phaseOnHost(node: PhaseNode): PhaseRef & OnHost {
  return { ...phaseRefOf(node), on: node.host };
}
