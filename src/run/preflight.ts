/** Before a run: what is observed is held against what the plan needs, and everything that is in the way is said. */
import type { Driver } from '../commands/driver.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { withPositions } from '../plan/text.ts';
import { walk } from '../simulate/walk.ts';

export interface Admission {
  readonly state: HostState;
  /** All paths that the plan may touch, and those of the chains it starts from. */
  readonly files: readonly string[];
  /** What preflight has to say, with positions in the plan. */
  readonly findings: readonly Finding[];
}

/** Observes the host, with all that the plans go to; changes nothing. */
export async function observeForPlans(
  graphs: readonly Graph[],
  driver: Driver,
): Promise<HostState> {
  // Which files matter depends on where the disks are, and on which layers the plan's paths lead to: the first look tells
  // both, the survey looks at the files.
  const steps = graphs.flatMap(({ nodes }) => nodes.map(({ planned }) => planned.params));
  const first = await driver.headers(await driver.observe([...new Set(pathsIn(steps))]));
  const named = graphs.flatMap((graph) => walk(graph, first).files);
  return driver.survey(first, [...new Set(named)]);
}

/** The absolute paths in a plan's parameters. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

/** Observes the host and walks the plan over what is seen; changes nothing. */
export async function preflight(plan: Plan, graph: Graph, driver: Driver): Promise<Admission> {
  const state = await observeForPlans([graph], driver);
  const { files, findings } = walk(graph, state);
  return { state, files: withOwn(files, state), findings: withPositions(plan.text, findings) };
}

/** All paths that a plan may touch that begins in that host state, and those of the chains it starts from. */
export function filesOfPlan(graph: Graph, state: HostState): readonly string[] {
  return withOwn(walk(graph, state).files, state);
}

function withOwn(files: readonly string[], state: HostState): readonly string[] {
  return [...new Set([...files, ...Object.keys(state.files)])];
}

/** @throws BlockplanError `preflight-refused` with all findings when one of them is an error */
export function refuseErrors({ findings }: Admission): void {
  const [first, ...rest] = findings;
  if (first && findings.some((finding) => finding.severity === 'error')) {
    throw new BlockplanError('preflight-refused', [first, ...rest]);
  }
}
