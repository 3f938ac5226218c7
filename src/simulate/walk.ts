/** Walks a plan's phases over a simulated host: what preflight says of each step, and what each phase would do. */
import type { Finding } from '../errors.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import { hostOf } from '../host/host-state.ts';
import type { World } from '../model/world.ts';
import { dangersOf } from './dangers.ts';
import { seen } from './host-looks.ts';
import { imagine } from './imagine.ts';
import type { Walked } from './walked.ts';

export interface Walk {
  /** The phases that could be simulated; all of them when there are no errors among the findings. */
  readonly phases: readonly Walked[];
  readonly findings: readonly Finding[];
  /** Every absolute path that the plan may read, write, make or remove. */
  readonly files: readonly string[];
}

/** After one of these the step's outcome cannot be imagined, so the walk ends there. */
const UNIMAGINABLE = new Set(
  'BP100 BP101 BP102 BP103 BP104 BP110 BP113 BP114 BP126 BP143'.split(' '),
);

/** Walks from the observed World on; pure. */
export function walk(graph: Graph, world: World): Walk {
  const phases: Walked[] = [];
  const findings: Finding[] = [];
  const files = new Set<string>();
  let host = hostOf(world);
  let start = seen(host);
  let before = start;
  for (const node of graph.nodes) {
    if (node.first) {
      start = before;
      for (const file of node.planned.step.files(node.planned.params, start)) files.add(file);
      const found = preflight(node, start);
      findings.push(...found);
      if (found.some((finding) => UNIMAGINABLE.has(finding.code))) break;
    }
    host = imagine(host, node.phase.effects(before, start));
    const after = seen(host);
    phases.push({ node, start, before, after });
    before = after;
  }
  if (phases.length === graph.nodes.length) findings.push(...leftTransient(graph, world, before));
  findings.push(...dangersOf(world, phases, findings.some(isError)));
  return { phases, findings, files: [...files] };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** A plan that ends with the domain transient leaves its definition in a journal, where nobody looks for it. */
function leftTransient(graph: Graph, before: World, after: World): Finding[] {
  if (!before.domain.persistent || after.domain.persistent) return [];
  const last = graph.nodes.findLast(({ planned }) => planned.step.kind === 'undefine');
  return [
    {
      code: 'BP123',
      severity: 'error',
      message: `the plan ends with "${before.domain.name}" transient: it would vanish when the guest stops`,
      hint: 'add a redefine step at the end',
      ...(last ? { path: [...last.planned.path, last.planned.step.kind] } : {}),
    },
  ];
}

/** The step's own findings, with their paths made the plan's. */
function preflight({ planned }: PhaseNode, world: World): Finding[] {
  const { step, params, path } = planned;
  return step
    .preflight(params, world)
    .map((finding) => ({ ...finding, path: [...path, step.kind, ...(finding.path ?? [])] }));
}
