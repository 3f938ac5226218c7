/** The parts of a rehearsal: run and undo, then run to completion. */

import type { RunEvent } from '../events.ts';
import { compile } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { End } from '../outcomes.ts';
import { type Finish, saidIn } from '../run/run-state.ts';
import { walk } from '../simulate/walk.ts';
import type { WalkedPhase } from '../simulate/walked-phase.ts';
import { wholeCopies } from '../simulate/whole-copies.ts';
import {
  checkNextStart,
  checkNothingLeft,
  checkOutcome,
  checkRestored,
  type Scene,
  takePicture,
} from './check.ts';
import { Collector } from './collect.ts';
import type { Before } from './copies.ts';
import { type LabContext, runOnce, withEffectHook, withLabDriver } from './lab-run.ts';
import { filesMadeSince } from './new-files.ts';
import type { Check, RehearsalPart } from './report.ts';
import { type NotUndone, notUndone, TURNING_STEP, turningPointOf } from './turning-point.ts';

/** The result of one or more parts. */
export interface PartsResult {
  /** `succeeded` if no problem was found. */
  readonly end: End;
  readonly parts: readonly RehearsalPart[];
  /** What went wrong, in sentences. */
  readonly problems: readonly string[];
  readonly notUndone?: NotUndone;
}

/**
 * Runs the plan as far as it can be undone, checks, undoes it with its own rollbacks, and checks again. A plan of which
 * nothing can be undone is not started here.
 */
export function runAndUndo(lab: LabContext, scene: Scene): Promise<PartsResult> {
  return withLabDriver(lab, async (driver, admission) => {
    const { phases } = walk(compile(lab.plan), admission.state);
    const turn = turningPointOf(lab.plan, phases);
    const missed = missedOf(lab, notUndone(lab.plan, phases));
    if (!turn) return { end: 'succeeded', parts: [], problems: [], ...missed };
    const before = await takePicture(scene);
    let made: RehearsalPart['made'] = [];
    const begun = await beforeRun(scene, admission.state, turn.phases);
    const checks: Check[] = [];
    const looking = withEffectHook(driver, {
      after: turn.look,
      do: async () => {
        lab.tell('checking the result of the plan');
        made = await filesMadeSince(scene, before);
        checks.push(...(await checkOutcome(scene, turn.expected, begun)));
      },
    });
    const collector = new Collector(lab.paths, teller(lab));
    const finish = await runOnce(lab, turn.graph, looking, admission, collector.listener);
    lab.tell('checking that everything is as before');
    const restored =
      finish.end === 'rolled-back'
        ? [
            ...(await checkRestored(scene, before, admission.state)),
            await checkNothingLeft(scene),
            ...(await checkNextStart(scene, admission.state)),
          ]
        : [];
    const parts: RehearsalPart[] = [
      { name: 'run', phases: collector.phases('do'), checks, made },
      {
        name: 'undo',
        phases: collector.phases('undo'),
        checks: restored,
        made: await filesMadeSince(scene, before),
      },
    ];
    return { ...judged(lab, parts, finish, collector.failure, 'rolled-back'), ...missed };
  });
}

/** Runs the whole plan and checks the result. */
export function runToCompletion(
  lab: LabContext,
  scene: Scene,
  name: RehearsalPart['name'],
): Promise<PartsResult> {
  return withLabDriver(lab, async (driver, admission) => {
    const graph = compile(lab.plan);
    const { phases: walked } = walk(graph, admission.state);
    const expected = walked.at(-1)?.after ?? admission.state;
    const before = await takePicture(scene);
    const begun = await beforeRun(scene, admission.state, walked);
    const collector = new Collector(lab.paths, teller(lab));
    const finish = await runOnce(lab, graph, driver, admission, collector.listener);
    lab.tell('checking the result of the plan');
    const checks =
      finish.end === 'succeeded'
        ? [
            ...(await checkOutcome(scene, expected, begun)),
            await checkNothingLeft(scene),
            ...(await checkNextStart(scene, expected)),
          ]
        : [];
    const phases = [...collector.phases('do'), ...collector.phases('undo')];
    const made = await filesMadeSince(scene, before);
    return judged(lab, [{ name, phases, checks, made }], finish, collector.failure, 'succeeded');
  });
}

async function beforeRun(
  { guest }: Scene,
  state: HostState,
  phases: readonly WalkedPhase[],
): Promise<Before> {
  const targets = guest.disks.map(({ target }) => target);
  return { number: await guest.acknowledged(), whole: wholeCopies(state, phases, targets) };
}

/** A run with an unexpected end keeps that end, but a failed check is worse than any end: it makes the part stranded. */
function judged(
  { paths }: LabContext,
  parts: readonly RehearsalPart[],
  finish: Finish,
  failure: string | undefined,
  wanted: End,
): PartsResult {
  const wrong = parts.flatMap(({ name, checks }) =>
    checks.flatMap((check) => check.wrong.map((each) => `after "${name}": ${check.what}: ${each}`)),
  );
  const asWanted = failure === undefined && finish.end === wanted;
  const problems = asWanted ? wrong : [...saidIn(finish).map(paths.users), ...wrong];
  if (wrong.length > 0) return { end: 'stranded', parts, problems };
  return { end: asWanted ? 'succeeded' : finish.end, parts, problems };
}

function missedOf({ paths }: LabContext, missed: NotUndone | undefined): { notUndone?: NotUndone } {
  return missed ? { notUndone: { ...missed, reason: paths.users(missed.reason) } } : {};
}

/** Reports the current phase. */
function teller({ tell }: LabContext): (event: RunEvent) => void {
  return (event) => {
    if (event.event !== 'phase-started' || event.step === TURNING_STEP) return;
    const { step, phase, direction } = event;
    tell(`${direction === 'undo' ? 'undoing' : 'running'} ${step}/${phase}`);
  };
}
