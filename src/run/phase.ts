/** Performs one phase, forward or back: acts, observes, and judges by what is observed. */
import type { Direction, PhaseRef } from '../events.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { isUp, type World } from '../model/world.ts';
import { NoWayBack } from '../steps/define.ts';
import { act, isContactLost, isOptional, observe, reasonOf, record, type Stage } from './act.ts';

/** How often a way back is computed anew from what is observed before it counts as leading nowhere. */
const UNDO_ROUNDS = 4;

/** How often contact may be lost on one way back. */
const UNDO_RECONNECTS = 3;

/** What performing a phase came to. */
export type Result =
  | { readonly type: 'DONE'; readonly now: World }
  | {
      readonly type: 'FAILED';
      readonly reason: string;
      readonly next: readonly string[];
      readonly interrupted: boolean;
    }
  | { readonly type: 'LOST'; readonly reason: string };

/** Does a phase and judges it by what is observed afterwards, never by what a command answered. */
export async function doPhase(
  stage: Stage,
  node: PhaseNode,
  before: World,
  start: World,
): Promise<Result> {
  return recorded(stage, node, 'do', async () => {
    try {
      const obstacles = node.first && node.index > 0 ? await obstaclesTo(stage, node, before) : [];
      if (obstacles.length > 0) return failed(obstacles.join('; '));
      for (const effect of node.phase.effects(before, start)) {
        if (stage.signal.aborted) return interruption();
        await act(stage, refOf(node), 'do', effect, stage.signal);
      }
      const now = await observe(stage);
      // All effects have taken hold, so a guest that died after them wrote where the phase has put it.
      if (!isUp(now) && isUp(before)) stage.lastUp = node.phase.simulate(before, start);
      const problems = node.phase.settled(before, now, start);
      if (problems.length > 0) return failed(problems.join('; '));
      return { type: 'DONE', now };
    } catch (error) {
      if (stage.signal.aborted && error === stage.signal.reason) return interruption();
      if (!isContactLost(error)) return failed(reasonOf(error));
      stage.tell({ event: 'notice', message: `${error.message} Looking for it again.` });
      return (await stage.driver.reconnect())
        ? failed(error.message)
        : { type: 'LOST', reason: error.message };
    }
  });
}

/** Between two steps the host may have changed: what preflight saw at the run's start is looked at again. */
async function obstaclesTo(stage: Stage, { planned }: PhaseNode, before: World): Promise<string[]> {
  const { step, params } = planned;
  const world = await stage.driver.survey(before, step.files(params, before));
  return step
    .preflight(params, world)
    .filter((finding) => finding.severity === 'error')
    .map((finding) => finding.message);
}

/** Lends the helping hand of a way back that is not taken. */
export async function helpOnly(
  stage: Stage,
  node: PhaseNode,
  before: World,
  start: World,
): Promise<void> {
  try {
    const effects = node.phase.undo(before, await observe(stage), start).filter(isOptional);
    for (const effect of effects) await act(stage, refOf(node), 'undo', effect);
  } catch (error) {
    // What the report says of the guest comes from a last look; here nothing more can be done.
    stage.tell({ event: 'notice', message: reasonOf(error) });
  }
}

/** Undoes a phase: asks for the way back, takes it, looks again, until nothing is left to undo. */
export async function undoPhase(
  stage: Stage,
  node: PhaseNode,
  before: World,
  start: World,
): Promise<Result> {
  return recorded(stage, node, 'undo', async () => {
    let reconnects = 0;
    for (let round = 0; ; ) {
      try {
        const now = await observe(stage);
        const effects = node.phase
          .undo(before, now, start)
          .filter((effect) => round === 0 || !isOptional(effect));
        if (effects.length === 0) return { type: 'DONE', now };
        if (round++ === UNDO_ROUNDS) {
          return failed('the way back was taken, but what is observed does not become what it was');
        }
        for (const effect of effects) await act(stage, refOf(node), 'undo', effect);
        // The same on the way back: were the guest to die before the next look, it wrote where it was before.
        if (isUp(now) && isUp(before)) stage.lastUp = before;
      } catch (error) {
        if (error instanceof NoWayBack) return failed(error.message, error.next);
        if (!isContactLost(error)) return failed(reasonOf(error));
        if (reconnects++ === UNDO_RECONNECTS || !(await stage.driver.reconnect()))
          return { type: 'LOST', reason: error.message };
      }
    }
  });
}

async function recorded(
  stage: Stage,
  node: PhaseNode,
  direction: Direction,
  perform: () => Promise<Result>,
): Promise<Result> {
  const ref = refOf(node);
  const began = performance.now();
  stage.tell({
    event: 'phase-started',
    ...ref,
    direction,
    summary: direction === 'do' ? node.phase.summary : node.phase.wayBack,
  });
  await record(stage, { type: 'phase-started', ...ref, direction });
  const result = await perform();
  const error = result.type === 'DONE' ? undefined : result.reason;
  await record(stage, {
    type: 'phase-finished',
    ...ref,
    direction,
    ...(error === undefined ? {} : { error }),
  });
  if (error === undefined)
    stage.tell({
      event: 'phase-finished',
      ...ref,
      direction,
      durationMs: Math.round(performance.now() - began),
    });
  else stage.tell({ event: 'phase-failed', ...ref, direction, message: error });
  return result;
}

function refOf(node: PhaseNode): PhaseRef {
  return { step: node.planned.id, phase: node.phase.name };
}

function failed(reason: string, next: readonly string[] = []): Result {
  return { type: 'FAILED', reason, next, interrupted: false };
}

export function interruption(): Result {
  return { type: 'FAILED', reason: 'interrupted', next: [], interrupted: true };
}
