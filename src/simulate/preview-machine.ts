/** The machine's states for a preview: those of the graph that a run can reach. */
import { type Graph, type PhaseNode, type PhaseState, stateName } from '../graph/graph.ts';
import { FINAL_STATES, PHASE_RESULTS } from '../outcomes.ts';
import type { PreviewMachine, PreviewState, PreviewStep } from './preview.ts';
import { isPointOfNoReturn } from './preview-step.ts';

/** The states in the order of the graph: each phase with its rollback, then the final states. */
export function previewMachine(graph: Graph, steps: readonly PreviewStep[]): PreviewMachine {
  const points = new Set(
    steps.flatMap(({ id, phases }) =>
      phases
        .filter(isPointOfNoReturn)
        .map(({ name }) => stateName({ step: id, phase: name }, 'do')),
    ),
  );
  const states: PreviewState[] = [
    ...graph.nodes.flatMap((node) => {
      const point = points.has(node.doing.name) ? ({ pointOfNoReturn: true } as const) : {};
      const kept = node.doing.commits ? ({ kept: true } as const) : {};
      return [{ ...stateOf(node.doing, node), ...point, ...kept }, stateOf(node.undoing, node)];
    }),
    ...FINAL_STATES.map((name) => ({ name, final: true as const, transitions: [] })),
  ];
  const reached = reachable(graph.initial, states);
  return { initial: graph.initial, states: states.filter(({ name }) => reached.has(name)) };
}

function stateOf({ name, direction, on }: PhaseState, { phase, planned }: PhaseNode): PreviewState {
  const transitions = PHASE_RESULTS.map((result) => ({ on: result, to: on[result] }));
  return { name, step: planned.id, phase: phase.name, direction, transitions };
}

function reachable(initial: string, states: readonly PreviewState[]): Set<string> {
  const ways = new Map(states.map(({ name, transitions }) => [name, transitions]));
  const reached = new Set([initial]);
  for (const name of reached) for (const { to } of ways.get(name) ?? []) reached.add(to);
  return reached;
}
