/** The next start of a guest: what it would find on its disks, seen on the QEMU that libvirt starts from its definition. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertCleanImages, imageChain, type OpenedDisk, openedDisks } from './chains.ts';
import type { LabHost } from './host.ts';
import { assertComplete, readLog } from './log.ts';

/** What the next start has to find. */
export interface Expected {
  /** The last number that the guest was told to be durable. */
  readonly upTo: number;
  /** What it has open now, where the next start has to open the same. */
  readonly live?: readonly OpenedDisk[];
  /** The disks that the guest writes its numbers to; all of them where absent. */
  readonly targets?: readonly string[];
  /** Its QEMU was killed, so that images may have leaked clusters, which lose nothing (qemu-img, "check", exit code 3). */
  readonly wasKilled?: boolean;
}

/**
 * What the next start of a domain, from its persistent definition, would not find as expected, as clauses: on each disk
 * all numbers, in clean images, whose headers name the files that QEMU opens. The guest runs, or is off.
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
      ...(looked.length === 0 ? ['it has none of its disks'] : []),
      ...(opens === has ? [] : [`it opens ${opens}, and has ${has} open now`]),
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
    faults.push(`${target}: opens ${files}, its headers name ${named}`);
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
 * Shuts a guest off, starts it from its persistent definition, and looks at the disks that libvirt opened for it. It is
 * started paused, so that it writes nothing; a guest that was up goes on afterwards from where it was, on that definition,
 * since a boot takes many times longer than to save its memory and to restore it. One that was off is off again.
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

/** The saved XML names the layers of before; the definition has QEMU look into the headers, as a start does. */
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
