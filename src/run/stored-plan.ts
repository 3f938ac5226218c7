/**
 * The plan of a run as stored in its journal: written when the run begins, and compiled again by whatever version resumes
 * or rolls back the run.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Code, codes } from '../codes.ts';
import { blockplanOn } from '../command.ts';
import type { Effect } from '../commands/effect.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { compile, type Graph, withStates } from '../graph/graph.ts';
import type { CompiledPlan, CompiledStep } from '../journal/compiled-plan.ts';
import { PLAN_FILE, planSumOf } from '../journal/folder.ts';
import { type RecoveryMode, unusableJournalHint } from '../journal/recovery-mode.ts';
import type { RunLog, StartRecord } from '../journal/run-log.ts';
import type { HostState } from '../model/host-state.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { readPlan } from '../plan/read.ts';
import validate from '../plan/validator.generated.js';
import { printable } from '../printable.ts';
import { walk } from '../simulate/walk.ts';
import { steps } from '../steps/registry.ts';

/**
 * What the journal stores of an admitted plan.
 * @param state the host state that it was admitted on
 */
export function compiledPlanOf(graph: Graph, state: HostState): CompiledPlan {
  const effects = admittedEffects(graph, state);
  const planned = [...new Set(graph.nodes.map((node) => node.planned))];
  return {
    steps: planned.map((each) => ({
      id: each.id,
      kind: each.step.kind,
      params: each.params,
      phases: graph.nodes
        .filter((node) => node.planned === each)
        .map(({ phase: { name } }) => ({ name, effects: effects.get(`${each.id}/${name}`) ?? [] })),
    })),
    states: graph.states,
    ...(graph.hooks.length === 0 ? {} : { hooks: graph.hooks }),
  };
}

/** The commands of each phase that can be simulated from that host state, by step and phase, as in `a/pivot`. */
export function admittedEffects(
  graph: Graph,
  state: HostState,
): ReadonlyMap<string, readonly Effect[]> {
  return new Map(
    walk(graph, state).phases.map(({ node, before, start }) => [
      `${node.planned.id}/${node.phase.name}`,
      node.phase.effects(before, start),
    ]),
  );
}

/**
 * The graph of a run that is not over, from the compiled plan in its journal or, for a journal of format 1 or 2, which
 * has none, from the plan's text.
 * @param how for a rollback the graph may lack steps that have not begun and that this version does not know
 * @param log the log of its journal
 * @throws BlockplanError journalUnreadable if the compiled plan is damaged; journalUnsupported if this version cannot
 *   perform it; planChanged if only the text has the plan, and it cannot be read or was edited
 */
export async function graphOfRun(
  folder: string,
  started: StartRecord,
  how: RecoveryMode,
  log: RunLog,
): Promise<Graph> {
  return started.compiled
    ? graphBy(started.compiled, started, how, log)
    : graphByText(folder, started);
}

/** A warning if the plan's text was edited although the journal has the compiled plan: the edit has no effect. */
export async function editedText(folder: string, started: StartRecord): Promise<Finding[]> {
  if (!started.compiled) return [];
  const file = join(folder, PLAN_FILE);
  const source = await readFile(file).catch(() => undefined);
  if (source === undefined || planSumOf(source) === started.planSum) return [];
  return [
    {
      code: codes.planChanged,
      severity: 'warning',
      message: `${file} was edited after run ${started.run} began: the run continues with the plan in its journal`,
      hint: 'to run the edited plan, start a new run once this one is over',
    },
  ];
}

function graphBy(
  compiled: CompiledPlan,
  started: StartRecord,
  how: RecoveryMode,
  log: RunLog,
): Graph {
  // A rollback needs only the steps that have begun, but at least one: a plan without steps cannot be compiled.
  const needed = how === 'resume' ? compiled.steps.length : Math.max(begunSteps(compiled, log), 1);
  const planned: PlannedStep[] = [];
  for (const [at, step] of compiled.steps.entries()) {
    const known = plannedOf(step, at);
    if (typeof known !== 'string') planned.push(known);
    else if (at < needed) throw unknownTo(started, known);
    else break;
  }
  // If all steps are known, the stored states replace the compiled ones.
  const { hooks = [] } = compiled;
  const graph = compile({ name: started.plan, steps: planned, hooks, onFailure: 'rollback' });
  if (planned.length < compiled.steps.length) return graph;
  const stored = withStates(graph, compiled.states);
  if (!stored)
    throw refused(
      codes.journalUnreadable,
      `the compiled plan in the journal of run ${started.run} is damaged: its states do not match its phases`,
      unusableJournalHint(started.run, started),
    );
  return stored;
}

/** The number of its steps, from the first, that have begun. */
function begunSteps({ steps }: CompiledPlan, { visits }: RunLog): number {
  const begun = new Set(visits.filter(({ started }) => started).map(({ step }) => step));
  return steps.findLastIndex(({ id }) => begun.has(id)) + 1;
}

/** The step as this version plans it, or what of it this version does not know, as a phrase after "has the". */
function plannedOf({ id, kind, params, phases }: CompiledStep, at: number): PlannedStep | string {
  const named = `step ${printable(id)} (${printable(kind)})`;
  const step = steps.find((each) => each.kind === kind);
  if (!step) return `${named}, a kind that this version does not know`;
  const document = { plan: 'blockplan/v1', name: 'p', domain: 'd', steps: [{ [kind]: params }] };
  const misfit = validate(document) ? undefined : validate.errors?.find(isNoLimit);
  if (misfit) {
    const where = misfit.instancePath.replace(/^\/steps\/0\/[^/]*\/?/, '');
    const option = where === '' ? 'options' : `a value of "${printable(where)}"`;
    return `${named} with ${option} that this version does not accept`;
  }
  const [theirs, ours] = [phases, step.phases(params)].map((each) =>
    each.map(({ name }) => name).join(', '),
  );
  return theirs === ours
    ? { id, step, params, path: ['steps', at] }
    : `${named} with the phases ${printable(theirs ?? '')}; in this version they are ${ours}`;
}

/** A limit that has become stricter since does not apply to a plan that was admitted. */
function isNoLimit({ keyword }: { readonly keyword: string }): boolean {
  return !['pattern', 'minimum', 'maximum', 'minLength', 'minItems'].includes(keyword);
}

async function graphByText(folder: string, started: StartRecord): Promise<Graph> {
  const { run, version } = started;
  const file = join(folder, PLAN_FILE);
  const source = await readFile(file).catch((error: Error) => {
    throw refused(
      codes.planChanged,
      `the plan of run ${run} cannot be read: ${error.message}`,
      PUT_BACK,
    );
  });
  if (planSumOf(source) !== started.planSum)
    throw refused(
      codes.planChanged,
      `the plan of run ${run} (${file}) was edited after the run began`,
      PUT_BACK,
    );
  const graph = compile(readPlan({ file, source, set: started.set, steps }));
  if (namesIn(graph) !== JSON.stringify(started.steps.flatMap(namesOf)))
    throw refused(
      codes.journalUnsupported,
      `run ${run} was started by blockplan ${version}, whose steps have different phases`,
      `use version ${version}, which started it`,
    );
  return graph;
}

const PUT_BACK =
  'restore the original text; to run the edited plan, start a new run once this one is over';

function namesIn({ nodes }: Graph): string {
  return JSON.stringify(
    nodes.map(({ planned, phase }) => [planned.id, planned.step.kind, phase.name]),
  );
}

function namesOf({ id, kind, phases }: StartRecord['steps'][number]): string[][] {
  return phases.map(({ name }) => [id, kind, name]);
}

function unknownTo({ run, version, domain, uri }: StartRecord, what: string): BlockplanError {
  return refused(
    codes.journalUnsupported,
    `run ${run} was started by blockplan ${version} and has the ${what}`,
    `use version ${version}, which started it; if it is not available, diagnose the guest: ${blockplanOn(uri, 'doctor', domain)}`,
  );
}

/** An error before anything has been done. */
function refused(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }]);
}
