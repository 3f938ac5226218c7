/** What a run could not make sure of: it is tried again when the run is resumed, and dropped where it has no object any more. */
import { hasEnded } from '../model/guest-process.ts';
import { observe, performEffect } from './perform-effect.ts';
import type { RunPart } from './requests.ts';
import { hostIn, type RunState } from './run-state.ts';

/** Does again what an earlier attempt left open. What is about a QEMU process that has ended since is open no more. */
export function* retryDoubts(run: RunState): RunPart<void> {
  const open = run.doubts;
  if (open.length === 0) return;
  for (const on of new Set(open.map((doubt) => doubt.on))) yield* observe(run, on);
  run.doubts = [];
  for (const { on, retry } of open)
    if (retry && !hasEnded(retry.of, hostIn(run, on).lastSeen.domain))
      // Where it fails again, the doubt is back among those of the run.
      yield* performEffect(run, { on, step: 'run', phase: 'doubts' }, 'undo', retry);
}
