/** Takes a run through its machine, one phase at a time. It does nothing by itself: see `requests.ts`. */
import { outline, type PhaseNode, stopsOnFailure } from '../graph/graph.ts';
import { FORMAT, FORMAT_WITHOUT_HOOKS, type JournalEntry } from '../journal/journal.ts';
import type { Performance } from '../machine/machine.ts';
import { isUp } from '../model/host-state.ts';
import { eachHost } from '../model/hosts.ts';
import { exitCodeOf } from '../outcomes.ts';
import type { KnownHost } from '../this-host.ts';
import { conclude, refusedFinish } from './conclude.ts';
import { passBeforeHooks, withHooksOfEnd } from './hooks.ts';
import { setMarker } from './mark.ts';
import { appendRecord, journalErrorText } from './perform-effect.ts';
import { doPhase, performBestEffort, undoPhase } from './phase.ts';
import { emit, isInterrupted, type RunPart } from './requests.ts';
import { interruption, type Result } from './result.ts';
import {
  type Finish,
  home,
  hostIn,
  type JudgedFinish,
  phaseStartOf,
  type RunState,
  setHost,
} from './run-state.ts';

/** The part of the first record that says where, by whom and with what a run is performed. */
export type Provenance = Pick<
  Extract<JournalEntry, { type: 'run-started' }>,
  'run' | 'uri' | keyof KnownHost | 'user' | 'pid' | 'version' | 'set' | 'planSum' | 'compiled'
>;

/** A whole run, from its announcement to its end. */
export function* runToEnd(run: RunState, by: Provenance): RunPart<Finish> {
  const marked = (yield* announce(run, by)) && (yield* markIfUp(run, by.run));
  const begun = marked && (yield* passBeforeHooks(run));
  yield* emit({ event: 'guest-state', state: home(run).initial.domain.state });
  if (begun) while (!run.state.final) yield* performNextPhase(run);
  return yield* finishRun(run, begun);
}

/** A guest that is off has no live XML that could have the marker: the lock of this machine must do. */
function* markIfUp(run: RunState, id: string): RunPart<boolean> {
  return !isUp(home(run).initial) || (yield* setMarker(run, id));
}

/**
 * Determines how the run ended, runs the hooks of that end, records it and emits it. An end that was judged before
 * blockplan was killed in a hook stays as it is.
 */
export function* finishRun(run: RunState, begun: boolean): RunPart<Finish> {
  const judged = run.judged ?? (yield* judge(run, begun));
  const { movedAway, ...ended } = judged;
  const { end, interrupted } = ended;
  const concluded = { ...ended, exitCode: exitCodeOf(end, interrupted, run.asked) };
  // A run that was refused before its first hook has had no effect that its hooks could be about.
  const isHooked = begun || run.startedHooks.length > 0;
  const finish = isHooked ? yield* withHooksOfEnd(run, concluded, judged) : concluded;
  const { exitCode: _code, ...reported } = finish;
  const away = movedAway ? { movedAway } : {};
  yield* appendRecord({ type: 'run-finished', ...reported, ...away });
  yield* emit({ event: 'run-finished', ...finish });
  return finish;
}

function* judge(run: RunState, begun: boolean): RunPart<JudgedFinish> {
  const { exitCode: _code, ...ended } = begun
    ? yield* conclude(run)
    : refusedFinish(run, 'nothing was done', run.next);
  const away = home(run).lastSeen.domain.movedAway ? { movedAway: true as const } : {};
  return { ...ended, ...away };
}

/** Announces and records the run; false if it cannot be recorded, and then nothing begins. */
function* announce(run: RunState, by: Provenance): RunPart<boolean> {
  const { graph, hosts, folder } = run;
  const { name: domain, uuid } = home(run).initial.domain;
  const common = { run: by.run, plan: graph.name, domain, steps: outline(graph) };
  yield* emit({ event: 'run-started', ...common, journal: folder });
  try {
    const of = { ...common, ...by, uuid, hosts: eachHost(hosts, ({ initial }) => initial) };
    const format = graph.hooks.length > 0 ? FORMAT : FORMAT_WITHOUT_HOOKS;
    const entry: JournalEntry = { type: 'run-started', format, ...of };
    yield { ask: 'append', entry, sync: true };
    return true;
  } catch (error) {
    run.reasons = [journalErrorText(error)];
    return false;
  }
}

/**
 * Performs the phase that the machine asks for, forward or back, and moves to the machine's next state.
 * @param performing performs the phase, if not from its beginning
 */
export function* performNextPhase(run: RunState, performing?: RunPart<Result>): RunPart<void> {
  const { todo, state } = run;
  const node = run.graph.nodes[todo?.index ?? -1];
  if (!todo || !node) throw new Error(`the machine has nothing to perform in ${state.name}`);
  const result = yield* performing ?? perform(run, node, todo);
  if (result.type === 'DONE') setHost(run, node.host, { now: result.now });
  else {
    yield* note(run, result, node, todo);
    const phaseStart = run.phaseStarts[todo.index];
    const stops = result.type === 'FAILED' && todo.direction === 'do' && stopsOnFailure(node);
    if (stops && phaseStart) yield* performBestEffort(run, node, phaseStart);
  }
  [run.state, run.todo] = run.machine.next(state, { type: result.type });
}

function* perform(
  run: RunState,
  node: PhaseNode,
  { index, direction }: Performance,
): RunPart<Result> {
  const known = run.phaseStarts[index];
  if (direction === 'undo') {
    // A phase that was interrupted before it began has no host states of its own: there is nothing to undo.
    return known
      ? yield* undoPhase(run, node, known)
      : { type: 'DONE', now: hostIn(run, node.host).now };
  }
  if (yield* isInterrupted()) return interruption();
  const phaseStart = phaseStartOf(run, node, hostIn(run, node.host).now);
  run.phaseStarts = [...run.phaseStarts.slice(0, index), phaseStart];
  return yield* doPhase(run, node, phaseStart);
}

function* note(
  run: RunState,
  result: Exclude<Result, { type: 'DONE' }>,
  node: PhaseNode,
  { direction }: Performance,
): RunPart<void> {
  const { planned, phase } = node;
  const place = `${direction === 'undo' ? 'the rollback of ' : ''}${planned.id}/${phase.name}`;
  const interrupted = result.type === 'FAILED' && result.interrupted;
  const reason = interrupted ? `interrupted in ${place}` : `${place} failed: ${result.reason}`;
  run.reasons = [...run.reasons, reason];
  if (result.type === 'LOST') return;
  run.interrupted ||= interrupted;
  if (result.next.length > 0) run.next = result.next;
  if (direction === 'do' && !stopsOnFailure(node)) {
    yield* emit({ event: 'rollback-started', reason: result.reason, interrupted });
  }
}
