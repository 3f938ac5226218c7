/** The next start of a guest: what it would find on its disks, checked by starting it from its definition. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertCleanImages, imageChain, type OpenedDisk, openedDisks } from './chains.ts';
import type { LabHost } from './host.ts';
import { assertComplete, readLog } from './log.ts';

/** What the next start has to find. */
export interface Expected {
  /** The last number that the guest knew to be durable. */
  readonly upTo: number;
  /** What it has open now, if the next start has to open the same. */
  readonly live?: readonly OpenedDisk[];
  /** The disks that the guest writes its numbers to; all disks if absent. */
  readonly targets?: readonly string[];
  /** Set if its QEMU was killed: images may have leaked clusters, which is harmless (qemu-img, "check", exit code 3). */
  readonly wasKilled?: boolean;
}

/**
 * What the next start of a domain from its persistent definition would not find as expected, as clauses. Expected on each
 * disk are all numbers, clean images, and headers that name the files that QEMU opens. The guest may run or be off.
 */
export function faultsAtNextStart(
  host: LabHost,
  domain: string,
  { upTo, live, targets, wasKilled = false }: Expected,
): Promise<string[]> {
  return atNextStart(host, domain, async (disks) => {
    const looked = await Promise.all(
      disks
        .filter(({ target }) => targets?.includes(target) ?? true)
        .map((disk) => faultsOf(host, disk, upTo, wasKilled)),
    );
    const [opens, has] = [placesOf(disks), placesOf(live ?? disks)];
    return [
      ...looked.flat(),
      ...(looked.length === 0 ? ['it has no disks'] : []),
      ...(opens === has ? [] : [`it opens ${opens}, but has ${has} open now`]),
    ];
  });
}

async function faultsOf(
  host: LabHost,
  { target, files, image }: OpenedDisk,
  upTo: number,
  wasKilled: boolean,
): Promise<string[]> {
  const faults: string[] = [];
  const named = await imageChain(host, files[0]!);
  if (named.join() !== files.join())
    faults.push(`${target}: opens ${files}, but its headers name ${named}`);
  try {
    assertComplete(await readLog(image), upTo);
    if (!wasKilled) await assertCleanImages(host, files);
  } catch (error) {
    faults.push(`${target}: ${(error as Error).message}`);
  }
  return faults;
}

function placesOf(disks: readonly OpenedDisk[]): string {
  return disks.map(({ target, files }) => `${target} ${files.join(' -> ')}`).join(', ');
}

/**
 * Shuts a guest off, starts it from its persistent definition, and checks the disks that libvirt opened for it. It is
 * started paused, so that it writes nothing. A guest that was active continues afterwards where it was, with that
 * definition: saving and restoring its memory is much faster than a boot. A guest that was off is off again.
 */
async function atNextStart<T>(
  host: LabHost,
  domain: string,
  look: (disks: readonly OpenedDisk[]) => Promise<T>,
): Promise<T> {
  const memory = join(host.dir, `${domain}.memory`);
  const state = (await host.virsh('domstate', domain)).trim();
  const isUp = state === 'running' || state === 'paused';
  if (isUp) await host.virsh('save', domain, memory);
  try {
    await host.virsh('start', domain, '--paused');
    return await look(openedDisks(await host.virsh('dumpxml', domain)));
  } finally {
    await host.virsh('destroy', domain);
    if (isUp) await restore(host, domain, memory, state);
  }
}

/** The saved XML names the former layers; with the definition, QEMU reads the headers, as at a start. */
async function restore(
  host: LabHost,
  domain: string,
  memory: string,
  state: 'running' | 'paused',
): Promise<void> {
  const definition = join(host.dir, `${domain}.restored.xml`);
  await writeFile(definition, await host.virsh('dumpxml', domain, '--inactive', '--security-info'));
  await host.virsh('restore', memory, '--xml', definition, `--${state}`);
}
