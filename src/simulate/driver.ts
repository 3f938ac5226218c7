/** A driver over a simulated host: a run asks it as it would ask libvirt. Time passes as whoever made it lets it. */
import type { Driver, PerformContext } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { bytesIn } from '../host/image-files.ts';
import { guestWrites, type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { Marker } from '../model/marker.ts';
import { apply, bundleOf } from './host.ts';
import { observedState, surveyedState } from './observed-host.ts';

/** How often a copy or a commit tells how far it is, in ms. */
const TICK_MS = 100;

export interface Simulation {
  /** How fast data is copied, in bytes a second. */
  readonly rate: number;
  /** Lets so many ms pass. */
  wait(ms: number): Promise<void>;
  /** What else has happened on the host when an effect is done; nothing by default. */
  meanwhile?(host: SimulatedHost, effect: Effect): SimulatedHost;
}

export class SimulatedDriver implements Driver {
  readonly #simulation: Simulation;
  #host: SimulatedHost;
  #marker: Marker | undefined;

  /** @param state what the host looks like at first; its guest writes all the time */
  constructor(state: HostState, simulation: Simulation) {
    this.#host = simulatedHostOf(state);
    this.#simulation = simulation;
  }

  /** The host as it is now. */
  get host(): SimulatedHost {
    return this.#host;
  }

  async observe(files: readonly string[]): Promise<HostState> {
    this.#host = guestWrites(this.#host);
    return observedState(this.#host, files);
  }

  /** A look has told them already. */
  async headers(state: HostState): Promise<HostState> {
    return state;
  }

  async survey(state: HostState, files: readonly string[]): Promise<HostState> {
    return surveyedState(this.#host, state, files);
  }

  async perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void> {
    context.signal?.throwIfAborted();
    await this.#copy(effect, context);
    this.#take(effect);
  }

  /** Lets the time pass that a copy takes, and tells how far it is. */
  async #copy(effect: Effect, { signal, onProgress }: PerformContext): Promise<void> {
    const total = this.#bytesOf(effect);
    const { rate, wait } = this.#simulation;
    for (let ms = 0; (ms / 1000) * rate < total; ms += TICK_MS) {
      onProgress({ current: Math.round((ms / 1000) * rate), total });
      await wait(TICK_MS);
      // A conversion that is stopped leaves a part of its file; a job goes on in QEMU.
      if (signal?.aborted && effect.tool === 'qemu-img') this.#take(effect);
      signal?.throwIfAborted();
    }
    if (total > 0) onProgress({ current: total, total });
  }

  #bytesOf(effect: Effect): number {
    if (effect.tool === 'qemu-img') return effect.bytes;
    if (effect.tool !== 'await-job') return 0;
    return bytesIn(this.#host, this.#host.jobs[effect.disk]?.layers ?? []);
  }

  #take(effect: Effect): void {
    const done = guestWrites(apply(this.#host, effect));
    this.#host = this.#simulation.meanwhile?.(done, effect) ?? done;
  }

  async bundle(): Promise<Bundle> {
    return bundleOf(this.#host);
  }

  async mark(marker: Marker): Promise<void> {
    this.#marker = marker;
  }

  async unmark(): Promise<void> {
    this.#marker = undefined;
  }

  async marker(): Promise<Marker | undefined> {
    return this.#marker;
  }

  /** Contact to a simulated host is never lost. */
  async reconnect(): Promise<boolean> {
    return true;
  }

  /** Its guest never changes its state by itself. */
  onGuestState(): void {}

  async close(): Promise<void> {}
}
