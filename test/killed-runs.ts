/** Runs on a simulated host that are killed at a record of their journal, and resumed. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commandText } from '../src/commands/effect-text.ts';
import type { RunEvent } from '../src/events.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { SimulatedHost } from '../src/host/simulated-host.ts';
import type { Journal, JournalEntry } from '../src/journal/journal.ts';
import type { HostState } from '../src/model/host-state.ts';
import { onLocal } from '../src/model/hosts.ts';
import { executeRun, resumeRun } from '../src/run/execute.ts';
import { preflight } from '../src/run/preflight.ts';
import type { Finish } from '../src/run/run-state.ts';
import { DriverDouble, type Injection } from './driver-double.ts';
import { logOf } from './journals.ts';
import type { shipped } from './plans.ts';

/** Keeps entries in memory. At the record where it must stop it never answers, as if blockplan were dead. */
class Recorder implements Journal {
  readonly folder: string;
  readonly entries: JournalEntry[] = [];
  readonly #stop: (entry: JournalEntry) => boolean;
  readonly #stopped: () => void;
  readonly #asked: (entry: JournalEntry, sync: boolean) => void;

  constructor(
    folder: string,
    stop: (entry: JournalEntry) => boolean,
    stopped: () => void,
    asked: (entry: JournalEntry, sync: boolean) => void,
  ) {
    this.folder = folder;
    this.#stop = stop;
    this.#stopped = stopped;
    this.#asked = asked;
  }

  async append(entry: JournalEntry, sync: boolean): Promise<void> {
    this.#asked(entry, sync);
    this.entries.push(structuredClone(entry));
    if (!this.#stop(entry)) return;
    this.#stopped();
    await new Promise(() => {});
  }

  async close(): Promise<void> {}
}

type Compiled = ReturnType<typeof shipped>;

/** A plan's runs on a simulated host, each killed at a record and resumed. */
export class Runs {
  readonly driver: DriverDouble;
  /** The runs' folder, removed after the test. */
  readonly folder = mkdtempSync(join(tmpdir(), 'blockplan-runs-'));
  entries: JournalEntry[] = [];
  /** The events of all runs. */
  readonly events: RunEvent[] = [];
  /** Called for each entry of the journal; may throw to refuse it. */
  onAppend: (entry: JournalEntry, sync: boolean) => void = () => {};
  /** When a former attempt last saw progress, as the event log would show it. */
  followed = 0;
  interrupt = new AbortController();
  leave = new AbortController();
  #of: Omit<Parameters<typeof executeRun>[0], 'journal'> | undefined;

  constructor(state: HostState, injections: readonly Injection[] = []) {
    onTestFinished(() => rm(this.folder, { recursive: true }));
    this.driver = new DriverDouble(state, injections, () =>
      this.interrupt.abort(new Error('interrupted by SIGINT')),
    );
  }

  get host(): SimulatedHost {
    return this.driver.host;
  }

  /** Starts a plan and kills blockplan at the first matching record. */
  async killed(compiled: Compiled, at: (entry: JournalEntry) => boolean): Promise<void> {
    await this.#begun(compiled, at);
  }

  /** Runs a plan to its end. */
  async whole(compiled: Compiled): Promise<Finish> {
    const finish = await this.#begun(compiled, () => false);
    if (!finish) throw new Error('a run that is not killed must end');
    return finish;
  }

  async #begun({ plan, graph }: Compiled, at: (entry: JournalEntry) => boolean) {
    const { driver } = this;
    const { state, files } = await preflight(plan, graph, driver);
    const by = { uri: '', user: 'u', version: '0', set: {}, planSum: '' };
    const signals = { signal: this.interrupt.signal, leave: this.leave.signal };
    const listener = (event: RunEvent) => this.events.push(event);
    const hosts = onLocal({ driver, initial: state, files });
    this.#of = { id: 'r', graph, hosts, ...signals, listener, ...by };
    return await this.#until(at, (journal) => executeRun({ ...this.#run(), journal }));
  }

  /** Resumes the run, or rolls it back, and kills it again at the first matching record. */
  async again(how: 'resume' | 'rollback', at: (entry: JournalEntry) => boolean = () => false) {
    const { driver, entries } = this;
    const from = driver.asked.length;
    const finish = await this.#until(at, (journal) =>
      resumeRun({ ...this.#run(), journal, followed: this.followed }, logOf(entries), how),
    );
    return { finish, commands: driver.asked.slice(from).map((effect) => commandText(effect)) };
  }

  /** Another version of blockplan is installed while the run is dead. */
  upgrade(change: (graph: Graph) => Graph): void {
    const of = this.#run();
    this.#of = { ...of, graph: change(of.graph) };
  }

  /** The next attempt is not interrupted. */
  forgetSignals(): void {
    this.interrupt = new AbortController();
    this.leave = new AbortController();
    const { signal } = this.interrupt;
    this.#of = { ...this.#run(), signal, leave: this.leave.signal };
  }

  /** Changes the host while blockplan is dead. */
  befalls(change: (host: SimulatedHost) => SimulatedHost): void {
    this.driver.host = change(this.driver.host);
  }

  #run() {
    if (!this.#of) throw new Error('nothing has been started');
    return this.#of;
  }

  async #until(
    at: (entry: JournalEntry) => boolean,
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

export const intends = (words: string) => (entry: JournalEntry) =>
  entry.type === 'intent' && commandText(entry.effect).includes(words);
export const has = (words: string) => (command: string) => command.includes(words);
