/** Lost records of snapshots and checkpoints: libvirt forgets those of a transient domain when its guest stops. */
import type { Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { predictedStates } from './phase-progress.ts';

/** The records that the plan made on that host and that libvirt has lost, in sentences. */
export function lostRecords(
  graph: Graph,
  on: HostName,
  initial: HostState,
  now: HostState,
): string[] {
  const planned = end(graph, on, initial).domain;
  const lost = (records: 'snapshots' | 'checkpoints', what: string) =>
    planned[records]
      .filter(
        (name) => !initial.domain[records].includes(name) && !now.domain[records].includes(name),
      )
      .map(
        (name) =>
          `libvirt has lost its record of the ${what} ${name}; the layers and their data still exist`,
      );
  return [...lost('snapshots', 'snapshot'), ...lost('checkpoints', 'checkpoint')];
}

/** The host state after a run of the plan without failures. */
function end({ nodes }: Graph, on: HostName, initial: HostState): HostState {
  let start = initial;
  let last = initial;
  for (const node of nodes.filter((each) => each.host === on)) {
    if (node.first) start = last;
    last = predictedStates(node, { before: last, start }).at(-1) ?? last;
  }
  return last;
}
