/** The marker on a domain, which shows operators on other machines that a run works on it. */
import { BlockplanError } from '../errors.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostName } from '../model/hosts.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isConnectionLost } from './perform-effect.ts';
import { askMarker, type RunPart } from './requests.ts';
import { home, type RunState } from './run-state.ts';

/** Sets the marker before anything is done, and verifies that no other run has set one. */
export function* setMarker(runState: RunState, run: string, inVain?: 'stays'): RunPart<boolean> {
  const { home: on } = runState.graph;
  try {
    yield { ask: 'mark', on };
    const marker = yield* askMarker(on);
    if (marker?.run === run) return true;
    runState.reasons = [
      marker
        ? `run ${marker.run} (${marker.user} on ${marker.host}) has locked the domain`
        : "the marker of the run is not in the domain's metadata, although libvirt accepted it",
    ];
  } catch (error) {
    if (!(error instanceof EffectFailed) && !(error instanceof BlockplanError)) throw error;
    runState.reasons = [error.message];
    // An interrupted run keeps the marker that it has.
    if (inVain === undefined) yield* removeMarkerOrReport(runState);
  }
  return false;
}

/** Removes the marker of a run that is refused; if that fails, its reasons and commands say so. */
export function* removeMarkerOrReport(runState: RunState): RunPart<void> {
  const stuck = yield* removeMarker(runState.graph.home);
  if (stuck === undefined) return;
  runState.reasons = [
    ...runState.reasons,
    `the marker of the run could not be removed, and other operators may still see it on the domain: ${stuck}`,
  ];
  const { domain, host } = home(runState).initial;
  runState.next = [unmarkByHand(host, domain.name)];
}

/** Removes the marker; returns libvirt's message if that fails. */
export function* removeMarker(on: HostName): RunPart<string | undefined> {
  try {
    yield { ask: 'unmark', on };
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isConnectionLost(error)) throw error;
    return error.message;
  }
}
