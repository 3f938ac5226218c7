/**
 * A run that was left half-way: how far it came, as its journal tells, and how it goes on or back from there. The journal
 * tells what was meant; whether it is so is looked at.
 */
import type { Direction } from '../events.ts';
import { outline, type PhaseNode } from '../graph/graph.ts';
import type { Entry } from '../journal/journal.ts';
import type { LoggedCommand, RunLog, Visit } from '../journal/run-log.ts';
import { endState } from '../machine/machine.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isUp } from '../model/world.ts';
import { intend, isContactLost, isOptional, observe, withLost } from './act.ts';
import { type Asking, askWorld, tell } from './ask.ts';
import { transientAgain } from './come-back.ts';
import { endOf } from './conclude.ts';
import {
  type Begun,
  begunWith,
  type Course,
  doubtOf,
  type Finish,
  hostIn,
  type RunHost,
  setHost,
  withHostKnown,
} from './course.ts';
import type { Deed } from './last-writes.ts';
import { mark } from './mark.ts';
import { continuePhase, patiently } from './phase.ts';
import { otherEffects } from './phase-effects.ts';
import { drifted, failureOf, type Result } from './result.ts';
import { imagined, isAs, type Progressed } from './seen.ts';
import { advance, finishUp } from './travel.ts';

/** A course as its log tells it. */
export interface Left {
  readonly course: Course;
  /** The phase that had begun and was not ended; undefined between two phases. */
  readonly phase?: LeftPhase;
}

export interface LeftPhase extends Progressed {
  readonly direction: Direction;
}

/**
 * How far a run came, by its log.
 * @param left how far it was before the first visit of the log
 * @throws Error where the log has a phase that the plan does not have
 */
export function follow(left: Left, log: RunLog): Left {
  const { course: visited, ...rest } = log.visits.reduce(withVisit, left);
  const course = Object.entries(log.kept).reduce(
    (known, [on, kept]) => withHostKnown(known, on, { kept }),
    visited,
  );
  const direction = log.direction === 'undo' ? 'undo' : course.direction;
  return { course: { ...course, direction }, ...rest };
}

function withVisit(left: Left, visit: Visit): Left {
  const { started, commands, finished } = visit;
  const begun = started ? withStart(left, started) : left;
  const acted = commands.reduce((now, command) => withCommand(now, visit, command), begun);
  // A phase that is undone to be done again does not turn the run back.
  return !finished || finished.anew ? acted : withEnd(acted, finished.result);
}

function withCommand(left: Left, visit: Visit, { on, effect, answer }: LoggedCommand): Left {
  const host = hostIn(left.course, on);
  const course = withHostKnown(left.course, on, {
    overwritten: withLost(host.overwritten, effect),
  });
  if (!left.phase || !isOf(left, visit)) return { ...left, course };
  const since: RunHost['since'] = [...host.since, { effect, known: 'begun' }];
  const given = {
    course: withHostKnown(course, on, { since }),
    phase: { ...left.phase, doubtful: effect },
  };
  return answer ? withAnswer(given, answer) : given;
}

/** Whether a visit is of the phase that is under way: a stranded domain is helped beside all phases. */
function isOf({ course, phase }: Left, visit: Visit): boolean {
  const node = course.graph.nodes[course.todo?.index ?? -1];
  const isNode = visit.step === node?.planned.id && visit.phase === node.phase.name;
  return isNode && visit.direction === phase?.direction;
}

function withStart({ course }: Left, record: NonNullable<Visit['started']>): Left {
  if (record.direction === 'undo' && record.anew)
    return { course, phase: { direction: 'do', done: 0 } };
  const { direction, step, phase } = record;
  const node = course.graph.nodes.find(
    ({ planned, phase: each }) => planned.id === step && each.name === phase,
  );
  if (!node) throw new Error(`the journal tells of ${step}/${phase}, which the plan does not have`);
  const { index } = node;
  const { name } = direction === 'do' ? node.doing : node.undoing;
  const state = { name };
  const begun =
    record.direction === 'do'
      ? [...course.begun.slice(0, index), begunAs(course, node, record)]
      : course.begun;
  const begins = record.direction === 'do' && record.done === 0 && isUp(record.before);
  const seen = begins ? { lastUp: [record.before], since: [] } : {};
  return {
    course: { ...withHostKnown(course, record.on, seen), state, todo: { index, direction }, begun },
    phase: { direction, done: record.direction === 'do' ? record.done : 0 },
  };
}

function begunAs(
  course: Course,
  node: PhaseNode,
  { before, effects }: Extract<NonNullable<Visit['started']>, { direction: 'do' }>,
): Begun {
  const begun = begunWith(course, node, before);
  return { ...begun, ...otherEffects(node, begun, effects) };
}

function withAnswer(
  { course, phase }: { readonly course: Course; readonly phase: LeftPhase },
  { error, unbegun }: NonNullable<LoggedCommand['answer']>,
): Left {
  const { doubtful, ...rest } = phase;
  const on = course.graph.nodes[course.todo?.index ?? -1]?.host ?? course.graph.home;
  const { since: former } = hostIn(course, on);
  if (error === undefined) {
    const since = former.map(
      (deed, at): Deed => (at === former.length - 1 ? { ...deed, known: 'said' } : deed),
    );
    return {
      course: withHostKnown(course, on, { since }),
      phase: { ...rest, done: rest.done + 1 },
    };
  }
  const since = doubtful && unbegun ? former.slice(0, -1) : former;
  const known = withHostKnown(course, on, { since });
  // A helping hand that failed ended nothing; what it left in doubt still is.
  if (!doubtful || !isOptional(doubtful)) return { course: known, phase: rest };
  const doubts = [...course.doubts, ...doubtOf(on, doubtful)];
  return { course: { ...known, doubts }, phase: { ...rest, done: rest.done + 1 } };
}

function withEnd(left: Left, result: Result['type']): Left {
  // Without contact nobody knows how far it came, so it counts as begun.
  if (result === 'LOST') return left;
  const { phase } = left;
  const index = left.course.todo?.index ?? -1;
  const on = left.course.graph.nodes[index]?.host ?? left.course.graph.home;
  // A phase that has ended well has put the guest where it leads to, or back where it had been.
  const begun = left.course.begun[index];
  const back = phase?.direction === 'undo' && begun && isUp(begun.before);
  const seen = back
    ? { lastUp: [begun.before], since: [] }
    : { since: hostIn(left.course, on).since.map((deed): Deed => ({ ...deed, known: 'seen' })) };
  const course = result === 'DONE' ? withHostKnown(left.course, on, seen) : left.course;
  const [state, todo] = course.machine.next(course.state, { type: result });
  // Where the run was stranded it can be tried once more, when what was in the way has been taken out of it.
  return state.final === 'stranded' ? left : { course: { ...course, state, todo } };
}

/** The course that leads a run that was left half-way back to where it began. */
export function backFrom({ course, phase }: Left): Course {
  const { todo, graph, state } = course;
  if (todo?.direction === 'undo' || state.final === 'rolled-back') return { ...course };
  const next = todo?.index ?? graph.nodes.length;
  const index = phase ? next : next - 1;
  const node = graph.nodes[index];
  return node
    ? { ...course, state: { name: node.undoing.name }, todo: { index, direction: 'undo' } }
    : { ...course, state: endState('rolled-back'), todo: undefined };
}

/** Which way a run that was left half-way is taken, and by whom. */
export type TakenUp = Omit<Extract<Entry, { type: 'run-resumed' }>, 'type'>;

/** The rest of a run that was left half-way, on or back, to its end. */
export function* restOfRun(left: Left, run: string, by: TakenUp): Asking<Finish> {
  const course = { ...(by.how === 'resume' ? left.course : backFrom(left)), asked: by.how };
  const { graph, folder } = course;
  const { name: domain } = hostIn(course, graph.home).world.domain;
  const of = { run, plan: graph.name, domain, journal: folder };
  yield* tell({ event: 'run-started', ...of, steps: outline(graph), again: by.how });
  if (!(yield* lookAndMark(course, run))) return yield* notTakenUp(course);
  try {
    yield* intend(by.how === 'resume' ? 'do' : 'undo', { type: 'run-resumed', ...by });
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    course.reasons = [error.message];
    return yield* notTakenUp(course);
  }
  yield* endLeftPhase(course, by.how === 'resume' ? left.phase : undefined);
  const { state } = hostIn(course, graph.home).now.domain;
  yield* tell({ event: 'guest-state', state });
  while (!course.state.final) yield* advance(course);
  return yield* finishUp(course, true);
}

/** The end of an attempt that did nothing: the run is left as it was, and can be taken up at another time. */
export function* notTakenUp(course: Course): Asking<Finish> {
  const finish = endOf('preflight-refused', course, course.reasons, []);
  yield* tell({ event: 'run-finished', ...finish });
  return finish;
}

/** Looks at the domain and marks it. False where it cannot be, and then nothing has been done. */
export function* lookAndMark(course: Course, run: string): Asking<boolean> {
  course.takenUp = true;
  try {
    for (const on of Object.keys(course.hosts)) {
      const world = yield* patiently(on, () => observe(course, on));
      setHost(course, on, { now: yield* askWorld({ ask: 'headers', on, world }) });
    }
  } catch (error) {
    if (!isContactLost(error)) throw error;
    course.reasons = [error.message];
    course.state = endState('uncertain');
    return true;
  }
  // A guest that is off has no live definition for a marker to stand in.
  return !isUp(hostIn(course, course.graph.home).now) || (yield* mark(course, run, 'stays'));
}

/** Ends the phase that was under way, if one was; else looks whether the next one can begin. */
export function* endLeftPhase(course: Course, phase: LeftPhase | undefined): Asking<void> {
  const node = course.graph.nodes[course.todo?.index ?? -1];
  if (!node || course.state.final || course.todo?.direction !== 'do') return;
  const begun = phase && course.begun[node.index];
  if (begun) yield* advance(course, continuePhase(course, node, begun, phase));
  else {
    const wrong = yield* wrongBetween(course, node);
    if (wrong) yield* advance(course, settledAs(wrong));
  }
}

/** What keeps a run from its next phase: what is seen may not be what the earlier one leads to, as a journal may miss its last records. */
function* wrongBetween(course: Course, { index, host: on }: PhaseNode): Asking<Result | undefined> {
  const { graph, begun } = course;
  const { world, now } = hostIn(course, on);
  const former = graph.nodes.slice(0, index).findLast((node) => node.host === on);
  const from = former && begun[former.index];
  const expected = former && from ? imagined(former, from).at(-1) : world;
  if (!expected) return drifted();
  try {
    const found = yield* patiently(on, () => transientAgain(course, on, expected, now));
    setHost(course, on, { now: found });
    return isAs(expected, found) ? undefined : drifted();
  } catch (error) {
    return failureOf(error);
  }
}

/** Takes the place of a phase that is not even tried. */
// biome-ignore lint/correctness/useYield: there is nothing to ask.
function* settledAs(result: Result): Asking<Result> {
  return result;
}
