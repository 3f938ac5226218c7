/** What a run could not confirm: it is tried again when the run is resumed, and dropped when it no longer applies. */
import { hasEnded } from '../model/guest-process.ts';
import { observe, performEffect } from './perform-effect.ts';
import type { RunPart } from './requests.ts';
import { hostIn, type RunState } from './run-state.ts';

/** Repeats what an earlier attempt left in doubt. A doubt about a QEMU process that has since ended is dropped. */
export function* retryDoubts(run: RunState): RunPart<void> {
  const open = run.doubts;
  if (open.length === 0) return;
  for (const on of new Set(open.map((doubt) => doubt.on))) yield* observe(run, on);
  run.doubts = [];
  for (const { on, retry } of open)
    if (retry && !hasEnded(retry.of, hostIn(run, on).lastSeen.domain))
      // If it fails again, `performEffect` adds the doubt again.
      yield* performEffect(run, { on, step: 'run', phase: 'doubts' }, 'undo', retry);
}
