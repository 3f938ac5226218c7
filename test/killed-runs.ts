/** Runs on a simulated host that are killed at a record of their journal, and taken up again. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commandText } from '../src/commands/effect-text.ts';
import type { RunEvent } from '../src/events.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { SimulatedHost } from '../src/host/host-state.ts';
import type { Entry, Journal } from '../src/journal/journal.ts';
import { onLocal } from '../src/model/hosts.ts';
import type { World } from '../src/model/world.ts';
import { admit } from '../src/run/admit.ts';
import type { Finish } from '../src/run/course.ts';
import { execute, takeUp } from '../src/run/execute.ts';
import { DriverDouble, type Injection } from './driver-double.ts';
import { logOf } from './journals.ts';
import type { shipped } from './plans.ts';

/** Keeps entries in memory; where it is told to stop it never answers, as if blockplan were dead. */
class Recorder implements Journal {
  readonly folder: string;
  readonly entries: Entry[] = [];
  readonly #stop: (entry: Entry) => boolean;
  readonly #stopped: () => void;
  readonly #asked: (entry: Entry, sync: boolean) => void;

  constructor(
    folder: string,
    stop: (entry: Entry) => boolean,
    stopped: () => void,
    asked: (entry: Entry, sync: boolean) => void,
  ) {
    this.folder = folder;
    this.#stop = stop;
    this.#stopped = stopped;
    this.#asked = asked;
  }

  async append(entry: Entry, sync: boolean): Promise<void> {
    this.#asked(entry, sync);
    this.entries.push(structuredClone(entry));
    if (!this.#stop(entry)) return;
    this.#stopped();
    await new Promise(() => {});
  }

  async close(): Promise<void> {}
}

type Compiled = ReturnType<typeof shipped>;

/** A plan's runs on a simulated host, each killed at a record and taken up again. */
export class Runs {
  readonly driver: DriverDouble;
  /** The runs' own, which goes with the test. */
  readonly folder = mkdtempSync(join(tmpdir(), 'blockplan-runs-'));
  entries: Entry[] = [];
  /** What all of them told. */
  readonly events: RunEvent[] = [];
  /** What the journal is asked to write, and may refuse by an error. */
  onAppend: (entry: Entry, sync: boolean) => void = () => {};
  readonly interrupt = new AbortController();
  readonly leave = new AbortController();
  #of: Omit<Parameters<typeof execute>[0], 'journal'> | undefined;

  constructor(world: World, injections: readonly Injection[] = []) {
    onTestFinished(() => rm(this.folder, { recursive: true }));
    this.driver = new DriverDouble(world, injections, () =>
      this.interrupt.abort(new Error('interrupted by SIGINT')),
    );
  }

  get host(): SimulatedHost {
    return this.driver.host;
  }

  /** Starts a plan and kills blockplan at the first record that fits. */
  async killed(compiled: Compiled, at: (entry: Entry) => boolean): Promise<void> {
    await this.#begun(compiled, at);
  }

  /** Runs a plan to its end. */
  async whole(compiled: Compiled): Promise<Finish> {
    const finish = await this.#begun(compiled, () => false);
    if (!finish) throw new Error('a run that nothing kills has an end');
    return finish;
  }

  async #begun({ plan, graph }: Compiled, at: (entry: Entry) => boolean) {
    const { driver } = this;
    const { world, files } = await admit(plan, graph, driver);
    const by = { uri: '', user: 'u', version: '0', set: {}, planSum: '' };
    const signals = { signal: this.interrupt.signal, leave: this.leave.signal };
    const listener = (event: RunEvent) => this.events.push(event);
    const hosts = onLocal({ driver, world, files });
    this.#of = { id: 'r', graph, hosts, ...signals, listener, ...by };
    return await this.#until(at, (journal) => execute({ ...this.#run(), journal }));
  }

  /** Takes the run up, and kills it again at the first record that fits. */
  async again(how: 'resume' | 'rollback', at: (entry: Entry) => boolean = () => false) {
    const { driver, entries } = this;
    const from = driver.asked.length;
    const finish = await this.#until(at, (journal) =>
      takeUp({ ...this.#run(), journal }, logOf(entries), how),
    );
    return { finish, commands: driver.asked.slice(from).map((effect) => commandText(effect)) };
  }

  /** Another version of blockplan is installed while the run is dead. */
  upgrade(change: (graph: Graph) => Graph): void {
    const of = this.#run();
    this.#of = { ...of, graph: change(of.graph) };
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
      const stopped = () => {
        this.entries = [...this.entries, ...journal.entries];
        resolve(undefined);
      };
      const journal = new Recorder(this.folder, at, stopped, (entry, sync) =>
        this.onAppend(entry, sync),
      );
      start(journal)
        .finally(() => {
          this.entries = [...this.entries, ...journal.entries];
        })
        .then(resolve, reject);
    });
  }
}

export const intends = (words: string) => (entry: Entry) =>
  entry.type === 'intent' && commandText(entry.effect).includes(words);
export const has = (words: string) => (command: string) => command.includes(words);
