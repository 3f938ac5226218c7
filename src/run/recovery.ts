/**
 * Recovery of an interrupted run: its journal shows how far it came, and the run is resumed or rolled back from there.
 * The journal records what was intended; the actual state is observed.
 */
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction } from '../events.ts';
import { outline, type PhaseNode } from '../graph/graph.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { unusableJournalHint } from '../journal/recovery-mode.ts';
import type { LoggedCommand, RunLog, Visit } from '../journal/run-log.ts';
import { endState } from '../machine/machine.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isUp } from '../model/host-state.ts';
import { refusedFinish } from './conclude.ts';
import { passBeforeHooks, withLoggedHooks } from './hooks.ts';
import type { RecentEffect } from './last-writes.ts';
import { setMarker } from './mark.ts';
import {
  isBestEffort,
  isConnectionLost,
  observe,
  recordIntent,
  withOverwritten,
} from './perform-effect.ts';
import { continuePhase, withReconnect } from './phase.ts';
import { otherEffects } from './phase-effects.ts';
import { matchesPrediction, type PhaseProgress, predictedStates } from './phase-progress.ts';
import { askHostState, emit, type RunPart } from './requests.ts';
import { drifted, failureOf, type Result } from './result.ts';
import { finishRun, performNextPhase } from './run-loop.ts';
import {
  doubtOf,
  type Finish,
  hostIn,
  openRecoveryCommands,
  type PhaseStart,
  phaseStartOf,
  type RunHost,
  type RunState,
  setHost,
  withHostKnown,
} from './run-state.ts';
import { makeTransientAgain } from './transient-again.ts';

/** A run as its log shows it. */
export interface InterruptedRun {
  readonly run: RunState;
  /** The phase that had begun and was not ended; undefined between two phases. */
  readonly phase?: InterruptedPhase;
}

export interface InterruptedPhase extends PhaseProgress {
  readonly direction: Direction;
}

/**
 * How far a run came, from its log.
 * @param interrupted the run before the first visit of the log
 * @throws BlockplanError journalUnreadable if the log has a phase that is not in the plan
 */
export function applyRecord(interrupted: InterruptedRun, log: RunLog): InterruptedRun {
  const { run: visited, ...rest } = log.visits.reduce(withVisit, interrupted);
  const run = Object.entries(log.kept).reduce(
    (known, [on, kept]) => withHostKnown(known, on, { kept }),
    visited,
  );
  const direction = log.direction === 'undo' ? 'undo' : run.direction;
  return { run: withLoggedHooks({ ...run, direction }, log), ...rest };
}

function withVisit(interrupted: InterruptedRun, visit: Visit): InterruptedRun {
  const { started, commands, finished } = visit;
  const begun = started ? withStart(interrupted, started) : interrupted;
  const acted = commands.reduce((now, command) => withCommand(now, visit, command), begun);
  // A phase that is undone in order to repeat it does not change the run's direction.
  return !finished || finished.anew ? acted : withEnd(acted, finished.result);
}

function withCommand(
  interrupted: InterruptedRun,
  visit: Visit,
  { on, effect, answer }: LoggedCommand,
): InterruptedRun {
  const host = hostIn(interrupted.run, on);
  const run = withHostKnown(interrupted.run, on, {
    overwritten: withOverwritten(host.overwritten, effect),
  });
  if (!interrupted.phase || !isOf(interrupted, visit)) return { ...interrupted, run };
  const since: RunHost['since'] = [...host.since, { effect, known: 'begun' }];
  const given = {
    run: withHostKnown(run, on, { since }),
    phase: { ...interrupted.phase, doubtful: effect },
  };
  return answer ? withAnswer(given, answer) : given;
}

/** Whether a visit belongs to the current phase: commands that help a stranded domain belong to no phase. */
function isOf({ run, phase }: InterruptedRun, visit: Visit): boolean {
  const node = run.graph.nodes[run.todo?.index ?? -1];
  const isNode = visit.step === node?.planned.id && visit.phase === node.phase.name;
  return isNode && visit.direction === phase?.direction;
}

function withStart({ run }: InterruptedRun, record: NonNullable<Visit['started']>): InterruptedRun {
  if (record.direction === 'undo' && record.anew)
    return { run, phase: { direction: 'do', done: 0 } };
  const { direction, step, phase } = record;
  const node = run.graph.nodes.find(
    ({ planned, phase: each }) => planned.id === step && each.name === phase,
  );
  if (!node)
    throw new BlockplanError('preflight-refused', [
      {
        code: codes.journalUnreadable,
        severity: 'error',
        message: `the journal has a record of ${step}/${phase}, which is not in the plan`,
        hint: unusableJournalHint(run.id, hostIn(run, record.on).initial.domain.name),
      },
    ]);
  const { index } = node;
  const { name } = direction === 'do' ? node.doing : node.undoing;
  const state = { name };
  const phaseStarts =
    record.direction === 'do'
      ? [...run.phaseStarts.slice(0, index), phaseStartAs(run, node, record)]
      : run.phaseStarts;
  const begins = record.direction === 'do' && record.done === 0 && isUp(record.before);
  const seen = begins ? { lastUp: [record.before], since: [] } : {};
  return {
    run: { ...withHostKnown(run, record.on, seen), state, todo: { index, direction }, phaseStarts },
    phase: { direction, done: record.direction === 'do' ? record.done : 0 },
  };
}

function phaseStartAs(
  run: RunState,
  node: PhaseNode,
  { before, effects }: Extract<NonNullable<Visit['started']>, { direction: 'do' }>,
): PhaseStart {
  const phaseStart = phaseStartOf(run, node, before);
  return { ...phaseStart, ...otherEffects(node, phaseStart, effects) };
}

function withAnswer(
  { run, phase }: { readonly run: RunState; readonly phase: InterruptedPhase },
  { error, unbegun }: NonNullable<LoggedCommand['answer']>,
): InterruptedRun {
  const { doubtful, ...rest } = phase;
  const on = run.graph.nodes[run.todo?.index ?? -1]?.host ?? run.graph.home;
  const { since: former } = hostIn(run, on);
  if (error === undefined) {
    const since = former.map(
      (recent, at): RecentEffect =>
        at === former.length - 1 ? { ...recent, known: 'said' } : recent,
    );
    return {
      run: withHostKnown(run, on, { since }),
      phase: { ...rest, done: rest.done + 1 },
    };
  }
  const since = doubtful && unbegun ? former.slice(0, -1) : former;
  const known = withHostKnown(run, on, { since });
  // A failed best-effort command does not end the phase; its doubt remains.
  if (!doubtful || !isBestEffort(doubtful)) return { run: known, phase: rest };
  const doubts = [...run.doubts, ...doubtOf(on, doubtful)];
  return { run: { ...known, doubts }, phase: { ...rest, done: rest.done + 1 } };
}

function withEnd(interrupted: InterruptedRun, result: Result['type']): InterruptedRun {
  // Without a connection its progress is unknown, so the phase counts as begun.
  if (result === 'LOST') return interrupted;
  const { phase } = interrupted;
  const index = interrupted.run.todo?.index ?? -1;
  const on = interrupted.run.graph.nodes[index]?.host ?? interrupted.run.graph.home;
  // A phase that ended successfully has moved the guest to its target, or back to where it was.
  const phaseStart = interrupted.run.phaseStarts[index];
  const back = phase?.direction === 'undo' && phaseStart && isUp(phaseStart.before);
  const seen = back
    ? { lastUp: [phaseStart.before], since: [] }
    : {
        since: hostIn(interrupted.run, on).since.map(
          (recent): RecentEffect => ({ ...recent, known: 'seen' }),
        ),
      };
  const run = result === 'DONE' ? withHostKnown(interrupted.run, on, seen) : interrupted.run;
  const [state, todo] = run.machine.next(run.state, { type: result });
  // A stranded run can be tried again once the obstacle has been removed.
  return state.final === 'stranded' ? interrupted : { run: { ...run, state, todo } };
}

/** The state from which an interrupted run is rolled back. */
export function rollbackFrom({ run, phase }: InterruptedRun): RunState {
  const { todo, graph, state } = run;
  if (todo?.direction === 'undo' || state.final === 'rolled-back') return { ...run };
  const next = todo?.index ?? graph.nodes.length;
  const index = phase ? next : next - 1;
  const node = graph.nodes[index];
  return node
    ? { ...run, state: { name: node.undoing.name }, todo: { index, direction: 'undo' } }
    : { ...run, state: endState('rolled-back'), todo: undefined };
}

/** How an interrupted run is resumed, and by whom. */
export type ResumedBy = Omit<Extract<JournalEntry, { type: 'run-resumed' }>, 'type'>;

/** The rest of an interrupted run, forward or back, to its end. */
export function* continueRun(
  interrupted: InterruptedRun,
  id: string,
  by: ResumedBy,
): RunPart<Finish> {
  const run = {
    ...(by.how === 'resume' ? interrupted.run : rollbackFrom(interrupted)),
    asked: by.how,
  };
  const { graph, folder } = run;
  const { name: domain } = hostIn(run, graph.home).initial.domain;
  const of = { run: id, plan: graph.name, domain, journal: folder };
  yield* emit({ event: 'run-started', ...of, steps: outline(graph), again: by.how });
  if (!(yield* observeAndMark(run, id))) return yield* refuseToResume(run);
  try {
    yield* recordIntent(by.how === 'resume' ? 'do' : 'undo', { type: 'run-resumed', ...by });
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    run.reasons = [error.message];
    return yield* refuseToResume(run);
  }
  if (!(yield* passBeforeHooks(run))) return yield* finishRun(run, false);
  yield* finishInterruptedPhase(run, by.how === 'resume' ? interrupted.phase : undefined);
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
      const state = yield* withReconnect(on, () => observe(run, on));
      setHost(run, on, { now: yield* askHostState({ ask: 'headers', on, state }) });
    }
  } catch (error) {
    if (!isConnectionLost(error)) throw error;
    run.reasons = [error.message];
    run.state = endState('uncertain');
    return true;
  }
  // A guest that is off has no live definition that could hold the marker.
  return !isUp(hostIn(run, run.graph.home).now) || (yield* setMarker(run, id, 'stays'));
}

/** Finishes the interrupted phase, if there was one; otherwise checks whether the next phase can begin. */
export function* finishInterruptedPhase(
  run: RunState,
  phase: InterruptedPhase | undefined,
): RunPart<void> {
  const node = run.graph.nodes[run.todo?.index ?? -1];
  if (!node || run.state.final || run.todo?.direction !== 'do') return;
  const phaseStart = phase && run.phaseStarts[node.index];
  if (phaseStart) yield* performNextPhase(run, continuePhase(run, node, phaseStart, phase));
  else {
    const wrong = yield* wrongBetween(run, node);
    if (wrong) yield* performNextPhase(run, resultOnly(wrong));
  }
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
