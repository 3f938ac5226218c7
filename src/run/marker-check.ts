/** Whether the run still has the domain for itself, at the beginning of each phase. */
import type { Driver } from '../commands/driver.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef } from '../events.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { Marker } from '../model/marker.ts';
import { lockedByText } from './mark.ts';

/**
 * Checks the marker before the first effect of each phase, as the last observation showed it. A guest that was restarted
 * has lost it, so that another operator could begin.
 */
export class MarkerCheck {
  readonly #own: Marker;
  #phase = '';

  constructor(own: Marker) {
    this.#own = own;
  }

  /**
   * @param of the phase that an effect belongs to
   * @throws EffectFailed if another run has marked the domain
   */
  async before(driver: Driver, of: PhaseRef & { readonly direction: Direction }): Promise<void> {
    const phase = JSON.stringify([of.direction, of.step, of.phase]);
    if (phase === this.#phase) return;
    this.#phase = phase;
    const seen = driver.seenMarker();
    if (seen === undefined) return;
    refuseOther(this.#own, seen.marker ?? (await this.#set(driver)));
  }

  /** Sets it again; returns the marker that is on the domain then. */
  async #set(driver: Driver): Promise<Marker | undefined> {
    try {
      await driver.mark(this.#own);
      return await driver.marker();
    } catch (error) {
      // It only informs others. The guest may have stopped; what else is wrong with libvirt, the effect will show.
      if (!(error instanceof EffectFailed) && !(error instanceof BlockplanError)) throw error;
      return undefined;
    }
  }
}

function refuseOther(own: Marker, found: Marker | undefined): void {
  if (found === undefined || found.run === own.run) return;
  throw new EffectFailed(`${lockedByText(found)} meanwhile`);
}
