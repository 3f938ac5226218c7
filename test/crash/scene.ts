/** What the cases share: a lab host, a writing guest or one that is off, and folders that a case may fill up. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { virshCommand } from '../../src/command.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { agentConnected, listing } from '../../src/lab/picture.ts';
import { until } from '../../src/lab/poll.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { runIdAt } from '../../src/model/run-id.ts';
import { draftPlan } from '../../src/plan/read.ts';
import { type Admission, preflightDraft, refuseErrors } from '../../src/run/preflight.ts';
import { steps } from '../../src/steps/registry.ts';
import { SharedGuest, type Snapshot, snapshotOf } from '../lab/fault-guest.ts';
import { type Ended, tool } from '../lab/support.ts';
import { sourceOf } from '../plans.ts';
import type { Blow } from './cases.ts';
import {
  makeStoredGuest,
  type RestorableDisk,
  SECOND_DISK,
  type StoredGuest,
  storeWithBackup,
} from './stored-guest.ts';
import { sumsIn } from './stores.ts';

/** The inputs of a plan's run, and the state before it. */
export interface Stage {
  readonly plan: string;
  readonly guest: Guest;
  readonly before: Snapshot;
  /** The last number whose write the guest acknowledged as durable. */
  readonly acknowledged: number;
  readonly set: Readonly<Record<string, string>>;
  readonly state: string;
  /** The folder of the small file system. */
  readonly small: string;
  /** The paths there and in the host's folder of images before the run. */
  readonly paths: readonly string[];
  /** The sums of the files in the plan's backup store. */
  readonly stored?: Readonly<Record<string, string>>;
  /** The disks that the plan restores. */
  readonly restores?: readonly RestorableDisk[];
  readonly graph: Graph;
  readonly admission: Admission;
}

/** The variables of a plan's run besides the guest, and what is known of its store. */
interface Input extends Pick<Stage, 'stored' | 'restores'> {
  readonly set: Readonly<Record<string, string>>;
}

const FULL_BACKUP = 'full-backup';
const RESTORE = 'restore';

/** Plans of the same kind share a guest. */
function kindOf(plan: string): string {
  return plan.startsWith('live-') ? 'live' : plan;
}

export class Scene {
  readonly host: LabHost;
  /** The kind of plans that the guest is for. */
  #kind: string | undefined;
  #shared: SharedGuest;
  #off: StoredGuest | undefined;
  #last: Guest | undefined;
  #cases = 0;
  #small: string | undefined;

  constructor(host: LabHost) {
    this.host = host;
    this.#shared = new SharedGuest(host);
  }

  /** Prepares a case. */
  async begin(plan: string, blow: Blow | undefined): Promise<Stage> {
    const guest = await this.#guestFor(plan);
    if (plan !== RESTORE) await agentConnected(this.host, guest.name);
    const acknowledged = plan === RESTORE ? 0 : await guest.waitForWrites(1);
    this.#cases += 1;
    const folder = join(this.host.images, `case-${this.#cases}`);
    await mkdir(folder);
    const small = await this.#smallFolder();
    const on = (full: Blow) => (blow === full ? small : folder);
    const { set, ...known } = await this.#inputOf(plan, guest, on);
    const before = await snapshotOf(this.host, guest);
    const state = join(blow === 'state-full' ? small : this.host.dir, `state-${this.#cases}`);
    const paths = await listing(this.host.images, small);
    const { graph, admission } = await this.#admitted(plan, { domain: guest.name, ...set });
    const of = { set: { domain: guest.name, ...set }, ...known, graph, admission };
    return { plan, guest, before, acknowledged, state, small, paths, ...of };
  }

  /** Guests of other plans are removed: a guest takes a part of the machine, and its disks take space. */
  async #guestFor(plan: string): Promise<Guest> {
    if (this.#kind !== kindOf(plan)) {
      if (this.#last) await this.#remove(this.#last);
      this.#kind = kindOf(plan);
      this.#shared = new SharedGuest(this.host, plan === FULL_BACKUP ? [SECOND_DISK] : []);
    }
    if (plan === RESTORE) this.#off ??= await makeStoredGuest(this.host);
    this.#last = this.#off?.guest ?? (await this.#shared.get());
    return this.#last;
  }

  async #inputOf(plan: string, guest: Guest, on: (full: Blow) => string): Promise<Input> {
    const dest = on('destination-full');
    const number = this.#cases;
    switch (plan) {
      case FULL_BACKUP: {
        const store = join(dest, `store-${number}`);
        const stored = await this.#copyEarlier(guest, store);
        return { set: { store, backup: `backup-${number}` }, stored };
      }
      case RESTORE: {
        const { store = '', stored = {}, disks: restores = [] } = this.#off ?? {};
        return { set: { store, dest }, stored, restores };
      }
      case 'live-backup': {
        const overlay = join(on('overlay-full'), `overlay-${number}.qcow2`);
        return { set: { dest: join(dest, `copy-${number}.qcow2`), overlay } };
      }
      default:
        return { set: { dest: join(dest, `copy-${number}.qcow2`) } };
    }
  }

  /** A new store with a backup of the guest. */
  async #copyEarlier(guest: Guest, store: string): Promise<Readonly<Record<string, string>>> {
    const first = join(this.host.dir, `store-of-${guest.name}`);
    const isMade = (await readdir(this.host.dir)).includes(`store-of-${guest.name}`);
    const stored = isMade ? await sumsIn(first) : await storeWithBackup(this.host, guest, first);
    await tool('cp', '-a', first, store);
    return stored;
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
  async end({ plan, guest, before, state }: Stage, trusted: boolean): Promise<void> {
    await rm(state, { recursive: true, force: true });
    if (plan === RESTORE && this.#off && trusted) return this.#reset(this.#off);
    if (plan !== RESTORE && trusted && (await this.#isUsable(guest, before))) {
      const targets = guest.disks.map(({ target }) => liveChain(this.host, guest.name, target));
      await this.#tidy((await Promise.all(targets)).flat());
      return;
    }
    await this.#remove(guest);
  }

  async #remove({ name }: Guest): Promise<void> {
    this.#shared.forget();
    this.#off = undefined;
    this.#last = undefined;
    await this.host.virsh('destroy', name).catch(() => '');
    const metadata = ['--snapshots-metadata', '--checkpoints-metadata'];
    await this.host.virsh('undefine', name, ...metadata).catch(() => '');
    await this.#tidy([]);
  }

  /** The guest has its former disks again. */
  async #reset({ guest, definition }: StoredGuest): Promise<void> {
    await guest.destroy();
    const xml = join(this.host.dir, 'former.xml');
    await writeFile(xml, definition);
    await this.host.virsh('define', xml);
    await this.#tidy(guest.disks.flatMap(({ files }) => files));
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
