/** A run through its machine, one phase at a time. It does nothing by itself: see `ask.ts`. */
import { outline, type PhaseNode, stopsOnFailure } from '../graph/graph.ts';
import { type Entry, FORMAT } from '../journal/journal.ts';
import type { Performance } from '../machine/machine.ts';
import { eachHost } from '../model/hosts.ts';
import { record, unwritable } from './act.ts';
import { type Asking, isInterrupted, tell } from './ask.ts';
import { conclude, endOf } from './conclude.ts';
import { begunWith, type Course, type Finish, home, hostIn, setHost } from './course.ts';
import { mark } from './mark.ts';
import { doPhase, helpOnly, undoPhase } from './phase.ts';
import { interruption, type Result } from './result.ts';

/** What the first record says of where, by whom and with what a run is done. */
export type Provenance = Pick<
  Extract<Entry, { type: 'run-started' }>,
  'run' | 'uri' | 'host' | 'user' | 'pid' | 'version' | 'set' | 'planSum' | 'compiled'
>;

/** A whole run, from its announcement to its end. */
export function* wholeRun(course: Course, by: Provenance): Asking<Finish> {
  const begun = (yield* announce(course, by)) && (yield* mark(course, by.run));
  yield* tell({ event: 'guest-state', state: home(course).world.domain.state });
  if (begun) while (!course.state.final) yield* advance(course);
  return yield* finishUp(course, begun);
}

/** Says how the run ended, and writes it down. */
export function* finishUp(course: Course, begun: boolean): Asking<Finish> {
  const finish = begun
    ? yield* conclude(course)
    : endOf('preflight-refused', course, course.reasons, course.next);
  const { end, interrupted, state, next } = finish;
  const away = home(course).lastSeen.domain.movedAway ? { movedAway: true as const } : {};
  yield* record({ type: 'run-finished', end, interrupted, state, next, ...away });
  yield* tell({ event: 'run-finished', ...finish });
  return finish;
}

/** Writes down what begins; false when it cannot be, and then nothing begins. */
function* announce(course: Course, by: Provenance): Asking<boolean> {
  const { graph, hosts, folder } = course;
  const { name: domain, uuid } = home(course).world.domain;
  const common = { run: by.run, plan: graph.name, domain, steps: outline(graph) };
  yield* tell({ event: 'run-started', ...common, journal: folder });
  try {
    const of = { ...common, ...by, uuid, hosts: eachHost(hosts, ({ world }) => world) };
    const entry: Entry = { type: 'run-started', format: FORMAT, ...of };
    yield { ask: 'append', entry, sync: true };
    return true;
  } catch (error) {
    course.reasons = [unwritable(error)];
    return false;
  }
}

/**
 * Performs the one phase that the machine asks for, forward or back, and goes on to its next state.
 * @param performing how, where it is not done from its beginning
 */
export function* advance(course: Course, performing?: Asking<Result>): Asking<void> {
  const { todo, state } = course;
  const node = course.graph.nodes[todo?.index ?? -1];
  if (!todo || !node) throw new Error(`the machine has nothing to perform in ${state.name}`);
  const result = yield* performing ?? perform(course, node, todo);
  if (result.type === 'DONE') setHost(course, node.host, { now: result.now });
  else {
    yield* note(course, result, node, todo);
    const begun = course.begun[todo.index];
    if (todo.direction === 'do' && stopsOnFailure(node) && begun)
      yield* helpOnly(course, node, begun);
  }
  [course.state, course.todo] = course.machine.next(state, { type: result.type });
}

function* perform(
  course: Course,
  node: PhaseNode,
  { index, direction }: Performance,
): Asking<Result> {
  const known = course.begun[index];
  if (direction === 'undo') {
    // A phase that was interrupted before it began has no Worlds of its own: there is nothing to undo.
    return known
      ? yield* undoPhase(course, node, known)
      : { type: 'DONE', now: hostIn(course, node.host).now };
  }
  if (yield* isInterrupted()) return interruption();
  const begun = begunWith(course, node, hostIn(course, node.host).now);
  course.begun = [...course.begun.slice(0, index), begun];
  return yield* doPhase(course, node, begun);
}

function* note(
  course: Course,
  result: Exclude<Result, { type: 'DONE' }>,
  node: PhaseNode,
  { direction }: Performance,
): Asking<void> {
  const { planned, phase } = node;
  const place = `${direction === 'undo' ? 'the way back from ' : ''}${planned.id}/${phase.name}`;
  const interrupted = result.type === 'FAILED' && result.interrupted;
  const reason = interrupted ? `interrupted in ${place}` : `${place} failed: ${result.reason}`;
  course.reasons = [...course.reasons, reason];
  if (result.type === 'LOST') return;
  course.interrupted ||= interrupted;
  if (result.next.length > 0) course.next = result.next;
  if (direction === 'do' && !stopsOnFailure(node)) {
    yield* tell({ event: 'rollback-started', reason: result.reason, interrupted });
  }
}
