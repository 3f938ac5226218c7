/** A run through its machine, one phase at a time. It does nothing by itself: see `ask.ts`. */
import { blockplanCommand, type Command, commandLine, virshCommand } from '../command.ts';
import { outline, type PhaseNode, stopsOnFailure } from '../graph/graph.ts';
import { type Entry, FORMAT } from '../journal/journal.ts';
import type { Performance } from '../machine/machine.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { FileSet, fileAt, filesOf, filesOfLayer } from '../model/file-identity.ts';
import { newFaults, nextStartFaults } from '../model/headers.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isUp, type World } from '../model/world.ts';
import { type End, exitCodeOf, type FinalState } from '../outcomes.ts';
import { isContactLost, observe, reasonOf, record, unwritable } from './act.ts';
import { type Asking, askMarker, askWhether, askWorld, tell } from './ask.ts';
import { contradictions, definedElsewhere, differences, whereDisksAre } from './compare.ts';
import { begunWith, type Course, type Finish, waysOn } from './course.ts';
import { settleDoubts } from './doubts.ts';
import { lastWritesBy, notKnown, placesOf } from './last-writes.ts';
import { lostRecords } from './lost-records.ts';
import { doPhase, helpOnly, undoPhase } from './phase.ts';
import { interruption, type Result } from './result.ts';
import { salvage } from './salvage.ts';

/** What the first record says of where, by whom and with what a run is done. */
export type Provenance = Pick<
  Extract<Entry, { type: 'run-started' }>,
  'run' | 'uri' | 'host' | 'user' | 'pid' | 'version' | 'set' | 'planSum' | 'compiled'
>;

/** A whole run, from its announcement to its end. */
export function* wholeRun(course: Course, by: Provenance): Asking<Finish> {
  const begun = (yield* announce(course, by)) && (yield* mark(course, by.run));
  yield* tell({ event: 'guest-state', state: course.world.domain.state });
  if (begun) while (!course.state.final) yield* advance(course);
  return yield* finishUp(course, begun);
}

/** Says how the run ended, and writes it down. */
export function* finishUp(course: Course, begun: boolean): Asking<Finish> {
  const finish = begun
    ? yield* conclude(course)
    : endOf('preflight-refused', course, course.reasons, course.next);
  const { end, interrupted, state, next } = finish;
  const away = course.lastSeen.domain.movedAway ? { movedAway: true as const } : {};
  yield* record({ type: 'run-finished', end, interrupted, state, next, ...away });
  yield* tell({ event: 'run-finished', ...finish });
  return finish;
}

/** Writes down what begins; false when it cannot be, and then nothing begins. */
function* announce(course: Course, by: Provenance): Asking<boolean> {
  const { graph, world, folder } = course;
  const { name: domain, uuid } = world.domain;
  const common = { run: by.run, plan: graph.name, domain, steps: outline(graph) };
  yield* tell({ event: 'run-started', ...common, journal: folder });
  try {
    const entry: Entry = { type: 'run-started', format: FORMAT, ...common, ...by, uuid, world };
    yield { ask: 'append', entry, sync: true };
    return true;
  } catch (error) {
    course.reasons = [unwritable(error)];
    return false;
  }
}

/** Tells other operators, before anything is done, and makes sure that nobody else has told them the same. */
export function* mark(course: Course, run: string, inVain?: 'stays'): Asking<boolean> {
  try {
    yield { ask: 'mark' };
    const marker = yield* askMarker();
    if (marker?.run === run) return true;
    course.reasons = [
      `run ${marker?.run} (${marker?.user} on ${marker?.host}) has taken the domain`,
    ];
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    course.reasons = [error.message];
    // A run that is half-way keeps the marker that it has.
    const stuck = inVain === undefined ? yield* unmark() : undefined;
    if (stuck !== undefined) {
      course.reasons = [error.message, `other operators may see the run on the domain: ${stuck}`];
      course.next = [unmarkByHand(course.world.domain.name)];
    }
  }
  return false;
}

/** Takes the marker out; what libvirt says where it does not let it be. */
function* unmark(): Asking<string | undefined> {
  try {
    yield { ask: 'unmark' };
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    return error.message;
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
  if (result.type === 'DONE') course.now = result.now;
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
    return known ? yield* undoPhase(course, node, known) : { type: 'DONE', now: course.now };
  }
  if (yield* askWhether({ ask: 'interrupted' })) return interruption();
  const begun = begunWith(course, node, course.now);
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

/** Judges the end by what is observed, takes the marker out, and says what is so. */
function* conclude(course: Course): Asking<Finish> {
  const { final } = course.state;
  if (final === 'uncertain') return unknown(course, 'what became of the domain is not known');
  for (let again = false; ; again = true) {
    try {
      return yield* concluded(course, final);
    } catch (error) {
      // The run is over; all that is left is to look, so libvirt is looked for once more.
      if (again || !isContactLost(error) || !(yield* askWhether({ ask: 'reconnect' })))
        return unknown(course, reasonOf(error));
    }
  }
}

function unknown(course: Course, reason: string): Finish {
  const { reasons, world } = course;
  const { name } = world.domain;
  const lost = course.overwritten.map(contentLost);
  const state = [
    ...reasons,
    reason,
    ...lost,
    `whether a job of "${name}" still runs is not known either`,
  ];
  return endOf('uncertain', course, state, [virshCommand('dominfo', name), ...waysOn(course)]);
}

function* concluded(course: Course, final: FinalState | undefined): Asking<Finish> {
  if (course.takenUp) yield* settleDoubts(course);
  if (final === 'stranded') {
    const commands = yield* salvage(course);
    if (commands.length > 0) course.next = commands;
  }
  const stuck = yield* unmark();
  const finish = yield* judged(course, final);
  return stuck === undefined ? finish : withMarker(finish, course, stuck);
}

/** The same end, with what other operators would still see of the run. */
function withMarker(finish: Finish, { world }: Course, stuck: string): Finish {
  const said = `other operators still see the run on the domain: ${stuck}`;
  return {
    ...finish,
    state: [...finish.state, said],
    next: [...finish.next, unmarkByHand(world.domain.name)],
  };
}

function* judged(course: Course, final: FinalState | undefined): Asking<Finish> {
  const { world, reasons } = course;
  const now = yield* askWorld({ ask: 'headers', world: yield* observe(course) });
  const lost = course.overwritten.map(contentLost);
  if (final === 'succeeded') {
    const lostNow = lostRecords(course.graph, world, now);
    const wrong = [...contradictions(world, now), ...lostNow];
    if (wrong.length === 0)
      return endOf('succeeded', course, [...whereDisksAre(now), ...leftBehind(world, now)], []);
    const state = [
      'all steps are done, but:',
      ...wrong,
      ...lost,
      ...whereDisksAre(now),
      ...made(world, now),
    ];
    // No resumption makes a record again: to know of it is all that is left.
    const over = lostNow.length === wrong.length ? [blockplanCommand('forget', course.run)] : [];
    const next = [...over, ...nextSteps(course, now), ...waysOn(course)];
    return endOf('stranded', course, state, next);
  }
  const apart = [
    ...course.doubts.map(({ text }) => text),
    ...(isUp(now) ? [] : leftBy(lastWritesBy(course, now), now)),
    ...differences(world, now),
    ...newFaults(world, now),
  ];
  if (final === 'rolled-back' && apart.length === 0) {
    const rest = lost.length === 0 ? 'all' : 'all else';
    const state = [...reasons, ...lost, `${rest} is as it was before the run`];
    return endOf('rolled-back', course, state, []);
  }
  const next = course.next.length > 0 ? course.next : nextSteps(course, now);
  const state = [...reasons, ...lost, ...apart, ...whereDisksAre(now)];
  return endOf('stranded', course, state, [...next, ...waysOn(course)]);
}

/** Of a guest that has stopped: the disks whose definition names another file than it wrote to, or may do. */
function leftBy(wrote: readonly World[], now: World): string[] {
  const unknown = placesOf(wrote).map(({ target }) => target);
  const known = wrote.slice(-1).flatMap((world) => definedElsewhere(world, now, unknown));
  return [...notKnown(wrote, now), ...known];
}

/** What no rollback brings back of a file that the run has written into. */
function contentLost(file: string): string {
  return `the former content of ${file} is lost: the run has written into it`;
}

/** Files of the guest's former chain that it needs no more; they stay, since nobody asked for their removal. */
function leftBehind(before: World, now: World): string[] {
  const filesIn = ({ domain }: World) =>
    domain.disks.flatMap(({ chain }) => chain.flatMap(filesOfLayer));
  const used = new FileSet(now, filesIn(now));
  return filesIn(before)
    .filter((file) => !used.has(file) && fileAt(now, file))
    .map((file) => `${file} is not used by this guest any more; it is kept`);
}

/** Files that the run has made and that no chain of the guest names, such as a backup. */
function made(before: World, now: World): string[] {
  const used = new FileSet(now, now.domain.disks.flatMap(filesOf));
  return Object.keys(now.files)
    .filter((file) => now.files[file]?.made && !before.files[file] && !used.has(file))
    .map((file) => `${file} was made by this run, and is kept`);
}

function nextSteps(course: Course, now: World): Command[] {
  const { name, calledNow } = now.domain;
  if (calledNow) return [virshCommand('dominfo', calledNow)];
  if (now.domain.state === 'gone') return [commandLine('virsh', 'list', '--all')];
  if (now.domain.state === 'paused')
    return [virshCommand('domblkerror', name), virshCommand('resume', name)];
  if (nextStartFaults(now).length > 0) return [blockplanCommand('doctor', name)];
  if (isUp(now)) return [virshCommand('domblklist', name)];
  // A start from a definition that names other files than the guest wrote to would let two states of its data grow apart.
  const stale = lastWritesBy(course, now).some((world) => definedElsewhere(world, now).length > 0);
  return stale ? [virshCommand('domblklist', name, '--inactive')] : [virshCommand('start', name)];
}

export function endOf(
  end: End,
  course: Course,
  state: readonly string[],
  next: readonly Command[],
): Finish {
  const { interrupted, asked } = course;
  return { end, exitCode: exitCodeOf(end, interrupted, asked), interrupted, state, next };
}
