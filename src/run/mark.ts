/** The mark on a domain by which operators on other machines see that a run has taken it. */
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostName } from '../model/hosts.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isContactLost } from './act.ts';
import { type Asking, askMarker } from './ask.ts';
import { type Course, home } from './course.ts';

/** Tells other operators, before anything is done, and makes sure that nobody else has told them the same. */
export function* mark(course: Course, run: string, inVain?: 'stays'): Asking<boolean> {
  const { home: on } = course.graph;
  try {
    yield { ask: 'mark', on };
    const marker = yield* askMarker(on);
    if (marker?.run === run) return true;
    course.reasons = [
      `run ${marker?.run} (${marker?.user} on ${marker?.host}) has taken the domain`,
    ];
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    course.reasons = [error.message];
    // A run that is half-way keeps the marker that it has.
    const stuck = inVain === undefined ? yield* unmark(on) : undefined;
    if (stuck !== undefined) {
      course.reasons = [error.message, `other operators may see the run on the domain: ${stuck}`];
      course.next = [unmarkByHand(home(course).world.domain.name)];
    }
  }
  return false;
}

/** Takes the marker out; what libvirt says where it does not let it be. */
export function* unmark(on: HostName): Asking<string | undefined> {
  try {
    yield { ask: 'unmark', on };
    return undefined;
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    return error.message;
  }
}
