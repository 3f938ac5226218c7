/** What is told and written down of a phase as it begins and ends. */
import type { Direction, PhaseRef } from '../events.ts';
import { type PhaseNode, stopsOnFailure } from '../graph/graph.ts';
import { directed } from '../journal/direction.ts';
import type { Entry } from '../journal/journal.ts';
import { record } from './act.ts';
import { type Asking, type OnHost, tell } from './ask.ts';
import type { Course } from './course.ts';
import type { Result } from './result.ts';

/** Tells that a phase begins, and tells and writes down how it ended. */
export function* recorded(
  course: Course,
  node: PhaseNode,
  direction: Direction,
  perform: Asking<Result>,
  anew: { anew?: true } = {},
): Asking<Result> {
  const ref = refOf(node);
  const summary = direction === 'do' ? node.phase.summary : node.phase.wayBack;
  yield* tell({ event: 'phase-started', ...ref, direction, summary });
  const result = yield* perform;
  const { type } = result;
  const error = type === 'DONE' ? {} : { error: result.reason };
  const stays = type === 'FAILED' && direction === 'do' && stopsOnFailure(node);
  yield* record(
    heading(course, {
      ...{ type: 'phase-finished', ...ref, direction, result: type, ...anew, ...error },
      ...(stays ? { stays } : {}),
    }),
  );
  yield* tell(
    type === 'DONE'
      ? { event: 'phase-finished', ...ref, direction }
      : { event: 'phase-failed', ...ref, direction, message: result.reason },
  );
  return result;
}

/** The record, which also tells the course which way it goes from there. */
export function heading(course: Course, entry: Entry): Entry {
  course.direction = directed(course.direction, entry);
  return entry;
}

export function refOf(node: PhaseNode): PhaseRef {
  return { step: node.planned.id, phase: node.phase.name };
}

/** The phase and its host. */
export function placeOf(node: PhaseNode): PhaseRef & OnHost {
  return { ...refOf(node), on: node.host };
}
