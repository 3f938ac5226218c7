/** What a copy requires of the place that it goes to. */
import { codes } from '../../codes.ts';
import { disksUsing, fileAt } from '../../model/file-identity.ts';
import type { Disk, HostState } from '../../model/host-state.ts';
import { bytesToCopy, type Copy, copyFormat, temporaryOverlays, usesExisting } from '../copy.ts';
import { checkBacking, requireOverwritable } from './existing-file.ts';
import { requireNewFile, requireWritableByQemu } from './new-file.ts';
import { type Needs, refuse } from './requirement.ts';

/** Requires a place for the copy: not on the guest's own disks, over no file by default, and one where QEMU can write. */
export function requireCopyDestination(
  needs: Needs,
  copy: Copy,
  state: HostState,
  disk: Disk,
): void {
  const { dest } = copy;
  const [taken] = disksUsing(state, dest);
  const what = `${dest} belongs to the guest's own disk ${taken?.target}`;
  const isFree = needs.requireUnlisted(
    `${dest} belongs to no disk of the guest`,
    'domain',
    taken ? [refuse(codes.fileExistence, 'dest', what, 'choose another path')] : [],
  );
  if (!isFree) return;
  const bytes = bytesToCopy(copy, state, disk);
  if (!usesExisting(copy)) {
    requireNewFile(needs, state, 'dest', dest, bytes);
    requireWritableByQemu(needs, state, 'dest', dest, true);
    return;
  }
  const { blockdev = false, 'reuse-external': reuse = false } = copy;
  const format = copyFormat(copy, disk);
  const missing = fileAt(state, dest)
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
  const misbacked = reuse && format !== 'raw' ? checkBacking(state, 'dest', dest, below) : [];
  needs.require(`there is ${dest} to copy into, made for it`, { file: dest }, [
    ...missing,
    ...misbacked,
  ]);
  const { capacity } = disk;
  requireOverwritable(needs, state, 'dest', {
    file: dest,
    format,
    block: blockdev,
    reuse,
    capacity,
    bytes,
  });
}

/** Requires the places of the overlays that a rollback of a flattened chain puts beside the old file. */
export function requireRollbackRoom(needs: Needs, copy: Copy, state: HostState, disk: Disk): void {
  const files = temporaryOverlays(copy, disk);
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
      fileAt(state, file)
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

export function requireBackingChain(needs: Needs, copy: Copy, disk: Disk): void {
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
