/** A driver over a simulated host whose guest writes all the time, on which one thing goes wrong at a chosen effect. */
import type { Driver, PerformContext } from '../src/commands/driver.ts';
import type { Effect } from '../src/commands/effect.ts';
import { BlockplanError } from '../src/errors.ts';
import { guestWrites, type SimulatedHost, simulatedHostOf } from '../src/host/simulated-host.ts';
import { EffectFailed } from '../src/model/effect-failed.ts';
import type { Bundle, DomainState, HostState } from '../src/model/host-state.ts';
import type { Marker } from '../src/model/marker.ts';
import { apply, bundleOf } from '../src/simulate/host.ts';
import { guestDies, jobsDie } from '../src/simulate/host-faults.ts';
import { Identities } from '../src/simulate/identities.ts';
import { observedState, surveyedState } from '../src/simulate/observed-host.ts';
import { looked } from './worlds.ts';

/** What can go wrong around an effect. */
export type Fault =
  /** The host says no, and nothing has happened; or it has happened, and the answer says no all the same. */
  | 'refused'
  | 'refused after it took hold'
  /** The host says that it is done, and nothing has happened. */
  | 'done in word only'
  /** The job that is waited for fails half-way. */
  | 'the job dies'
  /** The link to libvirt breaks before or after the effect took hold, and comes back or does not. */
  | 'contact lost before'
  | 'contact lost after'
  | 'contact gone before'
  | 'contact gone after'
  /** The user interrupts: before, while it is being waited for, or when it is done. */
  | 'interrupted before'
  | 'interrupted during'
  | 'interrupted after'
  /** QEMU is killed. */
  | 'the guest dies before'
  | 'the guest dies after';

export interface Injection {
  /** Which effect, counted from 0 over the whole run, forward and back. */
  readonly at: number;
  readonly fault: Fault;
}

const ids = new Identities();

export class DriverDouble implements Driver {
  host: SimulatedHost;
  /** The effects that were asked for, in order, the bundle's reading among them. */
  readonly asked: Effect[] = [];
  /** Those that left the host as it was. */
  readonly idle = new Set<Effect>();
  /** The faults that came about. */
  readonly struck: Injection[] = [];
  /** Called before each effect. */
  onEffect: (effect: Effect) => void = () => {};
  /** What goes wrong from now on. */
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

  /** A folder of which nothing is told is there, with room. */
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
    if (!bundle) throw new Error('there is no bundle without a reading');
    return bundle;
  }

  /** Does the effect, with what goes wrong around it. */
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
    if (fault !== 'done in word only' || effect.tool === 'keep-definition') act();
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
      case 'contact lost before':
      case 'contact gone before':
        this.#disconnect(fault === 'contact lost before');
        throw lost();
      case 'interrupted before':
        this.#interrupt();
        break;
      case 'interrupted during':
        this.#interrupt();
        // What is waited for goes on by itself: a job in QEMU, a half-written copy.
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
      case 'refused after it took hold':
        throw new EffectFailed('the host says no, although it did it');
      case 'contact lost after':
      case 'contact gone after':
        this.#disconnect(fault === 'contact lost after');
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
    message: 'contact to libvirt is lost',
  } as const;
  return new BlockplanError('uncertain', [finding]);
}
