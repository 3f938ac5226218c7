/** Before a run: checks the observed host against the plan's requirements, and reports every problem. */
import { codes } from '../codes.ts';
import type { Driver } from '../commands/driver.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { compile, type Graph } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import type { PlanDraft } from '../plan/read.ts';
import { withPositions } from '../plan/text.ts';
import { type Walk, walk } from '../simulate/walk.ts';
import { findHookProblems } from './hook-findings.ts';

export interface Admission {
  readonly state: HostState;
  /** All paths that the plan may touch, and those of the chains it starts from. */
  readonly files: readonly string[];
  /** The findings of preflight, with positions in the plan. */
  readonly findings: readonly Finding[];
  /** Those among them that are about the programs of the plan's hooks. */
  readonly hookFindings: readonly Finding[];
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
  const walks = graphs.map((graph) => walk(graph, first));
  const stores = [...new Set(walks.flatMap((each) => each.stores))];
  if (stores.length === 0) return surveyFor(driver, first, walks);
  // Which images a restore reads, and which files it makes, only the store shows.
  const known = await driver.readStores(first, stores);
  return surveyFor(
    driver,
    known,
    graphs.map((graph) => walk(graph, known)),
  );
}

/**
 * Observes the guest, and with the values that its plans take from it, everything that they involve.
 * @param drafts plans of the driver's domain
 * @param run see `PlanDraft.resolve`
 * @throws BlockplanError `preflight-refused` if the guest lacks a value; hostChanged if a value changed meanwhile
 */
export async function observeForDrafts(
  drafts: readonly PlanDraft[],
  driver: Driver,
  run: string,
): Promise<HostState> {
  return (await observed(drafts, driver, run)).state;
}

/** Observes what {@link observeForDrafts} does; also returns the plans with their values, and their graphs. */
async function observed(
  drafts: readonly PlanDraft[],
  driver: Driver,
  run: string,
): Promise<{ state: HostState; plans: readonly Plan[]; graphs: readonly Graph[] }> {
  const complete = drafts.flatMap(({ plan }) => plan ?? []);
  if (complete.length === drafts.length) {
    const graphs = complete.map(compile);
    return { state: await observeForPlans(graphs, driver), plans: complete, graphs };
  }
  const plansOn = (state: HostState) => drafts.map((draft) => draft.resolve(state, run));
  const plans = plansOn(await driver.observe([]));
  const graphs = plans.map(compile);
  const state = await observeForPlans(graphs, driver);
  // As long as no value has changed, a draft gives the same plan.
  if (plansOn(state).every((plan, at) => plan === plans[at])) return { state, plans, graphs };
  throw new BlockplanError('preflight-refused', [
    {
      code: codes.hostChanged,
      severity: 'error',
      message: 'the disks of the guest changed while the plan was checked',
      hint: 'try again once no other tool is working on the guest',
    },
  ]);
}

function surveyFor(driver: Driver, state: HostState, walks: readonly Walk[]): Promise<HostState> {
  const files = [...new Set(walks.flatMap((each) => each.files))];
  return driver.survey(state, files, {
    measured: walks.flatMap(({ measured }) => measured),
    searched: [...new Set(walks.flatMap(({ searched }) => searched))],
  });
}

/** The absolute paths in a plan's parameters. */
function pathsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(pathsIn) : [];
}

/** A plan with the values of its guest, and the result of its preflight. */
export interface CheckedPlan extends Admission {
  readonly plan: Plan;
  readonly graph: Graph;
}

/**
 * Observes the host, reads the plan with the values of its guest, and walks it over the observed state; changes nothing.
 * @param run the ID of the run
 * @throws BlockplanError as {@link observeForDrafts}
 */
export async function preflightDraft(
  draft: PlanDraft,
  driver: Driver,
  run: string,
): Promise<CheckedPlan> {
  const { state, plans, graphs } = await observed([draft], driver, run);
  const [plan, graph] = [plans[0] as Plan, graphs[0] as Graph];
  return { plan, graph, ...(await admissionOf(plan, graph, state)) };
}

/** Observes the host and walks the plan over the observed state; changes nothing. */
export async function preflight(plan: Plan, graph: Graph, driver: Driver): Promise<Admission> {
  return admissionOf(plan, graph, await observeForPlans([graph], driver));
}

async function admissionOf(plan: Plan, graph: Graph, state: HostState): Promise<Admission> {
  const { files, findings } = walk(graph, state);
  const hookFindings = await findHookProblems(plan);
  return {
    ...{ state, files: withOwn(files, state), hookFindings },
    findings: withPositions(plan.text, [...hookFindings, ...findings]),
  };
}

/** All paths that a plan may touch if it begins in that host state, and those of the chains it starts from. */
export function filesOfPlan(graph: Graph, state: HostState): readonly string[] {
  return withOwn(walk(graph, state).files, state);
}

function withOwn(files: readonly string[], state: HostState): readonly string[] {
  return [...new Set([...files, ...Object.keys(state.files)])];
}

/** @throws BlockplanError `preflight-refused` with all findings when one of them is an error */
export function refuseErrors({ findings }: Pick<Admission, 'findings'>): void {
  const [first, ...rest] = findings;
  if (first && findings.some((finding) => finding.severity === 'error')) {
    throw new BlockplanError('preflight-refused', [first, ...rest]);
  }
}
