/** Backup stores whose images have data and true checksums, made with qemu-img and hand-written manifests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localHost } from '../src/host-io/local-host.ts';
import { type BackupManifest, type ManifestDisk, writeManifest } from '../src/store/manifest.ts';
import { manifestOf } from './stores.ts';

const MIB = 1024 ** 2;

/** The size of each disk; no multiple of a MiB. */
const SIZE = 12 * MIB + 65536;

export interface Filled {
  readonly name: string;
  readonly sequence: number;
  /** The backup that it is an increment of. */
  readonly parent?: string;
  readonly targets?: readonly string[];
  readonly change?: Partial<BackupManifest>;
}

export function qemu(program: 'qemu-img' | 'qemu-io', ...words: string[]): void {
  execFileSync(program, words, { stdio: 'pipe' });
}

/** Adds a backup. Each writes into two MiB of its own, and into the first one, so each point differs. */
export async function fillBackup(
  store: string,
  { name, sequence, parent, targets = ['vda'], change = {} }: Filled,
): Promise<void> {
  const folder = join(store, name);
  mkdirSync(folder, { recursive: true });
  const disks: ManifestDisk[] = [];
  for (const [at, target] of targets.entries()) {
    const file = `${target}.qcow2`;
    const image = join(folder, file);
    const backing = parent === undefined ? [] : ['-b', `../${parent}/${file}`, '-F', 'qcow2'];
    qemu('qemu-img', 'create', '-q', '-u', '-f', 'qcow2', ...backing, image, `${SIZE}`);
    const fill = `write -P ${sequence + at + 1}`;
    const parts = [`${fill} 0 1M`, `${fill} ${(sequence % 10) + 1}M 64k`];
    qemu('qemu-io', '-f', 'qcow2', ...parts.flatMap((part) => ['-c', part]), image);
    const { root } = await localHost.digestImage(image, join(folder, `${target}.sums`));
    disks.push({
      ...{ target, file, capacity: SIZE, source: `/images/web1-${target}.qcow2`, root },
      ...(parent === undefined
        ? ({ mode: 'full' } as const)
        : ({ mode: 'incremental', 'parent-root': rootIn(store, parent, target) } as const)),
    });
  }
  writeFileSync(join(folder, 'definition.xml'), '<domain/>');
  const manifest = manifestOf(name, sequence, parent, { disks, ...change });
  writeFileSync(join(folder, 'manifest.json'), writeManifest(manifest));
}

function rootIn(store: string, name: string, target: string): string {
  const { disks } = JSON.parse(
    readFileSync(join(store, name, 'manifest.json'), 'utf8'),
  ) as BackupManifest;
  return disks.find((disk) => disk.target === target)?.root ?? '';
}

/** A full backup, and two increments. */
export async function fillWeek(store: string): Promise<void> {
  await fillBackup(store, { name: 'mon', sequence: 1 });
  await fillBackup(store, { name: 'tue', sequence: 2, parent: 'mon' });
  await fillBackup(store, { name: 'wed', sequence: 3, parent: 'tue' });
}
