import type { Finding } from '../errors.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { World } from '../model/world.ts';

/** A phase with the simulated Worlds around it. */
export interface Walked {
  readonly node: PhaseNode;
  /** The World when the phase's step began. */
  readonly start: World;
  readonly before: World;
  readonly after: World;
}

/** A finding at the step that the phase belongs to. */
export function toldAt({ node }: Walked, finding: Omit<Finding, 'path'>): Finding {
  const { path, step } = node.planned;
  return { ...finding, path: [...path, step.kind] };
}
