/** What a run could not make sure of: it is tried again when the run is taken up, and dropped where it has no object any more. */
import { hasEnded } from '../model/guest-process.ts';
import { act, observe } from './act.ts';
import type { Asking } from './ask.ts';
import type { Course } from './course.ts';

/** Does again what an earlier attempt left open. What is about a QEMU process that has ended since is open no more. */
export function* settleDoubts(course: Course): Asking<void> {
  const open = course.doubts;
  if (open.length === 0) return;
  const now = yield* observe(course);
  course.doubts = [];
  for (const { retry } of open)
    if (retry && !hasEnded(retry.of, now.domain))
      // Where it fails again, the doubt is back among those of the course.
      yield* act(course, { step: 'run', phase: 'doubts' }, 'undo', retry);
}
