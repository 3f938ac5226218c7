/** The mark on a domain by which operators on other machines see that a run has taken it. */
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostName } from '../model/hosts.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isConnectionLost } from './perform-effect.ts';
import { askMarker, type RunPart } from './requests.ts';
import { home, type RunState } from './run-state.ts';

/** Tells other operators, before anything is done, and makes sure that nobody else has told them the same. */
export function* setMarker(runState: RunState, run: string, inVain?: 'stays'): RunPart<boolean> {
  const { home: on } = runState.graph;
  try {
    yield { ask: 'mark', on };
    const marker = yield* askMarker(on);
    if (marker?.run === run) return true;
    runState.reasons = [
      `run ${marker?.run} (${marker?.user} on ${marker?.host}) has taken the domain`,
    ];
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isConnectionLost(error)) throw error;
    runState.reasons = [error.message];
    // A run that is half-way keeps the marker that it has.
    const stuck = inVain === undefined ? yield* removeMarker(on) : undefined;
    if (stuck !== undefined) {
      runState.reasons = [error.message, `other operators may see the run on the domain: ${stuck}`];
      runState.next = [unmarkByHand(home(runState).initial.domain.name)];
    }
  }
  return false;
}

/** Takes the marker out; what libvirt says where it does not let it be. */
export function* removeMarker(on: HostName): RunPart<string | undefined> {
  try {
    yield { ask: 'unmark', on };
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isConnectionLost(error)) throw error;
    return error.message;
  }
}
