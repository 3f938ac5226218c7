/** Performs one phase, forward or back: intent, act, outcome, observe, judge. */
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef, RunEvent } from '../events.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { Entry, Journal } from '../journal/journal.ts';
import { commandText } from '../model/command-text.ts';
import { type Driver, EffectFailed } from '../model/driver.ts';
import type { Effect, Progress } from '../model/effect.ts';
import { type Bundle, isUp, type World, withDomain } from '../model/world.ts';
import { NoWayBack } from '../steps/define.ts';

/** How often a way back is computed anew from what is observed before it counts as leading nowhere. */
const UNDO_ROUNDS = 4;

/** A rate is measured over this long at least: reports that arrive in one burst would give gigabytes a second. */
const RATE_WINDOW_MS = 100;

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

/** An event without its time, which the teller adds. */
export type Told = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'time'>
    : never
  : never;

export interface Stage {
  readonly driver: Driver;
  readonly journal: Journal;
  /** All paths that the plan may touch. */
  readonly files: readonly string[];
  /** Aborts when the user interrupts; only the way forward listens. */
  readonly signal: AbortSignal;
  tell(event: Told): void;
  /** The bundle that `undefine` kept, once it has. */
  kept: Bundle | undefined;
  /** The World when the guest was last seen up: where its latest writes are. */
  lastUp: World;
  lastSeen: World;
  /** What could not be made sure of on the way. */
  readonly doubts: string[];
}

/** The World as observed, with what the journal keeps for the domain. */
export async function observe(stage: Stage): Promise<World> {
  const world = await stage.driver.observe(stage.files);
  const known = stage.kept ? withDomain(world, { kept: stage.kept }) : world;
  stage.lastSeen = known;
  if (isUp(known)) stage.lastUp = known;
  return known;
}

/** Does a phase and judges it by what is observed afterwards, never by what a command answered. */
export async function doPhase(
  stage: Stage,
  node: PhaseNode,
  before: World,
  start: World,
): Promise<Result> {
  return recorded(stage, node, 'do', async () => {
    try {
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
      if (error instanceof EffectFailed) return failed(error.message);
      if (isContactLost(error)) {
        stage.tell({ event: 'notice', message: `${error.message} Looking for it again.` });
        return (await stage.driver.reconnect())
          ? failed(error.message)
          : { type: 'LOST', reason: error.message };
      }
      throw error;
    }
  });
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
        if (error instanceof EffectFailed) return failed(error.message);
        if (!isContactLost(error)) throw error;
        if (reconnects++ === UNDO_RECONNECTS || !(await stage.driver.reconnect()))
          return { type: 'LOST', reason: error.message };
      }
    }
  });
}

/** A helping hand is given once; what is observed does not show whether it was needed. */
function isOptional(effect: Effect): boolean {
  return effect.tool === 'virsh' && effect.optional === true;
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

/** One effect, with its intent fsynced before it and its outcome written after it. */
export async function act(
  stage: Stage,
  ref: PhaseRef,
  direction: Direction,
  effect: Effect,
  signal?: AbortSignal,
): Promise<void> {
  stage.tell({
    event: 'command',
    ...ref,
    direction,
    command: commandText(effect),
    why: effect.why,
  });
  await intend(stage, direction, { type: 'intent', ...ref, direction, effect });
  try {
    if (effect.tool === 'remove-file') refuseLastWrites(stage, effect.file);
    if (effect.tool === 'keep-definition') await keepDefinition(stage);
    else
      await stage.driver.perform(effect, {
        folder: stage.journal.folder,
        onProgress: progressTeller(stage, ref, direction),
        ...(signal ? { signal } : {}),
      });
  } catch (error) {
    await record(stage, {
      type: 'outcome',
      ...ref,
      direction,
      error: String((error as Error).message ?? error),
    });
    if (isOptional(effect) && error instanceof EffectFailed) {
      if ('doubt' in effect && effect.doubt) stage.doubts.push(effect.doubt);
      stage.tell({ event: 'notice', message: error.message });
      return;
    }
    throw error;
  }
  await record(stage, { type: 'outcome', ...ref, direction });
}

/**
 * Writes, fsynced, what comes before an effect. On the way forward nothing is done that could not be written down first;
 * a way back is taken all the same, since what is half done needs it more than it needs the journal.
 * @throws EffectFailed on the way forward when the journal cannot be written
 */
async function intend(stage: Stage, direction: Direction, entry: Entry): Promise<void> {
  try {
    await stage.journal.append(entry, true);
  } catch (error) {
    if (direction === 'do') throw new EffectFailed(unwritable(error));
    stage.tell({ event: 'notice', message: unwritable(error) });
  }
}

/** Writes what has happened. Without it the journal only says less than is so, which ends no run. */
export async function record(stage: Pick<Stage, 'journal' | 'tell'>, entry: Entry): Promise<void> {
  try {
    await stage.journal.append(entry, entry.type === 'run-finished');
  } catch (error) {
    stage.tell({ event: 'notice', message: unwritable(error) });
  }
}

function unwritable(error: unknown): string {
  return `the journal cannot be written: ${(error as Error).message}`;
}

/** A guest that has stopped leaves no chain to look at: what it was last seen to write to is never removed. */
function refuseLastWrites(stage: Stage, file: string): void {
  const written = isUp(stage.lastSeen) ? [] : stage.lastUp.domain.disks;
  if (written.some((disk) => disk.chain[0]?.file === file)) {
    throw new EffectFailed(
      `the guest, which has stopped, wrote to ${file} at last, so it is left alone`,
    );
  }
}

async function keepDefinition(stage: Stage): Promise<void> {
  const bundle = await stage.driver.bundle();
  await intend(stage, 'do', { type: 'kept', bundle });
  stage.kept = bundle;
}

function progressTeller(
  stage: Stage,
  ref: PhaseRef,
  direction: Direction,
): (progress: Progress) => void {
  let last: { at: number; current: number } | undefined;
  let rate: number | undefined;
  return ({ current, total }) => {
    const at = performance.now();
    if (last === undefined) last = { at, current };
    else if (at - last.at >= RATE_WINDOW_MS) {
      const measured = Math.max(0, ((current - last.current) / (at - last.at)) * 1000);
      // Smoothed over about four looks, so that a burst does not make the time left jump.
      rate = rate === undefined ? measured : rate * 0.75 + measured * 0.25;
      last = { at, current };
    }
    stage.tell({
      event: 'progress',
      ...ref,
      direction,
      current,
      total,
      ...(rate === undefined ? {} : { rate: Math.round(rate) }),
    });
  };
}

function refOf(node: PhaseNode): PhaseRef {
  return { step: node.planned.id, phase: node.phase.name };
}

function failed(reason: string, next: readonly string[] = []): Result {
  return { type: 'FAILED', reason, next, interrupted: false };
}

function interruption(): Result {
  return { type: 'FAILED', reason: 'interrupted', next: [], interrupted: true };
}

export function isContactLost(error: unknown): error is BlockplanError {
  return error instanceof BlockplanError && error.end === 'uncertain';
}
