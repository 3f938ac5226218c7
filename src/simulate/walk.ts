/** Walks a plan's phases over a simulated host: the findings for each step, and the changes by each phase. */
import type { Finding } from '../errors.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import { simulatedHostOf } from '../host/simulated-host.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import { requirementsOf, type StepRequirements } from '../steps/derived.ts';
import { pathInPlan, type Refusal } from '../steps/requirements/requirement.ts';
import { dangersOf } from './dangers.ts';
import { leftTransient } from './end-dangers.ts';
import { stateWithHeaders } from './observed-host.ts';
import { assumeSuccess } from './simulate-effects.ts';
import type { WalkedPhase } from './walked-phase.ts';

export interface Walk {
  /** The phases that could be simulated; all of them if no finding is an error. */
  readonly phases: readonly WalkedPhase[];
  /** The steps of these phases. */
  readonly steps: readonly WalkedStep[];
  readonly findings: readonly Finding[];
  /** Every absolute path that the plan may read, write, create or remove. */
  readonly files: readonly string[];
  /** The folders of the backup stores that the plan reads or adds to. */
  readonly stores: readonly string[];
  /** The chains whose tables show how much the plan copies. */
  readonly measured: readonly (readonly Layer[])[];
  /** The layers above which no overlay may be that no domain uses. */
  readonly searched: readonly string[];
}

/** A step with its requirements and findings in the host state in which it begins. */
export interface WalkedStep extends StepRequirements {
  readonly planned: PhaseNode['planned'];
  readonly start: HostState;
}

/** Walks a plan, starting from the observed host state; pure. */
export function walk(graph: Graph, state: HostState): Walk {
  const phases: WalkedPhase[] = [];
  const findings: Finding[] = [];
  const steps: WalkedStep[] = [];
  const files = new Set<string>();
  const stores = new Set<string>();
  const measured: (readonly Layer[])[] = [];
  const searched = new Set<string>();
  let host = simulatedHostOf(state);
  let start = stateWithHeaders(host);
  let before = start;
  for (const node of graph.nodes) {
    if (node.first) {
      start = before;
      const { planned } = node;
      const examined = requirementsOf(planned.step, planned.params, start);
      for (const file of examined.files) files.add(file);
      for (const store of examined.stores) stores.add(store);
      measured.push(...examined.measured);
      for (const file of examined.searched) searched.add(file);
      findings.push(...examined.findings.map((refusal) => inPlan(node, refusal)));
      if (examined.findings.some(({ blocks }) => blocks === 'simulation')) break;
      steps.push({ ...examined, planned, start });
    }
    host = assumeSuccess(host, node.phase.effects(before, start));
    const after = stateWithHeaders(host);
    phases.push({ node, start, before, after });
    before = after;
  }
  if (phases.length === graph.nodes.length) findings.push(...leftTransient(graph, state, before));
  findings.push(...dangersOf(state, phases, findings.some(isError)));
  return {
    ...{ phases, steps, findings, measured },
    ...{ files: [...files], stores: [...stores], searched: [...searched] },
  };
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** A step's own finding, with its path relative to the plan. */
function inPlan({ planned: { path, step } }: PhaseNode, refusal: Refusal): Finding {
  const { blocks: _blocks, about: _about, ...finding } = refusal;
  return { ...finding, path: pathInPlan(refusal, [...path, step.kind]) };
}
