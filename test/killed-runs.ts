/** Runs on a simulated host that are killed at a record of their journal, and taken up again. */
import type { Entry, Journal } from '../src/journal/journal.ts';
import { commandText } from '../src/model/command-text.ts';
import type { World } from '../src/model/world.ts';
import { admit } from '../src/run/admit.ts';
import type { Finish } from '../src/run/course.ts';
import { execute, takeUp } from '../src/run/execute.ts';
import type { SimulatedHost } from '../src/simulate/host-state.ts';
import { DriverDouble, type Injection } from './driver-double.ts';
import type { shipped } from './plans.ts';
import { scratchFolder } from './scratch-folder.ts';

/** A run keeps its bundle in a file of its own, also here. */
const FOLDER = scratchFolder('killed-runs');

/** Keeps entries in memory; where it is told to stop it never answers, as if blockplan were dead. */
class Recorder implements Journal {
  readonly folder = FOLDER;
  readonly entries: Entry[] = [];
  readonly #stop: (entry: Entry) => boolean;
  readonly #stopped: () => void;

  constructor(stop: (entry: Entry) => boolean, stopped: () => void) {
    this.#stop = stop;
    this.#stopped = stopped;
  }

  append(entry: Entry): Promise<void> {
    this.entries.push(structuredClone(entry));
    if (!this.#stop(entry)) return Promise.resolve();
    this.#stopped();
    return new Promise(() => {});
  }

  async close(): Promise<void> {}
}

type Compiled = ReturnType<typeof shipped>;

/** A plan's runs on a simulated host, each killed at a record and taken up again. */
export class Runs {
  readonly driver: DriverDouble;
  entries: Entry[] = [];
  #of: Omit<Parameters<typeof execute>[0], 'journal'> | undefined;

  constructor(world: World, injections: readonly Injection[] = []) {
    this.driver = new DriverDouble(world, injections);
  }

  get host(): SimulatedHost {
    return this.driver.host;
  }

  /** Starts a plan and kills blockplan at the first record that fits. */
  async killed({ plan, graph }: Compiled, at: (entry: Entry) => boolean): Promise<void> {
    const { driver } = this;
    const { world, files } = await admit(plan, graph, driver);
    const by = { uri: '', user: 'u', version: '0', set: {}, planSum: '' };
    const { signal } = new AbortController();
    this.#of = { id: 'r', graph, driver, world, files, signal, listener() {}, ...by };
    await this.#until(at, (journal) => execute({ ...this.#run(), journal }));
  }

  /** Takes the run up, and kills it again at the first record that fits. */
  async again(how: 'resume' | 'rollback', at: (entry: Entry) => boolean = () => false) {
    const { driver, entries } = this;
    const from = driver.asked.length;
    const finish = await this.#until(at, (journal) =>
      takeUp({ ...this.#run(), journal }, entries, how),
    );
    return { finish, commands: driver.asked.slice(from).map((effect) => commandText(effect)) };
  }

  /** Something happens while blockplan is dead. */
  befalls(change: (host: SimulatedHost) => SimulatedHost): void {
    this.driver.host = change(this.driver.host);
  }

  #run() {
    if (!this.#of) throw new Error('nothing has been started');
    return this.#of;
  }

  async #until(
    at: (entry: Entry) => boolean,
    start: (journal: Journal) => Promise<Finish>,
  ): Promise<Finish | undefined> {
    return await new Promise((resolve, reject) => {
      const journal = new Recorder(at, () => {
        this.entries = [...this.entries, ...journal.entries];
        resolve(undefined);
      });
      start(journal).then((finish) => {
        this.entries = [...this.entries, ...journal.entries];
        resolve(finish);
      }, reject);
    });
  }
}

export const intends = (words: string) => (entry: Entry) =>
  entry.type === 'intent' && commandText(entry.effect).includes(words);
export const has = (words: string) => (command: string) => command.includes(words);
