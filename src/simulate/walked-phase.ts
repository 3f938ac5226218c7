import type { Finding } from '../errors.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';

/** A phase with the simulated host states around it. */
export interface WalkedPhase {
  readonly node: PhaseNode;
  /** The host state when the phase's step began. */
  readonly start: HostState;
  readonly before: HostState;
  readonly after: HostState;
}

/** A finding at the step that the phase belongs to. */
export function findingAt({ node }: WalkedPhase, finding: Omit<Finding, 'path'>): Finding {
  const { path, step } = node.planned;
  return { ...finding, path: [...path, step.kind] };
}
