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
  /** Milliseconds until the job is done, in whole seconds; absent while they cannot be told. */
  readonly leftMs?: number;
}

const WINDOW_MS = 20_000;
const FEWEST_STEPS = 4;
/** The shortest time over which a rate is measured: reports in one burst would give gigabytes per second. */
const SHORTEST_MS = 1_000;
/** A longer remaining time is no forecast: the job does hardly anything. */
const LONGEST_LEFT_MS = 30 * 24 * 3600 * 1000;

interface Step {
  readonly at: number;
  readonly current: number;
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
    if (last?.current !== current) this.#steps.push({ at: now, current });
    while (this.#steps.length - 2 >= FEWEST_STEPS && now - (this.#steps[1]?.at ?? now) >= WINDOW_MS)
      this.#steps.shift();
    const rate = this.#rate(now);
    const leftMs = rate ? Math.ceil((total - current) / rate) * 1000 : 0;
    return {
      elapsedMs: Math.round(now - this.#began),
      ...(rate === undefined ? {} : { rate: Math.round(rate) }),
      ...(leftMs > 0 && leftMs <= LONGEST_LEFT_MS ? { leftMs } : {}),
    };
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
