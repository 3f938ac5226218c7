/** What a run could not make sure of: it is tried again when the run is taken up, and dropped where it has no object any more. */
import { hasEnded } from '../model/guest-process.ts';
import { act, observe } from './act.ts';
import type { Asking } from './ask.ts';
import { type Course, hostIn } from './course.ts';

/** Does again what an earlier attempt left open. What is about a QEMU process that has ended since is open no more. */
export function* settleDoubts(course: Course): Asking<void> {
  const open = course.doubts;
  if (open.length === 0) return;
  for (const on of new Set(open.map((doubt) => doubt.on))) yield* observe(course, on);
  course.doubts = [];
  for (const { on, retry } of open)
    if (retry && !hasEnded(retry.of, hostIn(course, on).lastSeen.domain))
      // Where it fails again, the doubt is back among those of the course.
      yield* act(course, { on, step: 'run', phase: 'doubts' }, 'undo', retry);
}
