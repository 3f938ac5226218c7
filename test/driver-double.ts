/** A driver on a simulated host whose guest writes all the time, with one injected fault at a chosen effect. */
import type { Driver, PerformContext, Written } from '../src/commands/driver.ts';
import type { Effect } from '../src/commands/effect.ts';
import { BlockplanError } from '../src/errors.ts';
import { guestWrites, type SimulatedHost, simulatedHostOf } from '../src/host/simulated-host.ts';
import { EffectFailed } from '../src/model/effect-failed.ts';
import { type Bundle, type DomainState, type HostState, isUp } from '../src/model/host-state.ts';
import { withStoresOf } from '../src/model/known-stores.ts';
import type { Marker } from '../src/model/marker.ts';
import { apply, bundleOf } from '../src/simulate/host.ts';
import { guestDies, jobsDie } from '../src/simulate/host-faults.ts';
import { Identities } from '../src/simulate/identities.ts';
import { observedState, surveyedState } from '../src/simulate/observed-host.ts';
import { looked } from './worlds.ts';

/** A fault around an effect. */
export type Fault =
  /** The host reports a failure: without an effect, or although the effect was done. */
  | 'refused'
  | 'refused after it took effect'
  /** The host reports success, but nothing has happened. */
  | 'done without effect'
  /** The awaited job fails midway. */
  | 'the job dies'
  /** The connection to libvirt breaks before or after the effect, and comes back or does not. */
  | 'connection lost before'
  | 'connection lost after'
  | 'connection gone before'
  | 'connection gone after'
  /** The user interrupts before, during or after the effect. */
  | 'interrupted before'
  | 'interrupted during'
  | 'interrupted after'
  /** QEMU is killed. */
  | 'the guest dies before'
  | 'the guest dies after';

export interface Injection {
  /** The index of the effect, counted from 0 over the whole run and its rollback. */
  readonly at: number;
  readonly fault: Fault;
}

const ids = new Identities();

export class DriverDouble implements Driver {
  host: SimulatedHost;
  /** The requested effects, in order, including the read of the bundle. */
  readonly asked: Effect[] = [];
  /** Those that did not change the host. */
  readonly idle = new Set<Effect>();
  /** The faults that occurred. */
  readonly struck: Injection[] = [];
  /** When files were last written to. */
  times: Written = {};
  /** Called before each effect. */
  onEffect: (effect: Effect) => void = () => {};
  /** The faults to inject from now on. */
  injections: readonly Injection[];
  readonly #interrupt: () => void;
  #marker: Marker | undefined;
  #connected = true;
  #comesBack = true;
  #listener: (state: DomainState, detail: string) => void = () => {};

  constructor(
    state: HostState,
    injections: readonly Injection[] = [],
    interrupt: () => void = () => {},
  ) {
    this.host = simulatedHostOf(state);
    this.injections = injections;
    this.#interrupt = interrupt;
  }

  async observe(files: readonly string[]): Promise<HostState> {
    this.#reach();
    this.host = guestWrites(this.host);
    return observedState(this.host, files);
  }

  async headers(state: HostState): Promise<HostState> {
    return state;
  }

  async written(): Promise<Written> {
    return this.times;
  }

  async readStores(state: HostState): Promise<HostState> {
    return withStoresOf(state, this.host.state);
  }

  /** An unknown folder exists and has free space. */
  async survey(seen: HostState, files: readonly string[]): Promise<HostState> {
    this.#reach();
    const surveyed = surveyedState(this.host, seen, files);
    return { ...surveyed, folders: looked(this.host.state, files).folders };
  }

  #reach(): void {
    if (!this.#connected) throw lost();
  }

  async perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void> {
    await this.#afflicted(effect, context.signal, () => {
      this.host = apply(this.host, effect);
    });
  }

  async bundle(): Promise<Bundle> {
    let bundle: Bundle | undefined;
    await this.#afflicted({ tool: 'keep-definition', why: '' }, undefined, () => {
      bundle = bundleOf(this.host);
    });
    if (!bundle) throw new Error('the bundle has not been read');
    return bundle;
  }

  /** Performs the effect, with the faults around it. */
  async #afflicted(
    effect: Effect,
    signal: AbortSignal | undefined,
    act: () => void,
  ): Promise<void> {
    const at = this.asked.push(effect) - 1;
    this.onEffect(effect);
    this.#reach();
    const injection = this.injections.find((each) => each.at === at);
    if (injection) this.struck.push(injection);
    const fault = injection?.fault;
    this.#before(fault, effect, signal);
    const before = this.host;
    if (fault !== 'done without effect' || effect.tool === 'keep-definition') act();
    if (ids.of(this.host) === ids.of(before)) this.idle.add(effect);
    this.host = guestWrites(this.host);
    this.#after(fault);
  }

  #before(fault: Fault | undefined, effect: Effect, signal: AbortSignal | undefined): void {
    switch (fault) {
      case 'refused':
        throw new EffectFailed('the host says no');
      case 'the job dies':
        if (effect.tool === 'await-job') this.host = jobsDie(this.host);
        break;
      case 'connection lost before':
      case 'connection gone before':
        this.#disconnect(fault === 'connection lost before');
        throw lost();
      case 'interrupted before':
        this.#interrupt();
        break;
      case 'interrupted during':
        this.#interrupt();
        // What was started goes on: a job in QEMU, a partly written copy.
        if (signal && effect.tool === 'qemu-img') this.host = apply(this.host, effect);
        if (effect.tool === 'await-job' || effect.tool === 'qemu-img') signal?.throwIfAborted();
        return;
      case 'the guest dies before':
        this.#kill();
        break;
    }
    signal?.throwIfAborted();
  }

  #after(fault: Fault | undefined): void {
    switch (fault) {
      case 'refused after it took effect':
        throw new EffectFailed('the host says no, although it did it');
      case 'connection lost after':
      case 'connection gone after':
        this.#disconnect(fault === 'connection lost after');
        throw lost();
      case 'interrupted after':
        this.#interrupt();
        break;
      case 'the guest dies after':
        this.#kill();
        break;
    }
  }

  #disconnect(comesBack: boolean): void {
    this.#connected = false;
    this.#comesBack = comesBack;
  }

  #kill(): void {
    this.host = guestDies(this.host);
    this.#listener(this.host.state.domain.state, 'failed');
  }

  async mark(marker: Marker): Promise<void> {
    this.#reach();
    this.#marker = marker;
  }

  async unmark(): Promise<void> {
    this.#reach();
    this.#marker = undefined;
  }

  get marked(): boolean {
    return this.#marker !== undefined;
  }

  async marker(): Promise<Marker | undefined> {
    return this.#marker;
  }

  seenMarker(): { readonly marker: Marker | undefined } | undefined {
    return isUp(this.host.state) ? { marker: this.#marker } : undefined;
  }

  async reconnect(): Promise<boolean> {
    this.#connected = this.#comesBack;
    return this.#connected;
  }

  onGuestState(listener: (state: DomainState, detail: string) => void): void {
    this.#listener = listener;
  }

  async close(): Promise<void> {}
}

function lost(): BlockplanError {
  const finding = {
    code: 'BP198',
    severity: 'error',
    message: 'the connection to libvirt is lost',
  } as const;
  return new BlockplanError('uncertain', [finding]);
}
