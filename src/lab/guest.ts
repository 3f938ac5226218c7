import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { domainXml } from './domain.ts';
import { type GuestDiskSpec, makeChain } from './images.ts';
import type { GuestKit } from './kit.ts';
import { assertComplete, readLog } from './log.ts';
import { until } from './poll.ts';

/** The specification of a guest. */
export interface GuestSpec {
  /** Default: a random name. */
  readonly name?: string;
  /** At least one; the guest writes to all of them. */
  readonly disks: readonly [GuestDiskSpec, ...GuestDiskSpec[]];
  /** Whether the definition has the guest agent's channel. Default true. */
  readonly agent?: boolean;
  readonly autostart?: boolean;
  /** Default true. `createGuest` does not wait for the boot; see {@link Guest.waitForWrites}. */
  readonly start?: boolean;
  /** Inserted into `<devices>` as it is: graphics, another disk, … */
  readonly extraXml?: string;
}

/** A disk of a guest and the files that were created for it, base first. */
export interface GuestDisk {
  readonly target: string;
  readonly files: readonly string[];
}

/** What a guest needs of its host. */
export interface GuestHost {
  readonly images: string;
  readonly dir: string;
  /** The kernel and initrd of its guests, at a place that its QEMU may read. */
  kit(): Promise<GuestKit>;
  virsh(...argv: string[]): Promise<string>;
  initPid(): number;
}

/** A small Linux guest that keeps writing numbers to its disks and reports which are durable. */
export interface Guest {
  readonly name: string;
  readonly disks: readonly GuestDisk[];
  /** The file behind the guest's serial console. */
  readonly console: string;
  /** The last number that is durable on every disk; 0 before the first. */
  acknowledged(): Promise<number>;
  /** Waits until `n` more numbers are durable (boot included) and returns the last one. */
  waitForWrites(n?: number): Promise<number>;
  /**
   * The numbers in an image's log; default: the first active layer of the first disk. A running guest is
   * suspended while its image is read.
   */
  log(image?: string): Promise<number[]>;
  /** Reads an image's log and rejects unless it has no gap and reaches `upTo`; returns its last number. */
  verifyLog(image: string, upTo: number): Promise<number>;
  state(): Promise<string>;
  start(): Promise<void>;
  /** Destroys the guest if it runs, like a power loss. */
  destroy(): Promise<void>;
  /** The PID of the guest's QEMU outside the host. */
  qemuPid(): Promise<number>;
  /** Kills the guest's QEMU as a crash would; resolves once libvirt has noticed. */
  killQemu(): Promise<void>;
}

/** Creates the images, defines the guest and, by default, starts it. */
export async function createGuest(home: GuestHost, spec: GuestSpec): Promise<Guest> {
  const name = spec.name ?? `guest-${randomBytes(3).toString('hex')}`;
  const folder = join(home.images, name);
  await mkdir(folder, { recursive: true });
  const disks: GuestDisk[] = [];
  for (const disk of spec.disks) {
    disks.push({ target: disk.target, files: await makeChain(disk, folder) });
  }
  const console = join(home.dir, 'consoles', `${name}.log`);
  await mkdir(join(home.dir, 'consoles'), { recursive: true });
  await writeFile(console, '');
  const definition = join(home.dir, 'consoles', `${name}.xml`);
  const xml = await domainXml({
    name,
    disks: disks.map(({ target, files }, index) => ({
      target,
      file: files.at(-1)!,
      format: files.length > 1 ? 'qcow2' : (spec.disks[index]?.format ?? 'qcow2'),
    })),
    kit: await home.kit(),
    agent: spec.agent ?? true,
    console,
    extraXml: spec.extraXml ?? '',
  });
  await writeFile(definition, xml);
  await home.virsh('define', definition);
  if (spec.autostart === true) await home.virsh('autostart', name);
  const guest = new LabGuest(home, name, disks, console);
  if (spec.start !== false) await guest.start();
  return guest;
}

class LabGuest implements Guest {
  readonly name: string;
  readonly disks: readonly GuestDisk[];
  readonly console: string;
  readonly #home: GuestHost;

  constructor(home: GuestHost, name: string, disks: readonly GuestDisk[], console: string) {
    this.#home = home;
    this.name = name;
    this.disks = disks;
    this.console = console;
  }

  async acknowledged(): Promise<number> {
    const text = await readFile(this.console, 'utf8');
    // A line without a line end may have half a number.
    const last = [...text.slice(-400).matchAll(/^ack (\d+)\r?\n/gm)].at(-1);
    return last === undefined ? 0 : Number(last[1]);
  }

  async waitForWrites(n = 3): Promise<number> {
    const goal = (await this.acknowledged()) + n;
    try {
      return await until(`${this.name} to write number ${goal}`, 60_000, async () => {
        const now = await this.acknowledged();
        return now >= goal && now;
      });
    } catch (error) {
      const console = (await readFile(this.console, 'utf8')).slice(-2000);
      throw new Error(`${(error as Error).message}; its console ends:\n${console}`);
    }
  }

  async log(image: string = this.disks[0]!.files.at(-1)!): Promise<number[]> {
    if ((await this.state()) !== 'running') return readLog(image);
    await this.#home.virsh('suspend', this.name);
    try {
      return await readLog(image);
    } finally {
      await this.#home.virsh('resume', this.name);
    }
  }

  async verifyLog(image: string, upTo: number): Promise<number> {
    const log = await this.log(image);
    assertComplete(log, upTo);
    return log.length;
  }

  async state(): Promise<string> {
    return (await this.#home.virsh('domstate', this.name)).trim();
  }

  async start(): Promise<void> {
    await this.#home.virsh('start', this.name);
  }

  async destroy(): Promise<void> {
    if ((await this.state()) !== 'shut off') await this.#home.virsh('destroy', this.name);
  }

  async qemuPid(): Promise<number> {
    const file = join(this.#home.dir, 'run/libvirt/qemu', `${this.name}.pid`);
    return outerPid(Number(await readFile(file, 'utf8')), this.#home.initPid());
  }

  async killQemu(): Promise<void> {
    process.kill(await this.qemuPid(), 'SIGKILL');
    await until(`libvirt to notice that ${this.name} crashed`, 10_000, async () => {
      const state = await this.state().catch(() => 'gone with its definition');
      return state === 'shut off' || state.startsWith('gone');
    });
  }
}

/** Translates a PID of the lab host with this init into the PID outside. */
async function outerPid(inner: number, init: number): Promise<number> {
  const namespace = await readlink(`/proc/${init}/ns/pid`);
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    if ((await readlink(`/proc/${pid}/ns/pid`).catch(() => '')) !== namespace) continue;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const pids = /^NSpid:\s*(.*)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
    if (Number(pids.at(-1)) === inner) return Number(pid);
  }
  throw new Error(`process ${inner} of the lab host does not exist`);
}
