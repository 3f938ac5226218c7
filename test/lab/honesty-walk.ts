/**
 * The honesty law: after every effect, the host state that the live driver observes equals the simulated one. Where they
 * differ, libvirt is right.
 */
import { dirname } from 'node:path';
import { expect } from 'vitest';
import type { Driver } from '../../src/commands/driver.ts';
import type { Effect } from '../../src/commands/effect.ts';
import { commandText } from '../../src/commands/effect-text.ts';
import { withFileEmptied } from '../../src/host/content.ts';
import {
  guestWrites,
  type SimulatedHost,
  simulatedHostOf,
  updateDomain,
} from '../../src/host/simulated-host.ts';
import { EffectFailed } from '../../src/model/effect-failed.ts';
import {
  type BlockJob,
  type Bundle,
  type HostState,
  isBackedUp,
  withDomain,
} from '../../src/model/host-state.ts';
import { apply } from '../../src/simulate/host.ts';
import { NoRollback, type Phase } from '../../src/steps/define.ts';
import { differences, imaginedTold, reallyTold } from './honesty-picture.ts';

/** How often a running job is observed before it counts as one that does not do what is simulated. */
const LOOKS = 10;

/** The parts of the real side. */
interface Home {
  /** For files that a command reads. */
  readonly folder: string;
  /** Makes the guest write something new. */
  writes(): Promise<void>;
  /** An effect was performed. */
  performed?(effect: Effect): void;
  /** Reconnects to a host that was down. */
  reconnect(): Promise<void>;
}

/** A real domain and its simulation, side by side. */
export class Sides {
  readonly driver: Driver;
  readonly #home: Home;
  simulated: SimulatedHost;
  /** All observed paths. */
  readonly files: Set<string>;
  /** How many host states were compared. */
  compared = 0;
  /** The actions so far, for the message of a failure. */
  readonly story: string[] = [];
  #kept: Bundle | undefined;

  constructor(driver: Driver, state: HostState, home: Home) {
    this.driver = driver;
    this.simulated = simulatedHostOf(state);
    this.files = new Set(Object.keys(state.files));
    this.#home = home;
  }

  /** The host state as a run would see it. */
  async seen(): Promise<HostState> {
    const state = await this.driver.headers(await this.driver.observe([...this.files]));
    this.simulated = withIndexes(this.simulated, state);
    return this.#kept ? withDomain(state, { kept: this.#kept }) : state;
  }

  /** Performs one effect on both sides; both do it or both refuse. True if they did it. */
  async perform(effect: Effect): Promise<boolean> {
    const refusal = await this.#really(effect);
    if (refusal === undefined) this.#home.performed?.(effect);
    const imagined = this.#imagined(effect, refusal === undefined);
    this.tell(`${commandText(effect)}${refusal === undefined ? '' : `\n    refused: ${refusal}`}`);
    if ((imagined === undefined) !== (refusal === undefined))
      this.#differs(`simulated: ${imagined ?? 'done'}\nobserved:  ${refusal ?? 'done'}`);
    await this.compare();
    await this.guestWrites();
    return refusal === undefined;
  }

  #really(effect: Effect): Promise<string | undefined> {
    return this.#act(effect).then(
      () => undefined,
      (error: Error) => {
        if (error instanceof EffectFailed) return error.message;
        throw error;
      },
    );
  }

  async #act(effect: Effect): Promise<void> {
    if (effect.tool === 'keep-definition') this.#kept = await this.driver.bundle();
    else
      await this.driver.perform(effect, {
        folder: this.#home.folder,
        onProgress: () => undefined,
        onMade: async () => {},
      });
  }

  /** @param done whether it was really done: a job that works may have come to its end just before */
  #imagined(effect: Effect, done: boolean): string | undefined {
    const fits = ({ refusal }: Imagined) => (refusal === undefined) === done;
    const now = imagined(this.simulated, effect);
    const soon = fits(now) ? now : imagined(finished(this.simulated), effect);
    const way = fits(soon) ? soon : now;
    this.simulated = way.host;
    return way.refusal;
  }

  /** Something else happens on both sides; a running job may have ended just before. */
  async befalls(
    what: string,
    really: () => Promise<unknown>,
    imagined: (host: SimulatedHost) => SimulatedHost,
  ): Promise<void> {
    this.tell(`! ${what}`);
    await really();
    const real = await this.driver.observe([...this.files]);
    const told = await reallyTold(real);
    const off = (host: SimulatedHost) =>
      differences(imaginedTold(host, [...this.files], real), told).length;
    const now = imagined(this.simulated);
    const soon = imagined(finished(this.simulated));
    this.simulated = off(soon) < off(now) ? soon : now;
    await this.compare();
    await this.seen();
  }

  /** A restore reads backups of earlier runs: the simulated host does not know what they hold. */
  forgetContent(backups: readonly string[]): void {
    const content = backups.reduce(withFileEmptied, this.simulated.content);
    this.simulated = { ...this.simulated, content };
  }

  reconnect(): Promise<void> {
    return this.#home.reconnect();
  }

  async guestWrites(): Promise<void> {
    if (this.simulated.state.domain.state !== 'running') return;
    await this.#home.writes();
    this.simulated = guestWrites(this.simulated);
  }

  tell(line: string): void {
    this.story.push(line);
  }

  /**
   * Compares both sides. A job that runs by itself may be further than the simulation, and may progress between two
   * observations: if one runs, it is observed again.
   */
  async compare(): Promise<void> {
    this.compared += 1;
    const files = [...this.files];
    for (let looks = 1; ; looks++) {
      const real = await this.driver.observe(files);
      const told = await reallyTold(real);
      const [now = [], soon = []] = [this.simulated, finished(this.simulated)].map((host) =>
        differences(imaginedTold(host, files, real), told),
      );
      if (now.length === 0 || soon.length === 0) return;
      const works = this.simulated.state.domain.disks.some(({ job }) => job && !job.ready);
      const nearer = soon.length < now.length ? soon : now;
      if (!works || looks === LOOKS) this.#differs(nearer.join('\n'));
    }
  }

  #differs(message: string): void {
    expect.fail([message, ...this.story.map((line) => `  ${line}`)].join('\n'));
  }

  /** Runs a phase; returns the host state before it, and whether all of it was done. */
  async forward(
    phase: Phase,
    start: HostState,
    disturb: (effect: Effect) => Promise<void>,
  ): Promise<{ readonly before: HostState; readonly whole: boolean }> {
    const before = await this.seen();
    this.tell(`${phase.name}:`);
    for (const effect of phase.effects(before, start)) {
      await disturb(effect);
      if (!(await this.perform(effect))) return { before, whole: false };
    }
    return { before, whole: true };
  }

  /** Rolls a phase back; false if there is no rollback, or it is refused. */
  async back(phase: Phase, before: HostState, start: HostState): Promise<boolean> {
    this.tell(`back from ${phase.name}:`);
    for (let round = 0; round < 4; round++) {
      try {
        const effects = phase.undo(before, await this.seen(), start);
        if (effects.length === 0) return true;
        for (const effect of effects) if (!(await this.perform(effect))) return false;
        if (effects.every((effect) => 'optional' in effect)) return true;
      } catch (error) {
        if (error instanceof NoRollback) return false;
        throw error;
      }
    }
    return false;
  }
}

/** The numbers of the layers are libvirt's own: the simulated host gets them from there. */
function withIndexes(host: SimulatedHost, { domain }: HostState): SimulatedHost {
  const layers = domain.disks.flatMap(({ chain }) => chain);
  const disks = host.state.domain.disks.map((disk) => ({
    ...disk,
    chain: disk.chain.map(({ index: _former, ...layer }) => {
      const index = layers.find(({ file }) => file === layer.file)?.index;
      return index === undefined ? layer : { ...layer, index };
    }),
  }));
  return updateDomain(host, { disks });
}

/** What an effect comes to on a simulated host; one that is refused leaves it as it is. */
interface Imagined {
  readonly host: SimulatedHost;
  readonly refusal?: string;
}

function imagined(host: SimulatedHost, effect: Effect): Imagined {
  try {
    return { host: apply(host, effect) };
  } catch (error) {
    if (error instanceof EffectFailed) return { host, refusal: error.message };
    throw error;
  }
}

/** Whether a job ends without a command: one below the active layer, or one that writes into it, or a backup. */
export function endsByItself({ type }: BlockJob): boolean {
  return type === 'commit' || type === 'pull' || type === 'backup';
}

/** The same host with every job advanced as far as it goes by itself. */
function finished(host: SimulatedHost): SimulatedHost {
  const backedUp = host.state.domain.disks.filter(isBackedUp);
  const [first] = backedUp;
  if (first?.job) {
    const draft = dirname(first.job.mirror ?? '');
    const disks = backedUp.map(({ target }) => target);
    const rest = { until: 'complete', why: '', timeoutMs: 0 } as const;
    return finished(apply(host, { tool: 'await-backup', draft, disks, ...rest }));
  }
  return host.state.domain.disks
    .filter(({ job }) => job && !job.ready)
    .reduce((each, { target, job }) => {
      const until = job && endsByItself(job) ? 'ended' : 'ready';
      return apply(each, { tool: 'await-job', disk: target, until, why: '', timeoutMs: 0 });
    }, host);
}
