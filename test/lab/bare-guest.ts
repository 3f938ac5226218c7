/**
 * Guests without an operating system: QEMU runs and waits for something to boot, and data is written through QEMU's own
 * monitor, as the guest's device would write it. They start at once, so hundreds of them can be tested.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative as relativePath } from 'node:path';
import type { Effect } from '../../src/commands/effect.ts';
import { kvmWorks } from '../../src/lab/acceleration.ts';
import { command } from '../../src/lab/command.ts';
import type { LabHost } from '../../src/lab/host.ts';
import type { Virsh } from '../../src/libvirt/virsh.ts';

export interface BareDisk {
  readonly target: string;
  /** The number of layers in its chain. */
  readonly layers: number;
  /** The base's format; overlays are qcow2. */
  readonly format: 'qcow2' | 'raw';
  /** Each layer is in a folder of its own, and its name is relative to the layer above. */
  readonly relative?: boolean;
}

export interface BareSpec {
  readonly disks: readonly BareDisk[];
  readonly persistent: boolean;
  readonly autostart: boolean;
}

const CLUSTER = 64 * 1024;
const CLUSTERS = 128;

/** In bytes. */
export const DISK_SIZE = CLUSTERS * CLUSTER;

/** A durable write to a disk: a cluster filled with one byte. */
interface Write {
  readonly target: string;
  readonly cluster: number;
  readonly value: number;
}

export class BareGuest {
  readonly name: string;
  readonly folder: string;
  readonly #host: LabHost;
  readonly #spec: BareSpec;
  /** The current session: a host that was restarted has another one. */
  readonly #virsh: () => Virsh;
  /** The durable writes: one cluster for each write, and cluster 0 again and again. */
  readonly #writes = new Map<string, Write>();
  /** Those at the instant of the last backup. */
  #backedUp: readonly Write[] = [];
  #count = 0;

  constructor(host: LabHost, virsh: () => Virsh, name: string, spec: BareSpec) {
    this.#host = host;
    this.#virsh = virsh;
    this.name = name;
    this.#spec = spec;
    this.folder = join(host.images, name);
  }

  async begin(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const tops: string[] = [];
    for (const disk of this.#spec.disks) tops.push(await this.#makeChain(disk));
    const xml = join(this.folder, 'domain.xml');
    await writeFile(xml, await definition(this.name, this.#spec, tops));
    if (this.#spec.persistent) {
      await this.#host.virsh('define', xml);
      if (this.#spec.autostart) await this.#host.virsh('autostart', this.name);
      await this.#host.virsh('start', this.name);
    } else await this.#host.virsh('create', xml);
  }

  /** Each layer has a cluster of its own, and all of them the cluster that is overwritten. */
  async #makeChain({ target, layers, format, relative }: BareDisk): Promise<string> {
    let below: { file: string; format: string } | undefined;
    for (let at = 0; at < layers; at++) {
      const folder = relative ? join(this.folder, `${target}-${at}.d`) : this.folder;
      await mkdir(folder, { recursive: true });
      const layer = { file: join(folder, `${target}-${at}`), format: at ? 'qcow2' : format };
      const name = below && (relative ? relativePath(folder, below.file) : below.file);
      const backing = below && name ? ['-b', name, '-F', below.format] : [];
      const size = below ? [] : [String(DISK_SIZE)];
      await command('qemu-img', [
        ...['create', '-q', '-f', layer.format, ...backing, layer.file],
        ...size,
      ]);
      const writes = this.#next(target).flatMap((each) => ['-c', writeCommand(each)]);
      await command('qemu-io', ['-f', layer.format, ...writes, layer.file]);
      below = layer;
    }
    return below?.file ?? '';
  }

  /** The next writes of a disk, recorded as durable. */
  #next(target: string): Write[] {
    this.#count += 1;
    const value = (this.#count % 255) + 1;
    const own = this.#count < CLUSTERS ? [{ target, cluster: this.#count, value }] : [];
    const writes = [...own, { target, cluster: 0, value }];
    for (const write of writes) this.#writes.set(`${write.target} ${write.cluster}`, write);
    return writes;
  }

  /** Makes the guest write durably to each of its disks. */
  async writes(): Promise<void> {
    const commands = this.#spec.disks.flatMap(({ target }) => [
      ...this.#next(target).map((write) => this.#monitor(target, writeCommand(write))),
      this.#monitor(target, 'flush'),
    ]);
    for (const { ok, stdout, error } of await this.#virsh().runAll(commands))
      if (!ok || /error|failed/i.test(stdout))
        throw new Error(`the guest cannot write: ${error ?? stdout}`);
  }

  /** Remembers what a backup must hold that an effect has begun. */
  performed(effect: Effect): void {
    if (effect.tool === 'virsh' && effect.verb === 'backup-begin')
      this.#backedUp = [...this.#writes.values()];
  }

  /**
   * The disks that would lack durable writes if the guest were started from that definition. A restored disk must have
   * those of the backup.
   */
  async disksWithLosses(definition: string): Promise<string[]> {
    const lost: string[] = [];
    for (const { target } of this.#spec.disks) {
      const isRestored = new RegExp(`'[^']*/${this.name}-step-\\d+-${target}\\.qcow2'`).test(
        definition,
      );
      const durable = isRestored ? this.#backedUp : [...this.#writes.values()];
      const reads = durable
        .filter((write) => write.target === target)
        .flatMap(({ cluster, value }) => [
          '-c',
          `read -P ${value} ${cluster * CLUSTER} ${CLUSTER}`,
        ]);
      const image = imageOf(definition, target);
      await command('qemu-io', ['-r', '-U', ...reads, `json:${JSON.stringify(image)}`]).catch(() =>
        lost.push(target),
      );
    }
    return lost;
  }

  #monitor(target: string, io: string): string[] {
    const at = this.#spec.disks.findIndex((disk) => disk.target === target);
    const device = `/machine/peripheral/virtio-disk${at}/virtio-backend`;
    const line = `qemu-io -d ${device} "${io}"`;
    return ['qemu-monitor-command', '--domain', this.name, '--hmp', '--cmd', line];
  }

  /** Removes everything. */
  async end(): Promise<void> {
    const quietly = (...argv: string[]) => this.#host.virsh(...argv).catch(() => '');
    await quietly('destroy', this.name);
    await quietly('undefine', this.name, '--snapshots-metadata', '--checkpoints-metadata');
    await rm(this.folder, { recursive: true });
  }
}

/** The layers for QEMU to open: those of the definition, and below them those of the last one's header. */
function imageOf(definition: string, target: string): object {
  const disk = (definition.match(/<disk [\s\S]*?<\/disk>/g) ?? []).find((each) =>
    each.includes(`<target dev='${target}'`),
  );
  const files = [...(disk ?? '').matchAll(/<source file='([^']*)'/g)].map(([, file]) => file);
  const formats = [...(disk ?? '').matchAll(/<(?:driver|format) [^>]*type='([^']*)'/g)];
  const ends = /<backingStore\/>/.test(disk ?? '');
  return files.reduceRight<object | null | undefined>(
    (backing, filename, at) => ({
      driver: formats[at]?.[1],
      file: { driver: 'file', filename },
      ...(backing === undefined || formats[at]?.[1] === 'raw' ? {} : { backing }),
    }),
    ends ? null : undefined,
  ) as object;
}

function writeCommand({ cluster, value }: Write): string {
  return `write -P ${value} ${cluster * CLUSTER} ${CLUSTER}`;
}

async function definition(name: string, spec: BareSpec, tops: readonly string[]): Promise<string> {
  const disks = spec.disks.map(
    ({ target, layers, format }, at) => `    <disk type='file' device='disk'>
      <driver name='qemu' type='${layers > 1 ? 'qcow2' : format}'/>
      <source file='${tops[at]}'/>
      <target dev='${target}' bus='virtio'/>
    </disk>`,
  );
  return `<domain type='${(await kvmWorks()) ? 'kvm' : 'qemu'}'>
  <name>${name}</name>
  <memory unit='MiB'>16</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/></features>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${disks.join('\n')}
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}
