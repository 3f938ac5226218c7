/** A guest that cases share as long as each leaves it as it was, and what "as it was" means. */
import { readdir } from 'node:fs/promises';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import type { GuestDiskSpec } from '../../src/lab/images.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';

/** Everything that a run must restore to the byte. */
export interface Snapshot {
  readonly definition: string;
  readonly autostart: string;
  readonly state: string;
  readonly chain: readonly string[];
  readonly files: readonly string[];
  readonly snapshots: readonly string[];
  readonly checkpoints: readonly string[];
}

export async function snapshotOf(host: LabHost, guest: Guest): Promise<Snapshot> {
  const { name } = guest;
  const moments = async (kind: 'snapshot' | 'checkpoint') => {
    const names = (await host.virsh(`${kind}-list`, name, '--name'))
      .split('\n')
      .filter((each) => each !== '');
    return Promise.all(
      names.map((each) => host.virsh(`${kind}-dumpxml`, name, each, '--security-info')),
    );
  };
  const [definition, live, info] = await Promise.all([
    host.virsh('dumpxml', '--inactive', '--security-info', name),
    host.virsh('dumpxml', name),
    host.virsh('dominfo', name),
  ]);
  return {
    definition,
    autostart: /^Autostart:\s+(\S+)/m.exec(info)?.[1] ?? '',
    state: await guest.state(),
    chain: readDomainXml(live).disks[0]?.chain.map((layer) => layer.file) ?? [],
    files: (await readdir(host.images, { recursive: true })).sort(),
    snapshots: await moments('snapshot'),
    checkpoints: await moments('checkpoint'),
  };
}

const DISK: GuestDiskSpec = {
  target: 'vda',
  chain: ['base', 'snap1', 'snap2'],
  fill: 6_000_000,
  size: 64 * 1024 * 1024,
};

/** Provides a writing guest, and a new one after the last was spoilt. */
export class SharedGuest {
  readonly #host: LabHost;
  readonly #more: readonly GuestDiskSpec[];
  #guest: Guest | undefined;

  /** @param more disks besides vda */
  constructor(host: LabHost, more: readonly GuestDiskSpec[] = []) {
    this.#host = host;
    this.#more = more;
  }

  async get(): Promise<Guest> {
    this.#guest ??= await this.#make();
    return this.#guest;
  }

  /** The guest is not as it was: the next case gets a new one. */
  async spoil(): Promise<void> {
    const guest = this.#guest;
    this.#guest = undefined;
    if (guest && (await guest.state()) !== 'shut off') await guest.destroy();
  }

  /** The guest no longer exists: the next case gets a new one. */
  forget(): void {
    this.#guest = undefined;
  }

  /** With a snapshot's and a checkpoint's metadata, autostart and a password, since all of them can be lost. */
  async #make(): Promise<Guest> {
    const guest = await this.#host.createGuest({
      disks: [DISK, ...this.#more],
      autostart: true,
      extraXml: "<graphics type='vnc' autoport='yes' passwd='secret'/>",
    });
    await guest.waitForWrites(2);
    await this.#host.virsh('snapshot-create-as', guest.name, 'earlier', '--disk-only', '--atomic');
    return guest;
  }
}
