/**
 * The hooks of a run. One that was started is not started again: if blockplan was killed meanwhile, it is unknown what it
 * did, and only a plan can say that it may be repeated.
 */
import { recordedCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import { hooksAt } from '../graph/graph.ts';
import { type Hook, type HookResult, hookName, isSameHook } from '../hook.ts';
import { isUndoneBy } from '../journal/judged-end.ts';
import type { RecoveryMode } from '../journal/recovery-mode.ts';
import type { RunLog } from '../journal/run-log.ts';
import { hookCommandText } from '../model/hook-command.ts';
import { isOpenEnd } from '../outcomes.ts';
import { differences } from './compare.ts';
import { removeMarkerOrReport } from './mark.ts';
import { appendRecord, journalErrorText, observe, withHeaders } from './perform-effect.ts';
import { withReconnect } from './reconnect.ts';
import { askHook, type EndedRun, emit, isInterrupted, type RunPart } from './requests.ts';
import {
  type Finish,
  hostIn,
  type JudgedFinish,
  type RunState,
  type StartedHook,
} from './run-state.ts';

/**
 * Runs the `before` hooks, unless a phase has begun already.
 * @returns false if the run is refused: `run.reasons` says why, and the marker is removed
 */
export function* passBeforeHooks(run: RunState): RunPart<boolean> {
  const hooks = hooksAt(run.graph, 'before');
  const isAtStart = run.phaseStarts.length === 0 && run.todo?.direction === 'do';
  if (hooks.length === 0 || !isAtStart || run.state.final) return true;
  for (const hook of hooks) {
    // The first phase reports an interruption.
    if (yield* isInterrupted()) return true;
    const isStopped = yield* performHook(run, hook);
    const problem = problemOf(run, hook);
    if (yield* isInterrupted()) {
      if (problem !== undefined && !isStopped) run.reasons = [...run.reasons, problem];
      return true;
    }
    if (problem !== undefined) return yield* refuse(run, [problem]);
  }
  const changes = yield* changesSincePreflight(run);
  return changes.length === 0 || (yield* refuse(run, changes));
}

/**
 * Runs the `after` or `on-failure` hooks of an end, and adds to its report what is to be known of hooks. The end is
 * recorded first: a hook may change the guest, and after a kill that must not change the end.
 */
export function* withHooksOfEnd(
  run: RunState,
  finish: Finish,
  judged: JudgedFinish,
): RunPart<Finish> {
  const { end, exitCode } = finish;
  const hooks = hooksAt(run.graph, end === 'succeeded' ? 'after' : 'on-failure');
  if (hooks.length > 0 && !run.judged) yield* appendRecord({ type: 'run-judged', ...judged });
  let isStopped = false;
  for (const hook of hooks) {
    if (!isStopped) isStopped = yield* performHook(run, hook, { end, exitCode });
    else if (isDue(run, hook)) setResult(run, hook, { error: NOT_AWAITED, output: [] });
  }
  const { happened = [] } = finish;
  const said = run.graph.hooks.flatMap((hook) => notes(run, hook, happened));
  return said.length === 0 ? finish : { ...finish, happened: [...happened, ...said] };
}

const NOT_AWAITED = 'was not run: the user did not wait for the hooks';

/** The same run with the hooks, and the end before them, that its log shows. */
export function withLoggedHooks(run: RunState, log: RunLog): RunState {
  // Each end has its own hooks.
  const former = log.judged ? beforeHooksOf(run) : run.startedHooks;
  const startedHooks = log.hooks
    .filter(({ past }) => !past)
    .reduce((hooks, { point, number, answer }) => {
      const { error, output = [] } = answer ?? {};
      const result = { ...(error === undefined ? {} : { error }), output };
      const hook = { point, number, ...(answer ? { result } : {}) };
      // A hook that was repeated counts once.
      return [...hooks.filter((each) => !isSameHook(each, hook)), hook];
    }, former);
  const judged = log.judged ? judgedIn(log.judged) : run.judged;
  return { ...run, startedHooks, judged };
}

function judgedIn({
  end,
  interrupted,
  happened,
  state,
  next,
  movedAway,
}: NonNullable<RunLog['judged']>): JudgedFinish {
  return {
    ...{ end, interrupted, state, next: next.map(recordedCommand) },
    ...(happened ? { happened } : {}),
    ...(movedAway ? { movedAway } : {}),
  };
}

/**
 * Whether only the hooks of the judged end are left to an attempt. It leads to another end if the user asks to roll back
 * what succeeded, or if the end can be resumed.
 */
export function isEndJudged(
  judged: Pick<JudgedFinish, 'end'> | undefined,
  how: RecoveryMode,
): boolean {
  if (!judged || isOpenEnd(judged.end)) return false;
  return !isUndoneBy(judged, how);
}

/** The same run without its judged end, if the next attempt leads to another one, which has its own hooks. */
export function withoutFormerEnd(run: RunState, how: RecoveryMode): RunState {
  if (!run.judged || isEndJudged(run.judged, how)) return run;
  const startedHooks = run.startedHooks.filter(({ point }) => point !== 'on-failure');
  return { ...run, judged: undefined, startedHooks };
}

function beforeHooksOf({ startedHooks }: RunState): readonly StartedHook[] {
  return startedHooks.filter(({ point }) => point === 'before');
}

/** Whether a hook has not been started, or may be repeated because its result is unknown. */
function isDue(run: RunState, hook: Hook): boolean {
  const former = startOf(run, hook);
  return !former || (!former.result && hook.repeat);
}

/** @returns whether the user's interruption has stopped it */
function* performHook(run: RunState, hook: Hook, ended?: EndedRun): RunPart<boolean> {
  const { point, number, command } = hook;
  if (!isDue(run, hook)) return false;
  try {
    yield { ask: 'append', entry: { type: 'hook-started', point, number, command }, sync: true };
  } catch (error) {
    // What cannot be recorded might be done twice.
    setResult(run, hook, { error: `was not run: ${journalErrorText(error)}`, output: [] });
    return false;
  }
  run.startedHooks = [...without(run, hook), { point, number }];
  yield* emit({ event: 'hook-started', point, number, command: hookCommandText(hook) });
  const { stopped, ...result } = yield* askHook(hook, ended);
  yield* appendRecord({ type: 'hook-finished', point, number, ...result });
  setResult(run, hook, result);
  yield* emit({ event: 'hook-finished', point, number, ...result });
  return stopped === true;
}

function startOf({ startedHooks }: RunState, hook: Hook): StartedHook | undefined {
  return startedHooks.find((each) => isSameHook(each, hook));
}

function without({ startedHooks }: RunState, hook: Hook): readonly StartedHook[] {
  return startedHooks.filter((each) => !isSameHook(each, hook));
}

function setResult(run: RunState, hook: Hook, result: HookResult): void {
  const { point, number } = hook;
  run.startedHooks = [...without(run, hook), { point, number, result }];
}

/** The sentence on a hook that failed, or whose result is unknown; undefined if it passed. */
function problemOf(run: RunState, hook: Hook): string | undefined {
  const started = startOf(run, hook);
  if (!started) return undefined;
  const named = `the ${hookName(hook)} (${hook.command[0]})`;
  if (!started.result)
    return `the result of ${named} is unknown: blockplan was killed while the hook ran. The hook was not run again.`;
  const { error, output } = started.result;
  if (error === undefined) return undefined;
  // The last line often says why.
  const last = output.findLast((line) => line.trim() !== '');
  return `${named} ${error}${last === undefined ? '' : `: ${last}`}`;
}

/** What a report says of a hook, unless it has happened already as the reason of the end. */
function notes(run: RunState, hook: Hook, happened: readonly string[]): string[] {
  const problem = problemOf(run, hook);
  if (problem === undefined || happened.includes(problem)) return [];
  const isFailure = startOf(run, hook)?.result !== undefined;
  // It is the reason of a refusal, or an interruption that a phase reports.
  if (isFailure && hook.point === 'before') return [];
  return [isFailure ? `warning: ${problem}` : problem];
}

/** Time has passed since preflight, and a hook may have changed the guest: then nothing that was checked is certain. */
function* changesSincePreflight(run: RunState): RunPart<readonly string[]> {
  try {
    for (const on of Object.keys(run.hosts)) {
      const { initial } = hostIn(run, on);
      const found = yield* withReconnect(on, () => observe(run, on));
      const changes = differences(initial, yield* withHeaders(on, initial, found));
      if (changes.length > 0)
        return ['the guest has changed since preflight, while the hooks ran', ...changes];
    }
    return [];
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return [error.message];
  }
}

function* refuse(run: RunState, reasons: readonly string[]): RunPart<false> {
  run.reasons = reasons;
  yield* removeMarkerOrReport(run);
  return false;
}
