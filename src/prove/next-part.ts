/** The parts of a run in a proof, one at a time. */
import { hooksAt } from '../graph/graph.ts';
import { passBeforeHooks } from '../run/hooks.ts';
import { type InterruptedPhase, runOfAttempt } from '../run/interrupted-run.ts';
import { finishInterruptedPhase, observeAndMark, refuseToResume } from '../run/recovery.ts';
import type { RunPart } from '../run/requests.ts';
import { finishRun, performNextPhase } from '../run/run-loop.ts';
import type { Finish, RunState } from '../run/run-state.ts';
import { PROOF_RUN } from './fault-injection.ts';
import type { ProofState } from './proof-state.ts';
import type { Restart } from './tally.ts';

/** The next part of a run, and the run that it changes. */
export function partOf({ run: former, interrupted, restart }: ProofState): {
  run: RunState;
  part: RunPart<Finish | undefined>;
} {
  if (restart === undefined) {
    const run = { ...former };
    if (run.state.final) return { run, part: finishRun(run, true) };
    return { run, part: beginsWithHooks(run) ? firstPart(run) : onwards(performNextPhase(run)) };
  }
  const run = runOfAttempt(interrupted, restart);
  return { run, part: resumedPart(run, interrupted.phase, restart) };
}

/** Whether the next part of a run is its `before` hooks. */
function beginsWithHooks({ graph, startedHooks, phaseStarts, todo }: RunState): boolean {
  const isAtStart = startedHooks.length === 0 && phaseStarts.length === 0;
  return isAtStart && todo?.direction === 'do' && hooksAt(graph, 'before').length > 0;
}

/** The hooks before the first phase: if one fails, the run ends. */
function* firstPart(run: RunState): RunPart<Finish | undefined> {
  return (yield* passBeforeHooks(run)) ? undefined : yield* finishRun(run, false);
}

/** A run that cannot be resumed reports that, and ends. */
function* resumedPart(
  run: RunState,
  phase: InterruptedPhase | undefined,
  how: Restart,
): RunPart<Finish | undefined> {
  if (run.judged) return yield* finishRun(run, true);
  if (!(yield* observeAndMark(run, PROOF_RUN))) return yield* refuseToResume(run);
  if (!(yield* passBeforeHooks(run))) return yield* finishRun(run, false);
  yield* finishInterruptedPhase(run, phase, how);
  return undefined;
}

/** A part that does not end the run. */
function* onwards(part: RunPart<unknown>): RunPart<undefined> {
  yield* part;
  return undefined;
}

/** The name of the run's next part in a seed. */
export function stateNameOf({ run, restart }: ProofState): string {
  if (restart !== undefined) return restart;
  if (beginsWithHooks(run)) return 'before';
  return run.state.final ? 'end' : run.state.name;
}
