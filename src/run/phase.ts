/** Performs one phase, forward or back: acts, observes, and judges by what is observed. */
import { type Command, virshCommand } from '../command.ts';
import { isCommand } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { CommandBusy, isUnbegun } from '../model/effect-failed.ts';
import { newFaults } from '../model/headers.ts';
import type { HostState } from '../model/host-state.ts';
import { withStoresOf } from '../model/known-stores.ts';
import { NoRollback } from '../steps/define.ts';
import { problemsAfter } from '../steps/derived.ts';
import { foreignChanges } from './foreign.ts';
import { leftWritesTexts } from './left-writes.ts';
import { obstaclesTo } from './obstacles.ts';
import { startedJobs } from './open-jobs.ts';
import {
  appendRecord,
  isBestEffort,
  isConnectionLost,
  observe,
  performAgain,
  performEffect,
  reasonOf,
  recordIntent,
  withHeaders,
} from './perform-effect.ts';
import { effectsOf, recordedEffects } from './phase-effects.ts';
import {
  inProcessOf,
  matchesPrediction,
  nextEffectIndex,
  type PhaseProgress,
  predictedStates,
} from './phase-progress.ts';
import { phaseOnHost, phaseRefOf, recordedPhase, withDirection } from './phase-records.ts';
import { notReconnected, withReconnect } from './reconnect.ts';
import {
  BUSY_ROUNDS,
  busyNotice,
  emit,
  Interrupted,
  isInterrupted,
  type RunPart,
  reconnects,
} from './requests.ts';
import { drifted, failed, failureOf, interruption, type Result } from './result.ts';
import { hostIn, type PhaseStart, type RunState } from './run-state.ts';
import { makeTransientAgain } from './transient-again.ts';

/** How often a rollback is computed from a new observation before it counts as failed. */
const UNDO_ROUNDS = 4;

/** How often the connection may be lost in one phase before it is rolled back: a job of a day may see some restarts. */
const DO_RECONNECTS = 10;

/** How often the connection may be lost in one rollback. */
const UNDO_RECONNECTS = 3;

/**
 * Performs a phase. A refused command fails it without an observation; otherwise what is observed afterwards decides, never
 * the answers of the commands.
 * @param done the number of its effects that were done before blockplan was stopped
 */
export function* doPhase(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  done = 0,
): RunPart<Result> {
  return yield* recordedPhase(run, node, 'do', attempt(run, node, phaseStart, done));
}

/**
 * Performs the phase. After a lost and restored connection to libvirt, and while another command holds the domain, it observes
 * the host and continues where it was: another tool may have moved the guest meanwhile, or replaced its job.
 */
function* attempt(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  done: number,
): RunPart<Result> {
  let progress: PhaseProgress = { done };
  for (let losses = 0, blocked = 0; ; ) {
    try {
      if (losses + blocked > 0) {
        const now = yield* observe(run, node.host);
        const from = yield* goesOnFrom(run, node, phaseStart, progress, now);
        if (from === undefined)
          return failed(
            `${losses > 0 ? 'the connection to libvirt was lost' : 'another command held the domain'}, and the state found afterwards does not match this phase`,
          );
        progress = { done: from };
      }
      return yield* effectsFrom(run, node, phaseStart, progress.done, (now) => {
        progress = now;
      });
    } catch (error) {
      if (error instanceof Interrupted) return interruption();
      if (error instanceof CommandBusy && progress.doubtful && isCommand(progress.doubtful)) {
        if (yield* isInterrupted()) return interruption();
        if (++blocked === BUSY_ROUNDS) return failureOf(error);
        if (blocked === 1) yield* emit(busyNotice(error));
        progress = { done: progress.done };
        continue;
      }
      if (!isConnectionLost(error)) return failureOf(error);
      yield* emit({ event: 'notice', message: `${error.message} Reconnecting.` });
      if (!(yield* reconnects(node.host)))
        return { type: 'LOST', reason: notReconnected(error.message) };
      if (losses++ === DO_RECONNECTS) return failed(error.message);
    }
  }
}

function* effectsFrom(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  from: number,
  progress: (to: PhaseProgress) => void,
): RunPart<Result> {
  const { lastSeen } = hostIn(run, node.host);
  // Nothing is recorded: what the guest wrote is known only as long as no phase begins on the other file.
  const left = leftWritesTexts(hostIn(run, node.host));
  if (left.length > 0) return failed(left.join('; '));
  const current = inProcessOf(lastSeen, phaseStart);
  const { before, start } = current;
  run.phaseStarts = run.phaseStarts.with(node.index, current);
  // Recovery needs the host state that the phase begins with. The fsync of the next intent brings it to disk.
  const { host: on } = node;
  const started = { type: 'phase-started', direction: 'do', on, before, done: from } as const;
  const recorded = { effects: recordedEffects(node, current) };
  yield* recordIntent(
    'do',
    withDirection(run, { ...started, ...phaseRefOf(node), ...recorded }),
    false,
  );
  const waited = node.index > 0 || run.resumed || run.startedHooks.length > 0;
  const begins = node.first && waited && from === 0;
  const obstacles = begins ? yield* obstaclesTo(node, withStoresOf(before, start)) : [];
  if (obstacles.length > 0) return failed(obstacles.join('; '));
  const effects = effectsOf(node, current);
  // Once all effects are done, what was found before them is history: the guest may have used their result since.
  if (run.resumed && from < effects.length)
    for (const effect of node.phase.again?.(before, start) ?? [])
      yield* performAgain(run, phaseOnHost(node), effect);
  for (const [done, effect] of effects.entries()) {
    if (done < from) continue;
    if (yield* isInterrupted()) return interruption();
    progress({ done, doubtful: effect });
    const { begun } = run;
    run.begun = Math.max(begun, node.index + 1);
    try {
      yield* performEffect(run, phaseOnHost(node), 'do', effect);
    } catch (error) {
      // A job that is then on the disk is another tool's: there is nothing to undo.
      if (isUnbegun(error) && startedJobs(effect).length > 0) run.begun = begun;
      throw error;
    }
    progress({ done: done + 1 });
  }
  const now = yield* withHeaders(on, before, yield* observe(run, on));
  const problems = [
    ...foreignChanges(run, on, now),
    ...problemsAfter(node.phase, before, now, start),
    ...newFaults(before, now),
  ];
  return problems.length > 0 ? failed(problems.join('; ')) : { type: 'DONE', now };
}

/** Performs the rest of an interrupted phase; if its progress is unknown, the phase is undone and performed again. */
export function* continuePhase(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  progressed: PhaseProgress,
): RunPart<Result> {
  if (phaseStart.effects) {
    const { step, phase } = phaseRefOf(node);
    const message = `${step}/${phase} was started by another version: its commands are taken from the journal`;
    yield* emit({ event: 'notice', message });
  }
  let from: number | undefined;
  try {
    from = yield* withReconnect(node.host, () =>
      goesOnFrom(run, node, phaseStart, progressed, hostIn(run, node.host).now),
    );
  } catch (error) {
    return failureOf(error);
  }
  if (from !== undefined) return yield* doPhase(run, node, phaseStart, from);
  const back = yield* undoPhase(run, node, phaseStart, { anew: true });
  if (back.type !== 'DONE') return back;
  // The other version's commands are undone, so this version's commands are used now.
  const { effects: _former, ...anew } = phaseStart;
  return matchesPrediction(predictedStates(node, anew)[0], back.now)
    ? yield* doPhase(run, node, anew)
    : drifted();
}

/** The index of the next effect, as observed; an undefine that libvirtd itself has reverted is repeated first. */
function* goesOnFrom(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  progressed: PhaseProgress,
  now: HostState,
): RunPart<number | undefined> {
  const from = nextEffectIndex(node, phaseStart, now, progressed);
  if (from !== undefined) return from;
  const again = yield* makeTransientAgain(run, node.host, phaseStart.before, now);
  return nextEffectIndex(node, phaseStart, again, progressed);
}

/** Performs the best-effort commands of a rollback that is not performed as a whole. */
export function* performBestEffort(
  run: RunState,
  node: PhaseNode,
  { before, start }: PhaseStart,
): RunPart<void> {
  try {
    const now = yield* observe(run, node.host);
    const effects = node.phase.undo(before, now, start).filter(isBestEffort);
    for (const effect of effects) yield* performEffect(run, phaseOnHost(node), 'undo', effect);
  } catch (error) {
    // The report observes the guest again; here nothing more can be done.
    yield* emit({ event: 'notice', message: reasonOf(error) });
  }
}

/** Undoes a phase: computes the rollback, performs it and observes again, until nothing is left to undo. */
export function* undoPhase(
  run: RunState,
  node: PhaseNode,
  phaseStart: PhaseStart,
  anew: { anew?: true } = {},
): RunPart<Result> {
  return yield* recordedPhase(run, node, 'undo', rollbackOf(run, node, phaseStart, anew), anew);
}

function* rollbackOf(
  run: RunState,
  node: PhaseNode,
  { before, start }: PhaseStart,
  anew: { anew?: true },
): RunPart<Result> {
  let losses = 0;
  let blocked = 0;
  let helped = false;
  yield* appendRecord(
    withDirection(run, { type: 'phase-started', ...phaseOnHost(node), direction: 'undo', ...anew }),
  );
  for (let round = 0; ; ) {
    try {
      const now = yield* observe(run, node.host);
      const foreign = foreignChanges(run, node.host, now);
      if (foreign.length > 0) {
        if (!helped) yield* performBestEffort(run, node, { before, start });
        return failed(foreign.join('; '), handOver(now));
      }
      // Each effect has an intent in the journal before it begins, so a phase without one has changed nothing.
      const undone = node.index < run.begun ? node.phase.undo(before, now, start) : [];
      const effects = undone.filter((effect) => !helped || !isBestEffort(effect));
      if (effects.length === 0) {
        run.begun = Math.min(run.begun, node.index);
        return { type: 'DONE', now };
      }
      if (round++ === UNDO_ROUNDS) {
        return failed('the rollback ran, but did not restore the former state');
      }
      for (const effect of effects) yield* performEffect(run, phaseOnHost(node), 'undo', effect);
      helped = true;
    } catch (error) {
      if (error instanceof NoRollback) return failed(error.message, error.next);
      if (error instanceof CommandBusy && ++blocked < BUSY_ROUNDS) {
        if (blocked === 1) yield* emit(busyNotice(error));
        round--;
        continue;
      }
      if (!isConnectionLost(error)) {
        const failure = failureOf(error);
        // Whatever else fails, a guest must not stay frozen.
        if (!helped && failure.type === 'FAILED')
          yield* performBestEffort(run, node, { before, start });
        return failure;
      }
      if (losses++ === UNDO_RECONNECTS) return { type: 'LOST', reason: error.message };
      if (!(yield* reconnects(node.host)))
        return { type: 'LOST', reason: notReconnected(error.message) };
    }
  }
}

/** Commands for a person, who must first remove another user's layer. */
function handOver({ domain: { name }, host }: HostState): Command[] {
  return [
    virshCommand(host, 'snapshot-list', name, '--tree'),
    virshCommand(host, 'domblklist', name),
  ];
}
