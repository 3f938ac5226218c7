/** Before a run: checks the observed host against the plan's requirements, and reports every problem. */
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
  /** The findings of preflight, with positions in the plan. */
  readonly findings: readonly Finding[];
}

/** Observes the host and everything that the plans involve; changes nothing. */
export async function observeForPlans(
  graphs: readonly Graph[],
  driver: Driver,
): Promise<HostState> {
  // Which files matter depends on the disks' chains and on the layers that the plan's paths name: the first observation
  // shows both, the survey inspects the files.
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

/** Observes the host and walks the plan over the observed state; changes nothing. */
export async function preflight(plan: Plan, graph: Graph, driver: Driver): Promise<Admission> {
  const state = await observeForPlans([graph], driver);
  const { files, findings } = walk(graph, state);
  return { state, files: withOwn(files, state), findings: withPositions(plan.text, findings) };
}

/** All paths that a plan may touch if it begins in that host state, and those of the chains it starts from. */
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
