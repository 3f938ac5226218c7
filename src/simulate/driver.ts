/** A driver over a simulated host: a run asks it as it would ask libvirt. Time passes as whoever made it lets it. */
import type { Driver, PerformContext } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { bytesIn, guestWrites, hostOf, type SimulatedHost } from '../host/host-state.ts';
import type { Marker } from '../model/marker.ts';
import type { Bundle, World } from '../model/world.ts';
import { apply, bundleOf } from './host.ts';
import { look, survey } from './host-looks.ts';

/** How often a copy or a commit tells how far it is, in ms. */
const TICK_MS = 100;

export interface Simulation {
  /** How fast data is copied, in bytes a second. */
  readonly rate: number;
  /** Lets so many ms pass. */
  wait(ms: number): Promise<void>;
  /** What else has happened on the host when an effect is done; nothing unless told. */
  meanwhile?(host: SimulatedHost, effect: Effect): SimulatedHost;
}

export class SimulatedDriver implements Driver {
  readonly #simulation: Simulation;
  #host: SimulatedHost;
  #marker: Marker | undefined;

  /** @param world what the host looks like at first; its guest writes all the time */
  constructor(world: World, simulation: Simulation) {
    this.#host = hostOf(world);
    this.#simulation = simulation;
  }

  /** The host as it is now. */
  get host(): SimulatedHost {
    return this.#host;
  }

  async observe(files: readonly string[]): Promise<World> {
    this.#host = guestWrites(this.#host);
    return look(this.#host, files);
  }

  /** A look has told them already. */
  async headers(world: World): Promise<World> {
    return world;
  }

  async survey(world: World, files: readonly string[]): Promise<World> {
    return survey(this.#host, world, files);
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
