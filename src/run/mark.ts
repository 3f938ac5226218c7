/** The marker on a domain, which shows operators on other machines that a run works on it. */
import { BlockplanError } from '../errors.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type Marker, unmarkByHand } from '../model/marker.ts';
import { askMarker, type RunPart } from './requests.ts';
import { home, type RunState } from './run-state.ts';

/** Who has marked a domain, as a clause. */
export function lockedByText({ run, user, host }: Marker): string {
  return `run ${run} (${user} on ${host}) has locked the domain`;
}

/**
 * Sets the marker before anything is done. No other run may have set one, neither since preflight began nor at the same
 * time: of two that set it at once, the one that reads its own goes on.
 */
export function* setMarker(runState: RunState, run: string, inVain?: 'stays'): RunPart<boolean> {
  const { home: on } = runState.graph;
  let mayBeSet = false;
  try {
    const before = yield* askMarker(on);
    const isOthers = before !== undefined && before.run !== run;
    if (!isOthers) {
      mayBeSet = true;
      yield { ask: 'mark', on };
    }
    const marker = isOthers ? before : yield* askMarker(on);
    if (marker?.run === run) return true;
    runState.reasons = [
      marker
        ? lockedByText(marker)
        : "the marker of the run is not in the domain's metadata, although libvirt accepted it",
    ];
  } catch (error) {
    if (!(error instanceof EffectFailed) && !(error instanceof BlockplanError)) throw error;
    runState.reasons = [error.message];
    // An interrupted run keeps the marker that it has.
    if (mayBeSet && inVain === undefined) yield* removeMarkerOrReport(runState);
  }
  return false;
}

/** Removes the marker of a run that is refused; if that fails, its reasons and commands say so. */
export function* removeMarkerOrReport(runState: RunState): RunPart<void> {
  const stuck = yield* removeMarker(runState);
  if (stuck === undefined) return;
  runState.reasons = [
    ...runState.reasons,
    `the marker of the run could not be removed, and other operators may still see it on the domain: ${stuck}`,
  ];
  const { domain, host } = home(runState).initial;
  runState.next = [unmarkByHand(host, domain.name)];
}

/** Removes the marker of the run, but not that of another one; returns libvirt's message if that fails. */
export function* removeMarker({ graph, id }: RunState): RunPart<string | undefined> {
  const { home: on } = graph;
  try {
    const marker = yield* askMarker(on);
    if (marker === undefined || marker.run === id) yield { ask: 'unmark', on };
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed) && !(error instanceof BlockplanError)) throw error;
    return error.message;
  }
}
