/** What a copy requires of the place that it goes to. */
import { codes } from '../../codes.ts';
import { disksUsing, fileAt } from '../../model/file-identity.ts';
import type { Disk, World } from '../../model/world.ts';
import { bytesToCopy, type Copy, copyFormat, temporaries, usesExisting } from '../copy.ts';
import { checkBacking, overwritable } from './existing-file.ts';
import { newFile, openable } from './new-file.ts';
import { type Needs, refuse } from './requirement.ts';

/** Requires a place for the copy: not on the guest's own disks, over no file unless told, and one where QEMU can write. */
export function copyDestination(needs: Needs, copy: Copy, world: World, disk: Disk): void {
  const { dest } = copy;
  const [taken] = disksUsing(world, dest);
  const what = `${dest} belongs to the guest's own disk ${taken?.target}`;
  const isFree = needs.requireUnlisted(
    `${dest} belongs to no disk of the guest`,
    'domain',
    taken ? [refuse(codes.fileExistence, 'dest', what, 'choose another path')] : [],
  );
  if (!isFree) return;
  const bytes = bytesToCopy(copy, world, disk);
  if (!usesExisting(copy)) {
    newFile(needs, world, 'dest', dest, bytes);
    openable(needs, world, 'dest', dest, true);
    return;
  }
  const { blockdev = false, 'reuse-external': reuse = false } = copy;
  const format = copyFormat(copy, disk);
  const missing = fileAt(world, dest)
    ? []
    : [
        refuse(
          codes.fileExistence,
          'dest',
          `there is no ${dest} to copy into`,
          'make it first: qemu-img create',
        ),
      ];
  // A whole copy is opened alone, but the next start looks into its header; in a raw one there is none to look into.
  const below = (copy.shallow ? disk.chain[1]?.file : undefined) ?? null;
  const misbacked = reuse && format !== 'raw' ? checkBacking(world, 'dest', dest, below) : [];
  needs.require(`there is ${dest} to copy into, made for it`, { file: dest }, [
    ...missing,
    ...misbacked,
  ]);
  const { capacity } = disk;
  overwritable(needs, world, 'dest', {
    file: dest,
    format,
    block: blockdev,
    reuse,
    capacity,
    bytes,
  });
}

/** Requires the places of the overlays that a rollback of a flattened chain puts beside the old file. */
export function roomForRollback(needs: Needs, copy: Copy, world: World, disk: Disk): void {
  const files = temporaries(copy, disk);
  const [top] = disk.chain;
  if (!top || files.length === 0) return;
  needs.requireUnlisted(
    `overlays can be made beside ${top.file}`,
    'domain',
    top.block
      ? [
          refuse(
            codes.rollbackNeedsFolder,
            'disk',
            `the way back from a flat copy needs overlays beside ${top.file}, which is a block device`,
            'add "shallow: true"',
          ),
        ]
      : [],
  );
  for (const file of files)
    needs.require(
      `there is no file ${file}, whose place the way back needs`,
      { file },
      fileAt(world, file)
        ? [
            refuse(
              codes.fileExistence,
              'disk',
              `${file} exists already, and the way back would need its place`,
              'it may hold what a guest wrote in a run that could not be brought back: see what it is, and move it away',
            ),
          ]
        : [],
    );
}

export function sharesChain(needs: Needs, copy: Copy, disk: Disk): void {
  needs.requireUnlisted(
    `the copy of ${copy.disk} can have a backing file`,
    'domain',
    copyFormat(copy, disk) === 'raw'
      ? [
          refuse(
            codes.conflictingFormat,
            'shallow',
            `${copy.disk} is raw, and a raw copy cannot share a backing chain`,
            'add "format: qcow2", or leave "shallow" out',
          ),
        ]
      : [],
  );
}
