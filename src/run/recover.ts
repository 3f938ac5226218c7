/**
 * A run that was left half-way: how far it came, as its journal tells, and how it goes on or back from there. The journal
 * tells what was meant; whether it is so is looked at.
 */
import type { Direction } from '../events.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { Entry } from '../journal/journal.ts';
import type { Effect } from '../model/effect.ts';
import { isUp, type World } from '../model/world.ts';
import { simulateEffects } from '../simulate/imagine.ts';
import { isContactLost, isOptional, observe } from './act.ts';
import type { Asking } from './ask.ts';
import { type Begun, begunWith, type Course } from './course.ts';
import { doPhase, failed, type Result, undoPhase } from './phase.ts';
import { advance, mark } from './travel.ts';

/** A course as its journal tells it. */
export interface Left {
  readonly course: Course;
  /** The phase that had begun and was not ended; undefined between two phases. */
  readonly phase?: LeftPhase;
}

export interface LeftPhase {
  readonly direction: Direction;
  /** How many of its effects have a good outcome. */
  readonly done: number;
  /** The effect that was begun, and of which no outcome is known. */
  readonly doubtful?: Effect;
}

/** How far a run came by one more record of its journal. */
export function follow(left: Left, entry: Entry): Left {
  switch (entry.type) {
    case 'phase-started':
      return started(left.course, entry);
    case 'kept':
      return { ...left, course: { ...left.course, kept: entry.bundle } };
    case 'intent':
      return left.phase ? { ...left, phase: { ...left.phase, doubtful: entry.effect } } : left;
    case 'outcome':
      return outcome(left, entry.error);
    case 'phase-finished':
      return finished(left, entry.result);
    case 'run-started':
    case 'run-finished':
      return left;
  }
}

function started(course: Course, entry: Extract<Entry, { type: 'phase-started' }>): Left {
  const { direction, step, phase } = entry;
  const node = course.graph.nodes.find(
    ({ planned, phase: each }) => planned.id === step && each.name === phase,
  );
  if (!node) throw new Error(`the journal tells of ${step}/${phase}, which the plan does not have`);
  const { index } = node;
  const state = { name: direction === 'do' ? node.doing.state : node.undoing.state };
  const begun =
    entry.direction === 'do'
      ? [...course.begun.slice(0, index), begunWith(course, node, entry.before)]
      : course.begun;
  const known = begun[index];
  return {
    course: {
      ...course,
      state,
      todo: { index, direction },
      begun,
      lastUp: known ? whereItWrites(node, known) : course.lastUp,
    },
    phase: { direction, done: entry.direction === 'do' ? entry.done : 0 },
  };
}

/** Nobody saw whether the guest was moved before it stopped: it wrote where it was, or where the phase puts it. */
function whereItWrites(node: PhaseNode, { before, start }: Begun): readonly World[] {
  const after = isUp(before) && isUp(start) ? imagined(node, start).at(-1) : undefined;
  return after ? [before, after] : [before];
}

function outcome({ course, phase }: Left, error: string | undefined): Left {
  if (!phase) return { course };
  const { doubtful, ...rest } = phase;
  if (error === undefined) return { course, phase: { ...rest, done: rest.done + 1 } };
  // A helping hand that failed ended nothing; what it left in doubt still is.
  if (!doubtful || !isOptional(doubtful)) return { course, phase: rest };
  const doubt = 'doubt' in doubtful ? doubtful.doubt : undefined;
  const doubts = doubt === undefined ? course.doubts : [...course.doubts, doubt];
  return { course: { ...course, doubts }, phase: { ...rest, done: rest.done + 1 } };
}

function finished(left: Left, result: Result['type']): Left {
  // Without contact nobody knows how far it came, so it counts as begun.
  if (result === 'LOST') return left;
  const { course } = left;
  const [state, todo] = course.machine.next(course.state, { type: result });
  return { course: { ...course, state, todo } };
}

/** The course that leads a run that was left half-way back to where it began. */
export function backFrom({ course, phase }: Left): Course {
  const { todo, graph } = course;
  if (todo?.direction !== 'do') return { ...course };
  const index = phase ? todo.index : todo.index - 1;
  const node = graph.nodes[index];
  return node
    ? { ...course, state: { name: node.undoing.state }, todo: { index, direction: 'undo' } }
    : { ...course, state: { name: 'rolled-back', final: 'rolled-back' }, todo: undefined };
}

/**
 * Takes the run up again: looks at the domain, marks it, and ends the phase that was under way, if one was. False where
 * it cannot be, and then nothing has been done.
 */
export function* reenter(course: Course, run: string, phase?: LeftPhase): Asking<boolean> {
  try {
    course.now = yield* observe(course);
  } catch (error) {
    if (!isContactLost(error)) throw error;
    course.reasons = [error.message];
    course.state = { name: 'uncertain', final: 'uncertain' };
    return true;
  }
  // A guest that is off has no live definition for a marker to stand in.
  if (isUp(course.now) && !(yield* mark(course, run))) return false;
  const node = course.graph.nodes[course.todo?.index ?? -1];
  if (!node || course.todo?.direction !== 'do') return true;
  const begun = phase && course.begun[node.index];
  if (begun) yield* advance(course, continuePhase(course, node, begun, phase));
  else if (!isWhereItWas(course, node)) yield* advance(course, settledAs(drifted()));
  return true;
}

/** Whether what is seen between two phases is what the earlier one leads to: a journal may miss its last records. */
function isWhereItWas({ graph, begun, world, now }: Course, { index }: PhaseNode): boolean {
  const former = graph.nodes[index - 1];
  const from = begun[index - 1];
  const expected = former && from ? imagined(former, from.start).at(-1) : world;
  return isAs(expected, now);
}

function drifted(): Result {
  return failed('what is seen is not what the journal tells of');
}

/** Does what is left of a phase; where it cannot be told how far it came, it is taken back and done anew. */
function* continuePhase(
  course: Course,
  node: PhaseNode,
  begun: Begun,
  phase: LeftPhase,
): Asking<Result> {
  const from = firstLeft(node, begun, course.now, phase);
  if (from !== undefined) return yield* doPhase(course, node, begun, from);
  const back = yield* undoPhase(course, node, begun);
  if (back.type !== 'DONE') return back;
  return isAs(imagined(node, begun.start)[0], back.now)
    ? yield* doPhase(course, node, begun)
    : drifted();
}

/**
 * Which effect comes next: the one in doubt, or one after it where what is seen is what it would have led to. Undefined
 * where what is seen is neither.
 */
function firstLeft(
  node: PhaseNode,
  { before, start }: Begun,
  now: World,
  { done, doubtful }: LeftPhase,
): number | undefined {
  const worlds = imagined(node, start);
  if (worlds.length === 0) return undefined;
  if (!doubtful) return isAs(worlds[done], now) ? done : undefined;
  // A copy that was cut short looks like a whole one.
  if (doubtful.tool === 'qemu-img') return undefined;
  const effects = node.phase.effects(before, start);
  let after = done + 1;
  // A wait is over by itself: the job may have ended meanwhile.
  while (effects[after]?.tool === 'await-job') after++;
  for (let at = after; at >= done; at--) {
    if (!isAs(worlds[at], now)) continue;
    // What leaves no trace is done again, and so is a wait.
    const first = worlds.findIndex((world, index) => index >= done && isAs(world, now));
    return effects[at - 1]?.tool === 'await-job' ? at - 1 : first;
  }
  return undefined;
}

/** The Worlds that a phase leads through; none where its step was not begun in a World that suits it. */
function imagined(node: PhaseNode, start: World): readonly World[] {
  try {
    return simulateEffects(node, start);
  } catch {
    return [];
  }
}

/** Takes the place of a phase that is not even tried. */
// biome-ignore lint/correctness/useYield: there is nothing to ask.
function* settledAs(result: Result): Asking<Result> {
  return result;
}

/** Whether a World is as it was imagined. */
function isAs(imagined: World | undefined, now: World): boolean {
  return imagined !== undefined && signature(imagined, now) === signature(now, now);
}

/** What effects change of a World, as far as the other one tells of its files. */
function signature({ domain, files }: World, seen: World): string {
  return JSON.stringify([
    domain.persistent,
    domain.autostart,
    domain.state,
    domain.disks.map(({ target, chain, persistentSource, job }) => [
      target,
      chain.map(({ file }) => file),
      persistentSource,
      job?.type,
      job?.mirror,
    ]),
    domain.snapshots,
    domain.checkpoints,
    Object.keys(seen.files)
      .filter((file) => files[file])
      .sort(),
  ]);
}
