/** A driver over a simulated host: a run uses it like libvirt. Its creator controls how time passes. */
import type { Driver, PerformContext, Written } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { layersOf } from '../host/file-names.ts';
import { bytesIn } from '../host/image-files.ts';
import { guestWrites, type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { type Bundle, diskOf, type HostState, isUp } from '../model/host-state.ts';
import { withStoresOf } from '../model/known-stores.ts';
import type { Marker } from '../model/marker.ts';
import { apply, bundleOf } from './host.ts';
import { observedState, surveyedState } from './observed-host.ts';

/** How often a copy or a commit reports its progress, in ms. */
const TICK_MS = 100;

export interface Simulation {
  /** The speed of copies in bytes per second. */
  readonly rate: number;
  /** Waits for that time, in ms. */
  wait(ms: number): Promise<void>;
  /** Applies what else happens on the host during an effect; nothing by default. */
  meanwhile?(host: SimulatedHost, effect: Effect): SimulatedHost;
}

export class SimulatedDriver implements Driver {
  readonly #simulation: Simulation;
  #host: SimulatedHost;
  #marker: Marker | undefined;

  /** @param state the initial host state; its guest writes all the time */
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

  /** `observe` has already included them. */
  async headers(state: HostState): Promise<HostState> {
    return state;
  }

  /** No time passes on a simulated host. */
  async written(): Promise<Written> {
    return {};
  }

  async readStores(state: HostState): Promise<HostState> {
    return withStoresOf(state, this.#host.state);
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

  /** Waits for the time that a copy takes, and reports its progress. */
  async #copy(effect: Effect, { signal, onProgress }: PerformContext): Promise<void> {
    const total = this.#bytesOf(effect);
    const { rate, wait } = this.#simulation;
    for (let ms = 0; (ms / 1000) * rate < total; ms += TICK_MS) {
      onProgress({ current: Math.round((ms / 1000) * rate), total });
      await wait(TICK_MS);
      // A stopped conversion leaves a partial file; a block job continues in QEMU.
      if (signal?.aborted && effect.tool === 'qemu-img') this.#take(effect);
      signal?.throwIfAborted();
    }
    if (total > 0) onProgress({ current: total, total });
  }

  #bytesOf(effect: Effect): number {
    if (effect.tool === 'qemu-img') return effect.bytes;
    const disks = effect.tool === 'await-backup' ? effect.disks : [];
    const copied = disks.flatMap((target) => diskOf(this.#host.state, target) ?? []);
    if (effect.tool !== 'await-job')
      return bytesIn(
        this.#host,
        copied.flatMap((disk) => layersOf(this.#host, disk)),
      );
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

  seenMarker(): { readonly marker: Marker | undefined } | undefined {
    return isUp(this.#host.state) ? { marker: this.#marker } : undefined;
  }

  /** The connection to a simulated host is never lost. */
  async reconnect(): Promise<boolean> {
    return true;
  }

  /** The simulated guest never changes its state by itself. */
  onGuestState(): void {}

  async close(): Promise<void> {}
}
