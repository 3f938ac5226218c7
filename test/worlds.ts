/** Host states for tests: a host with a guest on a chain, other guests that use its base, and every change to it. */
import { dirname } from 'node:path';
import type {
  Disk,
  Domain,
  Folder,
  HostState,
  ImageFile,
  Layer,
  OtherDomain,
} from '../src/model/host-state.ts';

const MiB = 1024 * 1024;

export const BASE = '/export/vmimages/base.qcow2';
export const SNAP1 = '/export/vmimages/testvm.snap1';
export const SNAP2 = '/export/vmimages/testvm.snap2';
export const DATA = '/export/vmimages/testvm-data.img';
export const ISO = '/export/iso/debian.iso';

/** One disk in a definition. */
interface DiskXml {
  readonly target: string;
  readonly device: Disk['device'];
  readonly type: string;
  readonly file: string | undefined;
  readonly format: string;
  readonly readonly: boolean;
}

function diskXml({ target, device, type, file, format, readonly }: DiskXml): string {
  const source =
    file === undefined ? '' : `\n      <source ${type === 'block' ? 'dev' : 'file'}='${file}'/>`;
  return `    <disk type='${type}' device='${device}'>
      <driver name='qemu' type='${format}' discard='unmap'/>${source}
      <target dev='${target}' bus='virtio'/>${readonly ? '\n      <readonly/>' : ''}
      <alias name='ua-${target}'/>
    </disk>`;
}

/** A persistent definition as `virsh dumpxml --inactive --security-info` prints it. */
export function definitionXml(name: string, uuid: string, disks: readonly DiskXml[]): string {
  return `<domain type='kvm'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <title>Größe &amp; "Zustand" des Gastes</title>
  <metadata>
    <app:notes xmlns:app="https://example.org/app" since='2019'>line one&#10;line two</app:notes>
  </metadata>
  <memory unit='KiB'>1048576</memory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${disks.map(diskXml).join('\n')}
    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
    </channel>
    <graphics type='vnc' port='-1' autoport='yes' passwd='s&lt;cret'/>
  </devices>
</domain>
`;
}

/** A disk; its persistent source is its active file by default. */
export function disk(target: string, files: readonly string[], change: Partial<Disk> = {}): Disk {
  const chain: Layer[] = files.map((file, at) => ({
    file,
    format: /\.(img|raw|iso)$/.test(file) ? 'raw' : 'qcow2',
    index: at + 1,
  }));
  const source = files[0];
  return {
    target,
    device: 'disk',
    readonly: false,
    chain,
    capacity: 10_240 * MiB,
    ...(source === undefined ? {} : { persistentSource: source }),
    ...change,
  };
}

/** The same domain with a definition that names its disks' persistent sources. */
function defined(domain: Domain): Domain {
  const disks = domain.disks.map((each) => ({
    ...each,
    type: each.chain[0]?.block ? 'block' : 'file',
    file: each.persistentSource,
    format: each.chain[0]?.format ?? 'raw',
  }));
  return { ...domain, definition: definitionXml(domain.name, domain.uuid, disks) };
}

export interface Scene {
  readonly disks?: readonly Disk[];
  readonly domain?: Partial<Domain>;
  readonly others?: readonly OtherDomain[];
  readonly files?: Readonly<Record<string, ImageFile | null>>;
  readonly folders?: Readonly<Record<string, Folder | null>>;
}

/** A host on which `testvm` runs: vda on `base <- snap1 <- snap2`, vdb raw, a CD, and another guest on the same base. */
export function world(scene: Scene = {}): HostState {
  const disks = scene.disks ?? [
    disk('vda', [SNAP2, SNAP1, BASE]),
    disk('vdb', [DATA]),
    disk('sda', [ISO], { device: 'cdrom', readonly: true }),
  ];
  const running: Domain = {
    name: 'testvm',
    uuid: '4dea22b3-1d52-d8f3-2516-782e98ab3fa0',
    state: 'running',
    persistent: true,
    autostart: true,
    disks,
    agent: true,
    snapshots: [],
    checkpoints: [],
    managedSave: false,
    nvram: false,
    tpm: false,
    ...scene.domain,
  };
  const domain = running.persistent ? defined(running) : withoutSources(running);
  const chains = disks.flatMap((each) => each.chain.map((layer) => layer.file));
  return {
    domain: scene.domain?.definition === undefined ? domain : { ...domain, ...scene.domain },
    files: {
      ...Object.fromEntries(
        chains.filter((file) => file.startsWith('/')).map((file) => [file, { size: 40 * MiB }]),
      ),
      ...scene.files,
    },
    folders: scene.folders ?? {},
    others: scene.others ?? [neighbour('neighbour', [BASE], [])],
    host: { uri: 'qemu:///system' },
  };
}

function withoutSources(domain: Domain): Domain {
  const disks = domain.disks.map(({ persistentSource: _none, ...rest }) => rest);
  return { ...domain, disks, autostart: false };
}

/** Another domain that has those files and writes to some of them. */
export function neighbour(
  name: string,
  files: readonly string[],
  writes: readonly string[],
  unread: readonly string[] = [],
): OtherDomain {
  return { name, files, writes, unread };
}

/** The host state with what an observation of these paths adds: absent files, and folders with free space. */
export function looked(state: HostState, paths: readonly string[]): HostState {
  const files = Object.fromEntries(paths.map((path) => [path, null]));
  const folders = Object.fromEntries(
    paths.map((path) => [dirname(path), { writable: true, free: 100_000 * MiB }]),
  );
  return {
    ...state,
    files: { ...files, ...state.files },
    folders: { ...folders, ...state.folders },
  };
}

/** The same value, frozen: every attempt to change it throws. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
