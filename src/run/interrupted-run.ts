/** An interrupted run: how far it came, from its journal's log, and where its next attempt begins. */
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction } from '../events.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { type RecoveryMode, unusableJournalHint } from '../journal/recovery-mode.ts';
import type { LoggedCommand, RunLog, Visit } from '../journal/run-log.ts';
import { endState } from '../machine/machine.ts';
import { isUp } from '../model/host-state.ts';
import { withCommit } from './commits.ts';
import { frozenAfter, frozenSince } from './frozen-guest.ts';
import { withLoggedHooks, withoutFormerEnd } from './hooks.ts';
import type { RecentEffect } from './last-writes.ts';
import { startedJobs } from './open-jobs.ts';
import { isBestEffort, withOverwritten } from './perform-effect.ts';
import { otherEffects } from './phase-effects.ts';
import type { PhaseProgress } from './phase-progress.ts';
import type { Result } from './result.ts';
import {
  doubtOf,
  hostIn,
  type PhaseStart,
  phaseStartOf,
  type RunHost,
  type RunState,
  withHostKnown,
} from './run-state.ts';

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
  if (!finished || finished.anew) return acted;
  const { committed } = finished;
  const index = acted.run.todo?.index;
  const ended = withEnd(acted, finished.result);
  if (visit.direction === 'undo' && finished.result === 'DONE' && index !== undefined)
    return { ...ended, run: { ...ended.run, begun: Math.min(ended.run.begun, index) } };
  if (!committed || index === undefined) return ended;
  return { ...ended, run: withCommit(ended.run, index, committed) };
}

function withCommand(
  interrupted: InterruptedRun,
  visit: Visit,
  { on, effect, answer }: LoggedCommand,
): InterruptedRun {
  const host = hostIn(interrupted.run, on);
  const { unbegun } = answer ?? {};
  const frozen = unbegun ? host.frozen : frozenSince(effect, host.frozen);
  const run = withHostKnown(interrupted.run, on, {
    overwritten: unbegun ? host.overwritten : withOverwritten(host.overwritten, effect),
    frozen: answer && answer.error === undefined ? frozenAfter(effect, frozen) : frozen,
  });
  if (!interrupted.phase || !isOf(interrupted, visit)) return { ...interrupted, run };
  const since: RunHost['since'] = [...host.since, { effect, known: 'begun' }];
  const isRefusedStart = unbegun && startedJobs(effect).length > 0;
  const begun = isRefusedStart ? {} : begunBy(run, visit);
  const given = {
    run: { ...withHostKnown(run, on, { since }), ...begun },
    phase: { ...interrupted.phase, doubtful: effect },
  };
  return answer ? withAnswer(given, answer) : given;
}

function begunBy({ todo, begun }: RunState, { direction }: Visit): Pick<RunState, 'begun'> {
  return { begun: direction === 'do' ? Math.max(begun, (todo?.index ?? -1) + 1) : begun };
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
  if (!node) {
    const { domain, host } = hostIn(run, record.on).initial;
    throw new BlockplanError('preflight-refused', [
      {
        code: codes.journalUnreadable,
        severity: 'error',
        message: `the journal has a record of ${step}/${phase}, which is not in the plan`,
        hint: unusableJournalHint(run.id, { domain: domain.name, uri: host.connect }),
      },
    ]);
  }
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
    run: {
      ...withHostKnown(run, record.on, seen),
      ...{ state, todo: { index, direction }, phaseStarts, judged: undefined },
    },
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
function rollbackFrom({ run, phase }: InterruptedRun): RunState {
  const { todo, graph, state, committed } = run;
  if (todo?.direction === 'undo' || state.final === 'rolled-back') return { ...run };
  const next = todo?.index ?? graph.nodes.length;
  const index = phase ? next : next - 1;
  // What was committed is not undone.
  const node = index < committed ? undefined : graph.nodes[index];
  return node
    ? { ...run, state: { name: node.undoing.name }, todo: { index, direction: 'undo' } }
    : { ...run, state: endState('rolled-back'), todo: undefined };
}

/** The run as the next attempt begins it. If its end is judged, only the hooks of that end are left. */
export function runOfAttempt(interrupted: InterruptedRun, how: RecoveryMode): RunState {
  const run = withoutFormerEnd(interrupted.run, how);
  return how === 'resume' || run.judged ? { ...run } : rollbackFrom({ ...interrupted, run });
}
