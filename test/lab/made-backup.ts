/** Makes backups with qemu-img, so that a test needs no guest that runs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localHost } from '../../src/host-io/local-host.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { type ManifestDisk, writeManifest } from '../../src/store/manifest.ts';
import { manifestOf } from '../stores.ts';
import { tool } from './support.ts';

const CAPACITY = 64 * 1024 ** 2;

/** The disks in each backup. */
export const DISKS = ['vda', 'vdb'] as const;

interface StoreToFill {
  readonly host: LabHost;
  readonly store: string;
  /** The name of the guest. */
  readonly guest: string;
  readonly uuid: string;
  readonly definition: string;
  /** The digests of the last backup, by disk. */
  readonly roots: Map<string, string>;
}

/** Makes a backup with data of its own in each image. Only the digest comes from blockplan. */
export async function makeBackup(
  { host, store, guest, uuid, definition, roots }: StoreToFill,
  name: string,
  sequence: number,
  parent?: string,
): Promise<void> {
  const folder = join(store, name);
  await mkdir(folder);
  const disks: ManifestDisk[] = [];
  for (const [at, target] of DISKS.entries()) {
    const file = `${target}.qcow2`;
    const image = join(folder, file);
    const backing = parent === undefined ? [] : ['-b', `../${parent}/${file}`, '-F', 'qcow2'];
    await host.qemuImg('create', '-q', '-u', '-f', 'qcow2', ...backing, image, String(CAPACITY));
    const from = `${sequence * 3 + at}M`;
    await tool('qemu-io', '-f', 'qcow2', '-c', `write -P ${sequence + at} ${from} 4M`, image);
    const { root } = await localHost.digestImage(image, join(folder, `${target}.sums`));
    const below = parent === undefined ? undefined : roots.get(target);
    const made =
      below === undefined
        ? ({ mode: 'full' } as const)
        : ({ mode: 'incremental', 'parent-root': below } as const);
    disks.push({ target, file, capacity: CAPACITY, source: image, root, ...made });
    roots.set(target, root);
  }
  const of = { ...(parent === undefined ? {} : { parent }), domain: guest, uuid, disks };
  await writeFile(
    join(folder, 'manifest.json'),
    writeManifest(manifestOf(name, sequence, parent, of)),
  );
  await writeFile(join(folder, 'definition.xml'), definition);
}
