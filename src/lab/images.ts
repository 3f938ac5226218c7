import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, relative as relativePath, resolve } from 'node:path';
import { command } from './command.ts';

/** The specification of a lab guest's disk. */
export interface GuestDiskSpec {
  /** `vda`, `vdb`, … */
  readonly target: string;
  /**
   * The layers, base first. A plain name becomes `<images>/<guest>/<name>.<format>`; a path is used
   * unchanged. An existing file is used as it is, so guests can share a base.
   */
  readonly chain: readonly string[];
  /** The base's format; overlays are always qcow2. Default qcow2. */
  readonly format?: 'qcow2' | 'raw';
  /** In bytes; default 64 MiB. */
  readonly size?: number;
  /** Bytes of incompressible data in the base, so that copies take some time. */
  readonly fill?: number;
  /** Name backing files by their relative path instead of their absolute one. Default false. */
  readonly relativeBacking?: boolean;
}

interface Layer {
  readonly file: string;
  readonly format: 'qcow2' | 'raw';
}

/** The default size of a disk, in bytes. */
export const DEFAULT_SIZE = 64 * 1024 * 1024;

/**
 * Creates the images of a disk and returns their files, base first. The disk holds one ext4 file system.
 * Each layer adds an empty file `/<layer>.layer` to it, which shows that the layer is present.
 */
export async function makeChain(disk: GuestDiskSpec, folder: string): Promise<string[]> {
  const work = await mkdtemp(join(folder, '.work-'));
  try {
    const raw = join(work, 'disk.raw');
    await makeFileSystem(raw, work, disk);
    const files: string[] = [];
    let below: Layer | undefined;
    for (const layer of disk.chain) {
      const format = below === undefined ? (disk.format ?? 'qcow2') : 'qcow2';
      const file = layer.includes('/') ? resolve(layer) : join(folder, `${layer}.${format}`);
      await mkdir(dirname(file), { recursive: true });
      if (await exists(file)) {
        await command('qemu-img', ['convert', '-U', '-f', format, '-O', 'raw', file, raw]);
      } else {
        const mark = `/${layer.split('/').at(-1)}.layer`;
        await command('debugfs', ['-w', '-R', `write /dev/null ${mark}`, raw]);
        await writeLayer(raw, { file, format }, below, disk.relativeBacking ?? false);
      }
      below = { file, format };
      files.push(file);
    }
    return files;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeFileSystem(raw: string, work: string, disk: GuestDiskSpec): Promise<void> {
  const content = join(work, 'content');
  await mkdir(content);
  if (disk.fill !== undefined) await writeFile(join(content, 'fill'), randomBytes(disk.fill));
  await writeFile(raw, '');
  await truncate(raw, disk.size ?? DEFAULT_SIZE);
  await command('mkfs.ext4', ['-q', '-F', '-m', '0', '-d', content, raw]);
}

async function writeLayer(
  raw: string,
  { file, format }: Layer,
  below: Layer | undefined,
  relative: boolean,
): Promise<void> {
  if (below === undefined) {
    await command('qemu-img', ['convert', '-f', 'raw', '-O', format, raw, file]);
    return;
  }
  const onto = (backing: string) => ['-f', 'qcow2', '-b', backing, '-F', below.format, file];
  // An overlay on the finished content, rebased onto the layer below, keeps only the difference.
  await command('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', raw, '-F', 'raw', file]);
  await command('qemu-img', ['rebase', ...onto(below.file)]);
  if (relative) {
    const path = relativePath(dirname(file), below.file);
    await command('qemu-img', ['rebase', '-u', ...onto(path)]);
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
