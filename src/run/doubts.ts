/** What a run could not confirm: it is tried again at its end, and dropped when it no longer applies. */
import { hasEnded } from '../model/guest-process.ts';
import type { HostName } from '../model/hosts.ts';
import { thawAgain } from '../steps/effects/quiesce.ts';
import { MAY_BE_FROZEN } from './frozen-guest.ts';
import { observe, performEffect } from './perform-effect.ts';
import type { RunPart } from './requests.ts';
import { hostIn, type RunState } from './run-state.ts';

const DOUBTS = { step: 'run', phase: 'doubts' } as const;

/**
 * Repeats what an earlier attempt left in doubt, and thaws a guest that this one may have left frozen. A doubt about a QEMU
 * process that has since ended is dropped.
 */
export function* retryDoubts(run: RunState): RunPart<void> {
  if (run.resumed) yield* retryEarlier(run);
  for (const on of Object.keys(run.hosts)) yield* thawLast(run, on);
}

function* retryEarlier(run: RunState): RunPart<void> {
  const open = run.doubts;
  if (open.length === 0) return;
  for (const on of new Set(open.map((doubt) => doubt.on))) yield* observe(run, on);
  run.doubts = [];
  for (const { on, retry } of open)
    if (retry && !hasEnded(retry.of, hostIn(run, on).lastSeen.domain))
      // If it fails again, `performEffect` adds the doubt again.
      yield* performEffect(run, { on, ...DOUBTS }, 'undo', retry);
}

function* thawLast(run: RunState, on: HostName): RunPart<void> {
  if (!hostIn(run, on).frozen) return;
  const now = yield* observe(run, on);
  for (const effect of thawAgain(now)) yield* performEffect(run, { on, ...DOUBTS }, 'undo', effect);
  const others = run.doubts.filter(({ text }) => text !== MAY_BE_FROZEN);
  run.doubts = hostIn(run, on).frozen ? [...others, { text: MAY_BE_FROZEN, on }] : others;
}
