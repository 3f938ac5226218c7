/** What the cases share: a lab host, a writing guest, and folders that a case may fill up. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { virshCommand } from '../../src/command.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { agentConnected } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { runIdAt } from '../../src/model/run-id.ts';
import { draftPlan } from '../../src/plan/read.ts';
import { type Admission, preflightDraft, refuseErrors } from '../../src/run/preflight.ts';
import { steps } from '../../src/steps/registry.ts';
import { SharedGuest, type Snapshot, snapshotOf } from '../lab/fault-guest.ts';
import type { Ended } from '../lab/support.ts';
import { sourceOf } from '../plans.ts';
import type { Blow } from './cases.ts';

/** The inputs of a plan's run, and the state before it. */
export interface Stage {
  readonly plan: string;
  readonly guest: Guest;
  readonly before: Snapshot;
  /** The last number whose write the guest acknowledged as durable. */
  readonly acknowledged: number;
  readonly set: Readonly<Record<string, string>>;
  readonly state: string;
  /** Folders where a run may leave files, besides the host's images. */
  readonly folders: readonly string[];
  readonly graph: Graph;
  readonly admission: Admission;
}

export class Scene {
  readonly host: LabHost;
  readonly #shared: SharedGuest;
  #cases = 0;
  #small: string | undefined;

  constructor(host: LabHost) {
    this.host = host;
    this.#shared = new SharedGuest(host);
  }

  /** Prepares a case. */
  async begin(plan: string, blow: Blow | undefined): Promise<Stage> {
    const guest = await this.#shared.get();
    await agentConnected(this.host, guest.name);
    const acknowledged = await guest.waitForWrites(1);
    this.#cases += 1;
    const folder = join(this.host.images, `case-${this.#cases}`);
    await mkdir(folder);
    const small = await this.#smallFolder();
    const on = (full: Blow) => (blow === full ? small : folder);
    const before = await snapshotOf(this.host, guest);
    const set: Record<string, string> = {
      domain: guest.name,
      dest: join(on('destination-full'), `copy-${this.#cases}.qcow2`),
      ...(plan === 'live-backup'
        ? { overlay: join(on('overlay-full'), `overlay-${this.#cases}.qcow2`) }
        : {}),
    };
    const state = join(blow === 'state-full' ? small : this.host.dir, `state-${this.#cases}`);
    const { graph, admission } = await this.#admitted(plan, set);
    const folders = [small];
    return { plan, guest, before, acknowledged, set, state, folders, graph, admission };
  }

  /** One small file system for every case that fills up a disk. */
  async #smallFolder(): Promise<string> {
    this.#small ??= await this.host.tmpfs(96 * 1024 * 1024);
    return this.#small;
  }

  async #admitted(plan: string, set: Readonly<Record<string, string>>) {
    const file = `${plan}.yaml`;
    const draft = draftPlan({ file, source: sourceOf(file), set, steps });
    const driver = await openLiveDriver(localHost, {
      uri: this.host.uri,
      domain: draft.domain,
      readonly: true,
      writeDurably: async () => {},
    });
    try {
      const admission = await preflightDraft(draft, driver, runIdAt(new Date()));
      refuseErrors(admission);
      return { graph: admission.graph, admission };
    } finally {
      await driver.close();
    }
  }

  /**
   * Restores the guest for the next case, whatever has happened to it. A guest that can no longer be trusted is replaced by a
   * new one.
   */
  async end({ guest, before, state }: Stage, trusted: boolean): Promise<void> {
    await rm(state, { recursive: true, force: true });
    if (trusted && (await this.#isUsable(guest, before))) {
      await this.#tidy(await liveChain(this.host, guest.name, 'vda'));
      return;
    }
    const { name } = guest;
    this.#shared.forget();
    await this.host.virsh('destroy', name).catch(() => '');
    const metadata = ['--snapshots-metadata', '--checkpoints-metadata'];
    await this.host.virsh('undefine', name, ...metadata).catch(() => '');
    await this.#tidy([]);
  }

  async #isUsable(guest: Guest, before: Snapshot): Promise<boolean> {
    if ((await guest.state().catch(() => 'gone')) === 'shut off') await guest.start();
    if ((await guest.state().catch(() => 'gone')) !== 'running') return false;
    const now = await snapshotOf(this.host, guest);
    const [, ...below] = before.chain;
    const [active, ...rest] = now.chain;
    return (
      JSON.stringify({ ...now, files: [], definition: '', chain: rest }) ===
        JSON.stringify({ ...before, files: [], definition: '', chain: below }) &&
      withoutChain(now.definition.replace(active ?? '', before.chain[0] ?? '')) ===
        withoutChain(before.definition)
    );
  }

  /** Removes every file that the guest does not need. */
  async #tidy(needed: readonly string[]): Promise<void> {
    const folders = [this.host.images, await this.#smallFolder()];
    for (const folder of folders) {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && !needed.includes(path)) await rm(path);
      }
    }
  }

  /** Types the commands that the run printed for starting or resuming the guest. */
  async bringUpAsTold({ guest: { name } }: Stage, { events }: Ended): Promise<void> {
    const last = events.at(-1);
    const next = last?.event === 'run-finished' ? last.next : [];
    for (const verb of ['start', 'resume'])
      if (next.includes(virshCommand({ connect: this.host.uri }, verb, name)))
        await this.host.virsh(verb, name);
  }

  /** Waits until a host that has just booted has started the guest, if it does; the guest's agent comes later. */
  async settled({ guest }: Stage): Promise<void> {
    const info = await this.host.virsh('dominfo', guest.name).catch(() => '');
    if (!/^Autostart:\s+enable/m.test(info)) return;
    await until(
      'the guest to start with its host',
      20_000,
      async () => (await guest.state()) === 'running',
    );
  }
}

/** A definition without libvirt's notes on the files below the active one, which are removed when the disk moves. */
export function withoutChain(definition: string): string {
  return definition.replace(/\s*<backingStore type[\s\S]*<\/backingStore>/, '');
}

/** Every number that the guest acknowledged as durable, in order. */
export async function toldBy(guest: Guest): Promise<number[]> {
  const text = await readFile(guest.console, 'utf8');
  return [...text.matchAll(/^ack (\d+)\r?\n/gm)].map(([, number]) => Number(number));
}
