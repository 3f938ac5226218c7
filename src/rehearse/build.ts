/** Builds a rehearsal's guest on a lab host: its images, its definition, its records in libvirt, and its state. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Guest } from '../lab/guest.ts';
import type { LabHost } from '../lab/host.ts';
import { DEFAULT_SIZE, makeChain } from '../lab/images.ts';
import { agentConnected } from '../lab/picture.ts';
import { setDiskSource } from '../model/domain-xml.ts';
import { type Disk, type HostState, isUp } from '../model/host-state.ts';
import { escapeXml } from '../model/xml-edit.ts';
import type { GuestShape, UnwrittenDrive } from './guest-shape.ts';
import type { Paths } from './paths.ts';

/** What a guest is built from. */
export interface Blueprint {
  readonly state: HostState;
  /** Every path that the plan may read, write, create or remove. */
  readonly files: readonly string[];
  readonly shape: GuestShape;
  readonly paths: Paths;
}

/**
 * Resolves when the guest has booted and writes its numbers or, if it is off in the host state, when it is defined.
 * @param awaited waits for the boot, which takes long and may be aborted. Everything that creates files is always
 *   completed: it could otherwise create them after the lab is removed
 */
export async function buildGuest(
  host: LabHost,
  blueprint: Blueprint,
  awaited: (boot: Promise<void>) => Promise<void> = (boot) => boot,
): Promise<Guest> {
  const { state, shape, paths } = blueprint;
  const { domain } = state;
  const [first, ...others] = shape.written;
  if (!first) throw new Error('the guest has no disk to write to');
  await makeFolders(blueprint);
  for (const { spec } of shape.drives) if (spec) await makeChain(spec, host.images);
  const guest = await host.createGuest({
    name: domain.name,
    disks: [first, ...others],
    agent: domain.agent,
    autostart: domain.persistent && domain.autostart,
    start: isUp(state),
    extraXml: shape.drives.map(driveXml).join('\n'),
  });
  await makeExistingFiles(host, state, paths);
  if (isUp(state)) await awaited(booted(host, guest, domain.agent));
  await bringAbout(host, blueprint);
  return guest;
}

async function booted(host: LabHost, guest: Guest, agent: boolean): Promise<void> {
  await guest.waitForWrites();
  if (agent) await agentConnected(host, guest.name);
}

/** A folder that the facts do not mention is assumed to exist, as in preflight. */
async function makeFolders({ state, files, paths }: Blueprint): Promise<void> {
  const named = [...files, ...Object.keys(state.files)].filter((path) => path.startsWith('/'));
  const folders = [...Object.keys(state.folders), ...named.map((path) => dirname(path))].filter(
    (path) => state.folders[path] !== null,
  );
  for (const folder of folders) await mkdir(paths.lab(folder), { recursive: true });
}

/** Existing files that the plan names, such as one that a copy reuses. Those of the disks exist already. */
async function makeExistingFiles(host: LabHost, state: HostState, paths: Paths): Promise<void> {
  for (const [path, file] of Object.entries(state.files)) {
    const at = paths.lab(path);
    if (!file || (await isThere(at))) continue;
    const { format = 'qcow2', backing } = file;
    const below = backing ? ['-u', '-b', paths.lab(backing), '-F', 'qcow2'] : [];
    await host.qemuImg('create', '-q', '-f', format, ...below, at, `${DEFAULT_SIZE}`);
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** After the boot: a definition that names another file, snapshots, checkpoints, no definition at all, a pause. */
async function bringAbout(host: LabHost, { state, shape, paths }: Blueprint): Promise<void> {
  const { domain } = state;
  const inactive = await host.virsh('dumpxml', domain.name, '--inactive');
  const stale = shape.written.flatMap(({ target }) => {
    const disk = domain.disks.find((each) => each.target === target);
    return disk && isStale(disk) ? [disk] : [];
  });
  if (stale.length > 0) {
    const xml = stale.reduce(
      (text, { target, persistentSource = '', chain }) =>
        setDiskSource(text, target, {
          file: paths.lab(persistentSource),
          format: chain[0]?.format ?? 'qcow2',
        }),
      inactive,
    );
    await host.virsh('define', await written(host, 'stale.xml', xml));
  }
  for (const name of domain.snapshots) {
    const xml = snapshotXml(name, inactive);
    await host.virsh(
      'snapshot-create',
      domain.name,
      await written(host, 'moment.xml', xml),
      '--redefine',
    );
  }
  // A bitmap needs an image that can hold one, and a guest that runs.
  const bitmaps = domain.disks
    .filter(({ device, chain }) => device === 'disk' && chain[0]?.format === 'qcow2')
    .flatMap(({ target }) => ['--diskspec', `${target},checkpoint=bitmap`]);
  for (const name of isUp(state) && bitmaps.length > 0 ? domain.checkpoints : [])
    await host.virsh('checkpoint-create-as', domain.name, '--name', name, ...bitmaps);
  if (!domain.persistent) await host.virsh('undefine', domain.name);
  if (domain.state === 'paused') await host.virsh('suspend', domain.name);
}

function isStale({ persistentSource, chain: [active] }: Disk): boolean {
  return persistentSource !== undefined && persistentSource !== active?.file;
}

async function written(host: LabHost, name: string, content: string): Promise<string> {
  const file = join(host.dir, name);
  await writeFile(file, content);
  return file;
}

/** The metadata of an external snapshot. Its overlays, if any, are in the chains already. */
function snapshotXml(name: string, definition: string): string {
  return `<domainsnapshot>
  <name>${escapeXml(name)}</name>
  <state>disk-snapshot</state>
  <creationTime>${Math.floor(Date.now() / 1000)}</creationTime>
  ${definition}
</domainsnapshot>
`;
}

/** On another bus than the written disks: the guest has no driver for it, so it does not use the drive. */
function driveXml({ target, device, format, spec }: UnwrittenDrive): string {
  const bus = device === 'floppy' ? 'fdc' : target.startsWith('hd') ? 'ide' : 'sata';
  const file = spec?.chain.at(-1);
  const source = file === undefined ? '' : `\n      <source file='${escapeXml(file)}'/>`;
  return `    <disk type='file' device='${device === 'lun' ? 'disk' : device}'>
      <driver name='qemu' type='${format}'/>${source}
      <target dev='${escapeXml(target)}' bus='${bus}'/>
      <readonly/>
    </disk>`;
}
