/** Pictures of a domain and of its host's folders, taken only with the tools of libvirt and QEMU. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { imageChains } from './chains.ts';
import type { LabHost } from './host.ts';
import { until } from './poll.ts';

/** `virsh dumpxml --inactive --security-info`, byte for byte. */
export function definition(host: LabHost, domain: string): Promise<string> {
  return host.virsh('dumpxml', domain, '--inactive', '--security-info');
}

/** One line of `virsh dominfo`. */
async function info(host: LabHost, domain: string, key: string): Promise<string> {
  const text = await host.virsh('dominfo', domain);
  return (new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '').trim();
}

/** Whether the domain starts with its host. */
export async function isAutostarted(host: LabHost, domain: string): Promise<boolean> {
  return (await info(host, domain, 'Autostart')) === 'enable';
}

/** Every path below the folders, sorted. */
export async function listing(...folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  return found.flat().sort();
}

/** The names and metadata of a domain's snapshots or checkpoints, parents first. */
export async function metadataRecords(
  host: LabHost,
  domain: string,
  kind: 'snapshot' | 'checkpoint',
): Promise<Record<string, string>> {
  const names = (await host.virsh(`${kind}-list`, domain, '--name', '--topological'))
    .split('\n')
    .filter((name) => name !== '');
  const entries: [string, string][] = [];
  for (const name of names)
    entries.push([name, await host.virsh(`${kind}-dumpxml`, domain, name, '--security-info')]);
  return Object.fromEntries(entries);
}

/** The name of the current snapshot; undefined if none is. */
export function currentSnapshot(host: LabHost, domain: string): Promise<string | undefined> {
  return host.virsh('snapshot-current', domain, '--name').then(
    (name) => name.trim(),
    () => undefined,
  );
}

/** Everything of a domain that a rollback has to restore, and the files in the folders. */
export interface Picture {
  readonly state: string;
  readonly persistent: string;
  readonly autostart: string;
  /** The persistent definition with passwords; undefined for a transient domain. */
  readonly definition: string | undefined;
  /** The live XML without the node numbers, which QEMU assigns again. */
  readonly live: string;
  readonly snapshots: Record<string, string>;
  readonly currentSnapshot: string | undefined;
  readonly checkpoints: Record<string, string>;
  /** By target, the chain of the image that the guest writes to, according to the headers. */
  readonly chains: Record<string, string[]>;
  readonly files: string[];
}

/** Takes a picture of a domain and of folders; the host's images by default. */
export async function picture(
  host: LabHost,
  domain: string,
  folders: readonly string[] = [host.images],
): Promise<Picture> {
  const [dominfo, live, inactive, snapshots, current, checkpoints, files] = await Promise.all([
    host.virsh('dominfo', domain),
    host.virsh('dumpxml', domain, '--security-info'),
    definition(host, domain),
    metadataRecords(host, domain, 'snapshot'),
    currentSnapshot(host, domain),
    metadataRecords(host, domain, 'checkpoint'),
    listing(...folders),
  ]);
  const line = (key: string) =>
    (new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(dominfo)?.[1] ?? '').trim();
  return {
    state: line('State'),
    persistent: line('Persistent'),
    autostart: line('Autostart'),
    definition: line('Persistent') === 'yes' ? inactive : undefined,
    // libvirt leaves an empty <metadata/> in the live XML where a marker was.
    // The guest agent connects only after the boot.
    live: live
      .replace(/ index='\d+'/g, '')
      .replace(/ state='(?:dis)?connected'/g, '')
      .replace(/^ *<metadata\/>\n/m, ''),
    snapshots,
    currentSnapshot: current,
    checkpoints,
    chains: await imageChains(host, live),
    files,
  };
}

/** Waits until libvirt sees the guest agent, which is required to freeze file systems. */
export async function agentConnected(host: LabHost, domain: string): Promise<void> {
  await until('the guest agent', 120_000, async () =>
    (await host.virsh('dumpxml', domain)).includes("state='connected'"),
  );
}
