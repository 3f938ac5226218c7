/** The result of a walk, for comparing two host states that differ only in amounts and passwords. */
import type { Graph } from '../src/graph/graph.ts';
import type { HostState } from '../src/model/host-state.ts';
import { walk } from '../src/simulate/walk.ts';
import { NoRollback, type Phase } from '../src/steps/define.ts';

export function walked(graph: Graph, host: HostState) {
  const { phases, findings, files } = walk(graph, host);
  return {
    findings: findings.map(({ code, path }) => [code, path]),
    phases: phases.map(({ node, start, before, after }) =>
      withoutAmounts({
        name: node.phase.name,
        effects: node.phase.effects(before, start),
        back: rollback(node.phase, before, after, start),
        pointOfNoReturn: node.phase.pointOfNoReturn?.(before, start),
      }),
    ),
    files,
  };
}

function rollback(phase: Phase, before: HostState, after: HostState, start: HostState): unknown {
  try {
    return phase.undo(before, after, start);
  } catch (error) {
    if (error instanceof NoRollback) return error.message;
    throw error;
  }
}

/** What facts lack: exact amounts, the passwords in a definition, and which file exactly is at a path. */
const NOT_IN_FACTS: readonly string[] = ['content', 'bytes', 'over', 'former'];

function withoutAmounts(value: object): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => (NOT_IN_FACTS.includes(key) ? undefined : part)),
  );
}
