/** The next start of a guest: what it would find on its disks, seen on the QEMU that libvirt starts from its definition. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type OpenedDisk, openedDisks } from './chains.ts';
import type { Host } from './host.ts';

/**
 * Shuts a guest off, starts it from its persistent definition, and looks at the disks that libvirt opened for it. It is
 * started paused, so that it writes nothing; a guest that ran goes on afterwards from where it was, on that definition,
 * since a boot takes many times longer than to save its memory and to restore it. One that was off is off again.
 */
export async function atNextStart<T>(
  host: Host,
  domain: string,
  look: (disks: readonly OpenedDisk[]) => Promise<T>,
): Promise<T> {
  const memory = join(host.dir, `${domain}.memory`);
  const ran = (await host.virsh('domstate', domain)).trim() === 'running';
  if (ran) await host.virsh('save', domain, memory);
  try {
    await host.virsh('start', domain, '--paused');
    return await look(openedDisks(await host.virsh('dumpxml', domain)));
  } finally {
    await host.virsh('destroy', domain);
    if (ran) await restored(host, domain, memory);
  }
}

/** The saved XML names the layers of before; the definition has QEMU look into the headers, as a start does. */
async function restored(host: Host, domain: string, memory: string): Promise<void> {
  const definition = join(host.dir, `${domain}.restored.xml`);
  await writeFile(definition, await host.virsh('dumpxml', domain, '--inactive', '--security-info'));
  await host.virsh('restore', memory, '--xml', definition);
}
