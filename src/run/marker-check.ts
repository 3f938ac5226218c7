/** Whether the run still has the domain for itself, at the beginning of each phase. */
import type { Driver } from '../commands/driver.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef } from '../events.ts';
import { DomainTaken, EffectFailed, NoEvents } from '../model/effect-failed.ts';
import type { Marker } from '../model/marker.ts';
import { lockedByText } from './mark.ts';
import { SALVAGE } from './secure-definition.ts';

/**
 * Checks the marker before the first effect of each phase, as the last observation showed it. A guest that was restarted
 * has lost it, so that another operator could begin; one that was restored from a memory image has that of its time.
 */
export class MarkerCheck {
  readonly #own: Marker;
  #phase = '';
  /** Whether libvirt has sent no event of it. */
  #inVain = false;

  constructor(own: Marker) {
    this.#own = own;
  }

  /**
   * @param of the phase that an effect belongs to
   * @throws DomainTaken if another run has marked the domain
   */
  async before(driver: Driver, of: PhaseRef & { readonly direction: Direction }): Promise<void> {
    // It only keeps a definition from being lost, whoever works on the domain.
    if (of.phase === SALVAGE.phase && of.step === SALVAGE.step) return;
    const phase = JSON.stringify([of.direction, of.step, of.phase]);
    if (phase === this.#phase) return;
    this.#phase = phase;
    const seen = driver.seenMarker();
    if (seen === undefined) return;
    const { marker } = seen;
    const isStale = marker !== undefined && isOutdated(marker, this.#own);
    const found = marker === undefined || isStale ? await this.#set(driver, marker) : marker;
    refuseOther(this.#own, found);
  }

  /**
   * Sets it again; returns the marker that is on the domain then.
   * @param over the outdated marker that is there
   */
  async #set(driver: Driver, over: Marker | undefined): Promise<Marker | undefined> {
    // Where no event arrives, each attempt takes most of a minute.
    if (this.#inVain) return undefined;
    try {
      await driver.mark(this.#own, over);
      return await driver.marker();
    } catch (error) {
      // It only informs others. The guest may have stopped; what else is wrong with libvirt, the effect will show.
      if (!(error instanceof EffectFailed) && !(error instanceof BlockplanError)) throw error;
      if (error instanceof NoEvents) this.#inVain = true;
      return undefined;
    }
  }
}

/**
 * Whether another run's marker is from before this run, on this machine: then it has come back with a memory image, because
 * the domain had no other marker when this run began. Clocks of other machines say nothing about that.
 */
function isOutdated(found: Marker, own: Marker): boolean {
  return (
    found.run !== own.run &&
    found.host === own.host &&
    !!own.hostId &&
    found.hostId === own.hostId &&
    found.since !== '' &&
    found.since < own.since
  );
}

function refuseOther(own: Marker, found: Marker | undefined): void {
  if (found === undefined || found.run === own.run) return;
  throw new DomainTaken(`${lockedByText(found)} meanwhile`);
}
