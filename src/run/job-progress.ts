/**
 * How fast a job is and how long it will take, from the bytes that it reports. QEMU reports in steps of up to 16 MiB, and
 * qemu-img in whole percents: a rate between two reports would jump from nothing to far too much. So the rate is measured
 * between steps, over the last 20 seconds or the last four steps, whichever is longer.
 */
import type { Progress } from '../commands/effect.ts';

/** What is known of a job's progress, besides its bytes. */
export interface JobPace {
  /** Milliseconds since the job began. */
  readonly elapsedMs: number;
  /** Bytes per second; absent until the job has made two steps. */
  readonly rate?: number;
  /** Milliseconds until the job is done, in whole seconds; absent while they are unknown. */
  readonly leftMs?: number;
  /** Set while the guest writes about as fast as the job copies, so that the job hardly comes closer to its end. */
  readonly guestKeepsUp?: true;
}

const WINDOW_MS = 20_000;
const FEWEST_STEPS = 4;
/** The shortest time over which a rate is measured: reports in one burst would give gigabytes per second. */
const SHORTEST_MS = 1_000;
/** The shortest time after which the guest counts as writing as fast as the job copies. */
const KEEPS_UP_MS = 10_000;
/** The guest does if less than this share of what is copied brings the job closer to its end. */
const SMALL_SHARE = 0.2;
/** A longer remaining time is no forecast: the job does hardly anything. */
const LONGEST_LEFT_MS = 30 * 24 * 3600 * 1000;

interface Step {
  readonly at: number;
  readonly current: number;
  readonly total: number;
}

/** Measures the progress of one job. */
export class JobProgress {
  readonly #began: number;
  /** The reports in which `current` changed, within the window. */
  #steps: Step[] = [];

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: number) {
    this.#began = now;
  }

  /** @param now of the same clock */
  report({ current, total }: Progress, now: number): JobPace {
    const last = this.#steps.at(-1);
    // Less than before: it is another job.
    if (last && current < last.current) this.#steps = [];
    if (last?.current !== current) this.#steps.push({ at: now, current, total });
    while (this.#steps.length - 2 >= FEWEST_STEPS && now - (this.#steps[1]?.at ?? now) >= WINDOW_MS)
      this.#steps.shift();
    const rate = this.#rate(now);
    const share = this.#share();
    const keepsUp = current < total && share < SMALL_SHARE && this.#span() >= KEEPS_UP_MS;
    const closer = keepsUp ? 0 : (rate ?? 0) * share;
    const leftMs = closer > 0 ? Math.ceil((total - current) / closer) * 1000 : 0;
    return {
      elapsedMs: Math.round(now - this.#began),
      ...(rate === undefined ? {} : { rate: Math.round(rate) }),
      ...(leftMs > 0 && leftMs <= LONGEST_LEFT_MS ? { leftMs } : {}),
      ...(rate !== undefined && keepsUp ? { guestKeepsUp: true } : {}),
    };
  }

  /** Milliseconds between the first step of the window and the last one. */
  #span(): number {
    const measured = this.#measured();
    return (measured.at(-1)?.at ?? 0) - (measured[0]?.at ?? 0);
  }

  /** The steps with a total. libvirt reports a total of 1 until QEMU knows how much there is to copy. */
  #measured(): readonly Step[] {
    return this.#steps.filter(({ total }) => total > 1);
  }

  /**
   * The share of the copied bytes that brings the job closer to its end, from 0 to 1. The rest is what the guest has written
   * meanwhile: QEMU adds it to the total.
   */
  #share(): number {
    const measured = this.#measured();
    const [first, last] = [measured[0], measured.at(-1)];
    if (!first || !last || last.current === first.current) return 1;
    const written = Math.max(0, last.total - first.total);
    return Math.max(0, 1 - written / (last.current - first.current));
  }

  /** Bytes per second. */
  #rate(now: number): number | undefined {
    const [first, last] = [this.#steps[0], this.#steps.at(-1)];
    const count = this.#steps.length - 1;
    if (!first || !last || count < 2) return undefined;
    const took = last.at - first.at;
    // The next step is not due yet: until then the time since the last one says nothing. Later, the job slows down.
    const due = last.at + (2 * took) / count;
    const span = now <= due ? took : took + now - due;
    return span < SHORTEST_MS ? undefined : ((last.current - first.current) / span) * 1000;
  }
}
