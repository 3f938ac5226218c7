/** A transient domain that libvirtd has taken for persistent again by itself, when it was started anew. */
import { isUp, type World } from '../model/world.ts';
import { makeTransient } from '../steps/definition.ts';
import { act, observe } from './act.ts';
import type { Asking } from './ask.ts';
import type { Course } from './course.ts';

/**
 * Makes the domain what the plan had made of it: libvirtd 9.0 comes back with a persistent definition of its own making
 * for a transient guest whose job has ended or whose disk has moved. What the domain had is in the journal.
 * @param expected the World as the run left it
 * @returns the World as it is then
 */
export function* transientAgain(course: Course, expected: World, now: World): Asking<World> {
  const cameBack = now.domain.persistent && !expected.domain.persistent && isUp(now);
  if (!cameBack || !course.kept) return now;
  yield* act(course, { step: 'run', phase: 'come-back' }, 'do', makeTransient(now));
  return yield* observe(course);
}
