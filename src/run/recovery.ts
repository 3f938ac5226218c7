/**
 * Recovery of an interrupted run: it is resumed or rolled back from where its journal shows that it came. The journal
 * records what was intended; the actual state is observed.
 */
import { BlockplanError } from '../errors.ts';
import { outline, type PhaseNode } from '../graph/graph.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import { endState } from '../machine/machine.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isUp } from '../model/host-state.ts';
import { problemsAfter } from '../steps/derived.ts';
import { refusedFinish } from './conclude.ts';
import { passBeforeHooks } from './hooks.ts';
import { type InterruptedPhase, type InterruptedRun, runOfAttempt } from './interrupted-run.ts';
import { leftWritesTexts } from './left-writes.ts';
import { setMarker } from './mark.ts';
import { isConnectionLost, observe, recordIntent } from './perform-effect.ts';
import { continuePhase, doPhase } from './phase.ts';
import { effectsOf } from './phase-effects.ts';
import { matchesPrediction, predictedStates } from './phase-progress.ts';
import { considerPivotsByHand } from './pivots-by-hand.ts';
import { withReconnect } from './reconnect.ts';
import { askHostState, emit, type RunPart } from './requests.ts';
import { drifted, failed, failureOf, type Result } from './result.ts';
import { finishRun, performNextPhase } from './run-loop.ts';
import {
  type Finish,
  hostIn,
  openRecoveryCommands,
  type PhaseStart,
  type RunState,
  setHost,
} from './run-state.ts';
import { makeTransientAgain } from './transient-again.ts';

/** How an interrupted run is resumed, and by whom. */
export type ResumedBy = Omit<Extract<JournalEntry, { type: 'run-resumed' }>, 'type'>;

/** The rest of an interrupted run, forward or back, to its end. */
export function* continueRun(
  interrupted: InterruptedRun,
  id: string,
  by: ResumedBy,
): RunPart<Finish> {
  const run = { ...runOfAttempt(interrupted, by.how), asked: by.how };
  const { graph, folder } = run;
  const { name: domain } = hostIn(run, graph.home).initial.domain;
  const of = { run: id, plan: graph.name, domain, journal: folder };
  yield* emit({ event: 'run-started', ...of, steps: outline(graph), again: by.how });
  if (!run.judged && !(yield* observeAndMark(run, id))) return yield* refuseToResume(run);
  try {
    yield* recordIntent(by.how === 'resume' ? 'do' : 'undo', { type: 'run-resumed', ...by });
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    run.reasons = [error.message];
    return yield* refuseToResume(run);
  }
  if (run.judged) return yield* finishRun(run, true);
  if (!(yield* passBeforeHooks(run))) return yield* finishRun(run, false);
  yield* finishInterruptedPhase(run, interrupted.phase, by.how);
  yield* emit({ event: 'guest-state', state: hostIn(run, graph.home).now.domain.state });
  while (!run.state.final) yield* performNextPhase(run);
  return yield* finishRun(run, true);
}

/** The end of an attempt that did nothing: the run is unchanged, and can be resumed later. */
export function* refuseToResume(run: RunState): RunPart<Finish> {
  const state = 'this attempt changed nothing: the guest is as the run left it';
  const finish = refusedFinish(run, state, openRecoveryCommands(run));
  yield* emit({ event: 'run-finished', ...finish });
  return finish;
}

/** Observes the domain and marks it. False if that is impossible, and then nothing has been done. */
export function* observeAndMark(run: RunState, id: string): RunPart<boolean> {
  run.resumed = true;
  try {
    for (const on of Object.keys(run.hosts)) {
      const former = hostIn(run, on);
      const state = yield* withReconnect(on, () => observe(run, on));
      yield* considerPivotsByHand(run, on, former, state);
      setHost(run, on, { now: yield* askHostState({ ask: 'headers', on, state }) });
    }
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    run.reasons = [error.message];
    if (!isConnectionLost(error)) return false;
    run.state = endState('uncertain');
    return true;
  }
  // A guest that is off has no live definition that could hold the marker.
  return !isUp(hostIn(run, run.graph.home).now) || (yield* setMarker(run, id, 'stays'));
}

/**
 * Finishes the interrupted phase, if there was one; otherwise checks whether the next phase can begin. A rollback finishes
 * only what has committed, and ends there.
 */
export function* finishInterruptedPhase(
  run: RunState,
  phase: InterruptedPhase | undefined,
  how: RecoveryMode,
): RunPart<void> {
  const node = run.graph.nodes[run.todo?.index ?? -1];
  if (!node || run.state.final) return;
  const phaseStart = phase?.direction === 'do' ? run.phaseStarts[node.index] : undefined;
  if (phaseStart && hasTakenEffect(run, node, phaseStart, how)) {
    const verified = doPhase(run, node, phaseStart, effectsOf(node, phaseStart).length);
    if (node.doing.commits === undefined) return yield* performNextPhase(run, verified);
    const result = yield* verified;
    if (result.type === 'DONE') {
      if (how === 'resume') return yield* performNextPhase(run, resultOnly(result));
      [run.state, run.todo] = [endState('rolled-back'), undefined];
      return;
    }
    // What it has completed is never undone because it could not be recorded or verified now.
    [run.state, run.todo] = [
      endState(result.type === 'LOST' ? 'uncertain' : 'stranded'),
      undefined,
    ];
    run.reasons = [result.reason];
    return;
  }
  if (how === 'rollback' || run.todo?.direction !== 'do') return;
  const left = leftWritesTexts(hostIn(run, node.host));
  if (left.length > 0) return yield* performNextPhase(run, resultOnly(failed(left.join('; '))));
  if (phase && phaseStart)
    return yield* performNextPhase(run, continuePhase(run, node, phaseStart, phase));
  const wrong = yield* wrongBetween(run, node);
  if (wrong) yield* performNextPhase(run, resultOnly(wrong));
}

/**
 * Whether a phase has taken effect, although blockplan was killed before it could record that. One that commits, or says so
 * itself, is judged by what it promises and not by the whole host state: a guest that has stopped since takes nothing away
 * from a backup. Only what commits is judged for a rollback, which undoes everything else.
 */
function hasTakenEffect(
  run: RunState,
  { phase, host, doing }: PhaseNode,
  at: PhaseStart,
  how: RecoveryMode,
): boolean {
  const { now } = hostIn(run, host);
  const isJudged =
    doing.commits !== undefined || (phase.provenByResult === true && how === 'resume');
  return isJudged && problemsAfter(phase, at.before, now, at.start).length === 0;
}

/**
 * What prevents the next phase: the observed state may differ from the result of the previous one, as a journal may miss
 * its last records.
 */
function* wrongBetween(run: RunState, { index, host: on }: PhaseNode): RunPart<Result | undefined> {
  const { graph, phaseStarts } = run;
  const { initial, now } = hostIn(run, on);
  const former = graph.nodes.slice(0, index).findLast((node) => node.host === on);
  const from = former && phaseStarts[former.index];
  const expected = former && from ? predictedStates(former, from).at(-1) : initial;
  if (!expected) return drifted();
  try {
    const found = yield* withReconnect(on, () => makeTransientAgain(run, on, expected, now));
    setHost(run, on, { now: found });
    return matchesPrediction(expected, found) ? undefined : drifted();
  } catch (error) {
    return failureOf(error);
  }
}

/** Stands in for a phase that is not attempted. */
// biome-ignore lint/correctness/useYield: there is nothing to ask.
function* resultOnly(result: Result): RunPart<Result> {
  return result;
}
