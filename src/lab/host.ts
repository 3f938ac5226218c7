import { chmod, cp, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { kvmWorks } from './acceleration.ts';
import { command } from './command.ts';
import { makeHostFolder, sweepDeadHosts } from './folder.ts';
import { createGuest, type Guest, type GuestSpec } from './guest.ts';
import { Keeper } from './keeper.ts';
import { type GuestKit, guestKit } from './kit.ts';
import {
  killLibvirtd,
  libvirtdLog,
  libvirtUri,
  type Permissions,
  startLibvirtd,
  writeConfiguration,
} from './libvirtd.ts';

/** A private libvirt host: its own libvirtd in its own namespaces, with its own folder for everything. */
export interface LabHost extends AsyncDisposable {
  readonly name: string;
  /** Reaches the host's libvirtd from anywhere on the machine. */
  readonly uri: string;
  /** The host's folder; {@link stop} removes it. */
  readonly dir: string;
  /** Where images belong; the same path inside and outside the host. */
  readonly images: string;
  /** The log file of the host's libvirtd. */
  readonly logs: string;
  /** Runs one virsh command on the host and returns its standard output; rejects with its standard error. */
  virsh(...argv: string[]): Promise<string>;
  /** Runs qemu-img and returns its standard output. */
  qemuImg(...argv: string[]): Promise<string>;
  createGuest(spec: GuestSpec): Promise<Guest>;
  /** Kills libvirtd with SIGKILL; guests keep running. */
  killDaemon(): Promise<void>;
  startDaemon(): Promise<void>;
  /** Cuts the power: kills every process of the host at once. */
  powerOff(): Promise<void>;
  /** Starts the host again after {@link powerOff}, with its disks and definitions; /run is empty. */
  boot(): Promise<void>;
  /** Mounts a small file system of its own and returns its folder, the same inside and outside. */
  tmpfs(sizeBytes: number): Promise<string>;
  /** Stops the host and removes its processes, mounts and folder. */
  stop(): Promise<void>;
}

export interface HostOptions {
  /** Default: derived from the host's folder. */
  readonly name?: string;
  /** Default: `open`. */
  readonly permissions?: Permissions;
}

/** Starts a private libvirt host. {@link LabHost.stop} removes it; so does the end of this process, however it ends. */
export async function startHost(options: HostOptions = {}): Promise<LabHost> {
  if (process.getuid?.() !== 0) {
    throw new Error('a lab host requires root for its own mounts and namespaces');
  }
  await sweepDeadHosts();
  const dir = await makeHostFolder();
  const { permissions = 'open' } = options;
  const name = options.name ?? basename(dir).replace('blockplan-', '').toLowerCase();
  const host = new StartedLabHost(name, dir, permissions, new Keeper(dir, name, await kvmWorks()));
  try {
    await mkdir(host.images);
    // QEMU's user has to reach the images, but the folder was created for root only.
    if (permissions === 'packaged') await chmod(dir, 0o711);
    await writeConfiguration(dir, name, permissions);
    await host.boot();
  } catch (error) {
    await host.stop();
    throw error;
  }
  return host;
}

class StartedLabHost implements LabHost {
  readonly name: string;
  readonly dir: string;
  readonly uri: string;
  readonly images: string;
  readonly logs: string;
  readonly #permissions: Permissions;
  readonly #keeper: Keeper;
  #kit: Promise<GuestKit> | undefined;
  #init: number | undefined;
  #fileSystems = 0;

  constructor(name: string, dir: string, permissions: Permissions, keeper: Keeper) {
    this.name = name;
    this.dir = dir;
    this.uri = libvirtUri(dir);
    this.images = join(dir, 'images');
    this.logs = libvirtdLog(dir);
    this.#permissions = permissions;
    this.#keeper = keeper;
  }

  kit(): Promise<GuestKit> {
    this.#kit ??= this.#permissions === 'open' ? guestKit() : this.#ownKit();
    return this.#kit;
  }

  /** A copy, because libvirt changes the owner of what QEMU opens, and other hosts boot from the same kit. */
  async #ownKit(): Promise<GuestKit> {
    const { kernel, initrd } = await guestKit();
    const folder = join(this.dir, 'kit');
    const kit = { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
    await mkdir(folder);
    await cp(kernel, kit.kernel);
    await cp(initrd, kit.initrd);
    return kit;
  }

  virsh(...argv: string[]): Promise<string> {
    return command('virsh', ['-c', this.uri, ...argv]);
  }

  qemuImg(...argv: string[]): Promise<string> {
    return command('qemu-img', argv, { cwd: this.images });
  }

  createGuest(spec: GuestSpec): Promise<Guest> {
    return createGuest(this, spec);
  }

  killDaemon(): Promise<void> {
    return killLibvirtd(this.dir, this.initPid());
  }

  startDaemon(): Promise<void> {
    return startLibvirtd(this.dir, this.initPid());
  }

  async powerOff(): Promise<void> {
    await this.#keeper.off();
    this.#init = undefined;
  }

  async boot(): Promise<void> {
    if (this.#init !== undefined) throw new Error(`the lab host ${this.name} is already on`);
    this.#init = await this.#keeper.boot();
    await this.startDaemon();
  }

  async tmpfs(sizeBytes: number): Promise<string> {
    this.#fileSystems += 1;
    const at = join(this.dir, `tmpfs-${this.#fileSystems}`);
    await mkdir(at);
    await command('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'blockplan-lab', at]);
    return at;
  }

  async stop(): Promise<void> {
    this.#init = undefined;
    await this.#keeper.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** The PID of the host's init outside the host. */
  initPid(): number {
    if (this.#init === undefined) throw new Error(`the lab host ${this.name} is off`);
    return this.#init;
  }
}
