/**
 * The hooks of a run. One that was started is not started again: if blockplan was killed meanwhile, it is unknown what it
 * did, and only a plan can say that it may be repeated.
 */
import { hooksAt } from '../graph/graph.ts';
import { type Hook, type HookResult, hookName, isSameHook } from '../hook.ts';
import { currentHooks } from '../journal/logged-hooks.ts';
import type { RunLog } from '../journal/run-log.ts';
import { hookCommandText } from '../model/hook-command.ts';
import { differences } from './compare.ts';
import { removeMarkerOrReport } from './mark.ts';
import {
  appendRecord,
  isConnectionLost,
  journalErrorText,
  observe,
  withHeaders,
} from './perform-effect.ts';
import { withReconnect } from './phase.ts';
import { type EndedRun, emit, Interrupted, isInterrupted, type RunPart } from './requests.ts';
import { type Finish, hostIn, type RunState, type StartedHook } from './run-state.ts';

/**
 * Runs the hooks that precede the first effect, unless a phase has begun already.
 * @returns false if the run is refused: `run.reasons` says why, and the marker is removed
 */
export function* passBeforeHooks(run: RunState): RunPart<boolean> {
  const hooks = hooksAt(run.graph, 'before');
  const isAtStart = run.phaseStarts.length === 0 && run.todo?.direction === 'do';
  if (hooks.length === 0 || !isAtStart || run.state.final) return true;
  for (const hook of hooks) {
    // The first phase reports an interruption.
    if (yield* isInterrupted()) return true;
    yield* performHook(run, hook);
    if (yield* isInterrupted()) return true;
    const failure = failureText(hook, startOf(run, hook));
    if (failure !== undefined) return yield* refuse(run, [failure]);
  }
  const changes = yield* changesSincePreflight(run);
  return changes.length === 0 || (yield* refuse(run, changes));
}

/** Runs the hooks that follow the end of a run, and adds to its report what is to be known of hooks. */
export function* withFinalHooks(run: RunState, finish: Finish): RunPart<Finish> {
  const { end, exitCode } = finish;
  for (const hook of hooksAt(run.graph, end === 'succeeded' ? 'after' : 'on-failure'))
    yield* performHook(run, hook, { end, exitCode });
  const said = run.graph.hooks.flatMap((hook) => notes(run, hook));
  return said.length === 0
    ? finish
    : { ...finish, happened: [...(finish.happened ?? []), ...said] };
}

/** The same run with the hooks that its log shows as started. */
export function withLoggedHooks(run: RunState, log: RunLog): RunState {
  const startedHooks = currentHooks(log).reduce((hooks, { point, number, answer }) => {
    const { error, output = [] } = answer ?? {};
    const result = { ...(error === undefined ? {} : { error }), output };
    const hook = { point, number, ...(answer ? { result } : {}) };
    // A hook that was repeated counts once.
    return [...hooks.filter((each) => !isSameHook(each, hook)), hook];
  }, run.startedHooks);
  return { ...run, startedHooks };
}

function* performHook(run: RunState, hook: Hook, ended?: EndedRun): RunPart<void> {
  const { point, number, command } = hook;
  const former = startOf(run, hook);
  if (former && (former.result || !hook.repeat)) return;
  try {
    yield { ask: 'append', entry: { type: 'hook-started', point, number, command }, sync: true };
  } catch (error) {
    // What cannot be recorded might be done twice.
    return setResult(run, hook, { error: `was not run: ${journalErrorText(error)}`, output: [] });
  }
  run.startedHooks = [...without(run, hook), { point, number }];
  yield* emit({ event: 'hook-started', point, number, command: hookCommandText(hook) });
  const result = yield* resultOf(hook, ended);
  yield* appendRecord({ type: 'hook-finished', point, number, ...result });
  setResult(run, hook, result);
  yield* emit({ event: 'hook-finished', point, number, ...result });
}

function* resultOf(hook: Hook, ended: EndedRun | undefined): RunPart<HookResult> {
  try {
    return (yield { ask: 'hook', hook, ...(ended ? { ended } : {}) }) as HookResult;
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    return { error: 'was interrupted', output: [] };
  }
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

/** The sentence on a hook that failed: with its last line, which often says why. */
function failureText(hook: Hook, started: StartedHook | undefined): string | undefined {
  const { error, output = [] } = started?.result ?? {};
  if (error === undefined) return undefined;
  const last = output.findLast((line) => line.trim() !== '');
  return `the ${hookName(hook)} (${hook.command[0]}) ${error}${last === undefined ? '' : `: ${last}`}`;
}

/** What a report says of a hook besides the reason of a refusal. */
function notes(run: RunState, hook: Hook): string[] {
  const started = startOf(run, hook);
  if (!started) return [];
  if (!started.result)
    return [
      `the ${hookName(hook)} (${hook.command[0]}) may or may not have run: blockplan was killed meanwhile, and did not run it again`,
    ];
  const failure = hook.point === 'before' ? undefined : failureText(hook, started);
  return failure === undefined ? [] : [`warning: ${failure}`];
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
    if (!isConnectionLost(error)) throw error;
    return [error.message];
  }
}

function* refuse(run: RunState, reasons: readonly string[]): RunPart<false> {
  run.reasons = reasons;
  yield* removeMarkerOrReport(run);
  return false;
}
