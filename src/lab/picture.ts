/** Pictures of a domain and of its host's folders, taken with libvirt's and QEMU's own tools and never with blockplan's. */
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

/** Every path below the folders, sorted: what a run may have left behind. */
export async function listing(...folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder, { recursive: true })).map((name) => join(folder, name)),
    ),
  );
  return found.flat().sort();
}

/** Names and metadata of what libvirt has on record for a domain, parents first. */
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

/** The name of the current snapshot; undefined where there is none. */
export function currentSnapshot(host: LabHost, domain: string): Promise<string | undefined> {
  return host.virsh('snapshot-current', domain, '--name').then(
    (name) => name.trim(),
    () => undefined,
  );
}

/** All of a domain that a rollback has to bring back, and what else is in the folders. */
export interface Picture {
  readonly state: string;
  readonly persistent: string;
  readonly autostart: string;
  /** The persistent definition with passwords; undefined for a transient domain. */
  readonly definition: string | undefined;
  /** The live definition without the numbers that QEMU gives its nodes again. */
  readonly live: string;
  readonly snapshots: Record<string, string>;
  readonly currentSnapshot: string | undefined;
  readonly checkpoints: Record<string, string>;
  /** By target, the chain of the image that the guest writes to, as its header tells it. */
  readonly chains: Record<string, string[]>;
  readonly files: string[];
}

/** Looks at a domain and at folders; the host's images by default. */
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
    // libvirt leaves an empty <metadata/> in the live definition where a marker was; it says nothing.
    // The guest agent connects when the guest has booted so far.
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

/** Waits until libvirt sees the guest agent, without which nothing can be frozen. */
export async function agentConnected(host: LabHost, domain: string): Promise<void> {
  await until('the guest agent', 30_000, async () =>
    (await host.virsh('dumpxml', domain)).includes("state='connected'"),
  );
}
