/** The machine's states as a preview draws them: those that a run can reach, out of the graph. */
import { FINAL_STATES, type Graph, type PhaseNode } from '../graph/graph.ts';
import type { PreviewMachine, PreviewState, PreviewStep } from './preview.ts';
import { isPointOfNoReturn } from './preview-step.ts';

/** The states in the order of the graph: each phase with its undoing, and the ends last. */
export function previewMachine(graph: Graph, steps: readonly PreviewStep[]): PreviewMachine {
  const points = new Set(
    steps.flatMap(({ id, phases }) =>
      phases.filter(isPointOfNoReturn).map(({ name }) => `${id}:${name}`),
    ),
  );
  const states: PreviewState[] = [
    ...graph.nodes.flatMap((node) => {
      const point = points.has(node.doing.state) ? ({ pointOfNoReturn: true } as const) : {};
      return [{ ...doing(node), ...point }, undoing(node)];
    }),
    ...FINAL_STATES.map((name) => ({ name, final: true as const, transitions: [] })),
  ];
  const reached = reachable(graph.initial, states);
  return { initial: graph.initial, states: states.filter(({ name }) => reached.has(name)) };
}

function doing({ doing: { state, done, failed }, phase, planned }: PhaseNode): PreviewState {
  return {
    name: state,
    step: planned.id,
    phase: phase.name,
    direction: 'do',
    transitions: [
      { on: 'DONE', to: done },
      { on: 'FAILED', to: failed },
      { on: 'LOST', to: 'uncertain' },
    ],
  };
}

function undoing({ undoing: { state, undone }, phase, planned }: PhaseNode): PreviewState {
  return {
    name: state,
    step: planned.id,
    phase: phase.name,
    direction: 'undo',
    transitions: [
      { on: 'DONE', to: undone },
      { on: 'FAILED', to: 'stranded' },
      { on: 'LOST', to: 'uncertain' },
    ],
  };
}

function reachable(initial: string, states: readonly PreviewState[]): Set<string> {
  const ways = new Map(states.map(({ name, transitions }) => [name, transitions]));
  const reached = new Set([initial]);
  for (const name of reached) for (const { to } of ways.get(name) ?? []) reached.add(to);
  return reached;
}
