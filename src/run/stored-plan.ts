/**
 * The plan of a run as its journal holds it: written when the run begins, and compiled again when the run is resumed or rolled
 * back, by whatever version does that.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Code, codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { compile, type Graph, withStates } from '../graph/graph.ts';
import type { CompiledPlan, CompiledStep } from '../journal/compiled-plan.ts';
import { effectShape } from '../journal/effect-shape.ts';
import { PLAN_FILE, planSumOf } from '../journal/folder.ts';
import type { RunStarted } from '../journal/replay.ts';
import { on } from '../model/hosts.ts';
import { misfitOf } from '../model/shape.ts';
import type { World } from '../model/world.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { readPlan } from '../plan/read.ts';
import validate from '../plan/validator.generated.js';
import { printable } from '../printable.ts';
import { walk } from '../simulate/walk.ts';
import { steps } from '../steps/registry.ts';
import { isSameCommands } from './phase-effects.ts';

/**
 * What the journal holds of an admitted plan.
 * @param world the World that it was admitted on
 */
export function compiledPlanOf(graph: Graph, world: World): CompiledPlan {
  const effects = new Map(
    walk(graph, world).phases.map(({ node, before, start }) => [
      node.doing.name,
      node.phase.effects(before, start),
    ]),
  );
  const planned = [...new Set(graph.nodes.map((node) => node.planned))];
  return {
    steps: planned.map((each) => ({
      id: each.id,
      kind: each.step.kind,
      params: each.params,
      phases: graph.nodes
        .filter((node) => node.planned === each)
        .map(({ phase: { name }, doing }) => ({ name, effects: effects.get(doing.name) ?? [] })),
    })),
    states: graph.states,
  };
}

/**
 * The graph of a run that is not over: by the compiled plan in its journal or, in a journal of form 1 or 2, which has none,
 * by the plan's text.
 * @throws BlockplanError journalUnreadable where the compiled plan is damaged; journalUnsupported where this version cannot do it; planChanged where only
 *   the text has the plan, and it cannot be read or was edited
 */
export async function graphOfRun(folder: string, started: RunStarted): Promise<Graph> {
  return started.compiled ? graphBy(started.compiled, started) : graphByText(folder, started);
}

/** A warning where the text of a plan was edited of which the journal holds the compiled form: the edit changes nothing. */
export async function editedText(folder: string, started: RunStarted): Promise<Finding[]> {
  if (!started.compiled) return [];
  const file = join(folder, PLAN_FILE);
  const source = await readFile(file).catch(() => undefined);
  if (source === undefined || planSumOf(source) === started.planSum) return [];
  return [
    {
      code: codes.planChanged,
      severity: 'warning',
      message: `${file} was edited since run ${started.run} began: the run goes on by the plan in its journal`,
      hint: 'an edited plan is another plan, to be run once this run is over',
    },
  ];
}

/** A warning where this version compiles other commands for phases than were admitted when the run began. */
export function otherCommands(graph: Graph, started: RunStarted): Finding[] {
  const { compiled, run, version, hosts } = started;
  if (!compiled) return [];
  const own = compiledPlanOf(graph, on(hosts, graph.home));
  const phases = compiled.steps.flatMap(({ id, phases }, at) =>
    phases
      .filter(({ effects }, index) => {
        const others = own.steps[at]?.phases[index]?.effects ?? [];
        return !isSameCommands(effects, others);
      })
      .map(({ name }) => `${id}/${name}`),
  );
  if (phases.length === 0) return [];
  return [
    {
      code: codes.journalUnsupported,
      severity: 'warning',
      message: `run ${run} was admitted by version ${version} of blockplan; this version gives other commands in ${phases.join(', ')}`,
      hint: `to have the commands that were reviewed, interrupt it and use version ${version}`,
    },
  ];
}

function graphBy(compiled: CompiledPlan, started: RunStarted): Graph {
  const planned = compiled.steps.map((step, at) => plannedOf(step, at, started));
  const graph = compile({ name: started.plan, steps: planned, onFailure: 'rollback' });
  for (const [at, { id, kind, phases }] of compiled.steps.entries()) {
    const own = graph.nodes.filter((node) => node.planned === planned[at]);
    const [theirs, ours] = [phases.map(({ name }) => name), own.map(({ phase }) => phase.name)];
    if (theirs.join('\0') !== ours.join('\0'))
      throw unknownTo(
        started,
        `step ${id} (${kind}) with the phases ${theirs.join(', ')}; in this version they are ${ours.join(', ')}`,
      );
  }
  const stored = withStates(graph, compiled.states);
  if (!stored)
    throw refused(
      codes.journalUnreadable,
      `the compiled plan in the journal of run ${started.run} is damaged: its states do not fit its phases`,
      'a definition can be restored all the same: blockplan rescue; see also blockplan doctor',
    );
  return stored;
}

/** @throws BlockplanError journalUnsupported where this version does not know the step */
function plannedOf(compiled: CompiledStep, at: number, started: RunStarted): PlannedStep {
  const { id, kind, params, phases } = compiled;
  const named = `step ${printable(id)} (${printable(kind)})`;
  const step = steps.find((each) => each.kind === kind);
  if (!step) throw unknownTo(started, `${named}, a kind that this version does not know`);
  const document = {
    plan: 'blockplan/v1',
    name: started.plan,
    domain: started.domain,
    steps: [{ [kind]: params }],
  };
  if (!validate(document)) {
    const where = validate.errors?.[0]?.instancePath.replace(/^\/steps\/0\/[^/]*\/?/, '') ?? '';
    const option = where === '' ? 'options' : `a value of "${printable(where)}"`;
    throw unknownTo(started, `${named} with ${option} that this version does not take`);
  }
  for (const { name, effects } of phases)
    for (const effect of effects)
      if (misfitOf(effectShape, effect))
        throw unknownTo(
          started,
          `${named}, whose phase ${printable(name)} has the command "${wordsOf(effect)}", which this version does not know`,
        );
  return { id, step, params, path: ['steps', at] };
}

/** As much of a command as can be said of one that is not known. */
function wordsOf(effect: object): string {
  const { tool, verb } = effect as { readonly tool?: unknown; readonly verb?: unknown };
  return printable([tool, verb].filter((word) => typeof word === 'string').join(' '));
}

async function graphByText(folder: string, started: RunStarted): Promise<Graph> {
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
      `the plan of run ${run} (${file}) is not the one that was run: it has been edited since`,
      PUT_BACK,
    );
  const graph = compile(readPlan({ file, source, set: started.set, steps }));
  if (namesIn(graph) !== JSON.stringify(started.steps.flatMap(namesOf)))
    throw refused(
      codes.journalUnsupported,
      `run ${run} was begun by blockplan ${version}, whose steps have other phases`,
      `use version ${version}, which began it`,
    );
  return graph;
}

const PUT_BACK =
  'put the text back as it was run; an edited plan is another plan, to be run once this run is over';

function namesIn({ nodes }: Graph): string {
  return JSON.stringify(
    nodes.map(({ planned, phase }) => [planned.id, planned.step.kind, phase.name]),
  );
}

function namesOf({ id, kind, phases }: RunStarted['steps'][number]): string[][] {
  return phases.map(({ name }) => [id, kind, name]);
}

function unknownTo({ run, version }: RunStarted, what: string): BlockplanError {
  return refused(
    codes.journalUnsupported,
    `run ${run} was begun by blockplan ${version} and has the ${what}`,
    `use version ${version}, which began it; where that cannot be had: blockplan doctor`,
  );
}

/** Nothing has been done when this is said. */
function refused(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }]);
}
