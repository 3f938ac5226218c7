/** What a copy requires of its destination. */
import { codes } from '../../codes.ts';
import { spaceOfBlockcopy } from '../../commands/blockcopy.ts';
import { disksUsing, fileAt } from '../../model/file-identity.ts';
import type { Disk, HostState } from '../../model/host-state.ts';
import { type Copy, copyFormat, temporaryOverlays, usesExisting } from '../copy.ts';
import { checkBacking, createCommand, requireOverwritable } from './existing-file.ts';
import { requireNewFile, requireWritableByQemu } from './new-file.ts';
import { type Needs, refuse } from './requirement.ts';
import { requireSyncable } from './synced-file.ts';

/** Requires a destination that is not used by the guest's own disks, is new by default, and is writable by QEMU. */
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
  const { least, most } = spaceOfBlockcopy(copy, state, disk);
  if (!usesExisting(copy)) {
    requireNewFile(needs, state, 'dest', dest, least, most);
    requireWritableByQemu(needs, state, 'dest', dest, true);
    return;
  }
  const { blockdev = false, 'reuse-external': reuse = false } = copy;
  const format = copyFormat(copy, disk);
  const { capacity, chain } = disk;
  const [, below] = copy.shallow && format !== 'raw' ? chain : [];
  const missing = fileAt(state, dest)
    ? []
    : [
        refuse(
          codes.fileExistence,
          'dest',
          `${dest} does not exist, so nothing can be copied into it`,
          blockdev
            ? 'correct the path, or create the block device first'
            : `create it first: ${createCommand({ file: dest, format, capacity, below })}`,
        ),
      ];
  // A whole copy is opened alone, but the next start reads its header; a raw copy has no header.
  const backing = below?.file ?? null;
  const misbacked = reuse && format !== 'raw' ? checkBacking(state, 'dest', dest, backing) : [];
  needs.require(`${dest} exists and has the required backing file`, { file: dest }, [
    ...missing,
    ...misbacked,
  ]);
  requireOverwritable(needs, state, 'dest', {
    file: dest,
    format,
    block: blockdev,
    reuse,
    capacity,
    bytes: least,
  });
  requireSyncable(needs, state, 'dest', dest);
}

/** Requires that the rollback of a flat copy can create its overlays beside the old file. */
export function requireRollbackRoom(needs: Needs, copy: Copy, state: HostState, disk: Disk): void {
  const files = temporaryOverlays(copy, disk);
  const [top] = disk.chain;
  if (!top || files.length === 0) return;
  needs.requireUnlisted(
    `overlays can be created beside ${top.file}`,
    'domain',
    top.block
      ? [
          refuse(
            codes.rollbackNeedsFolder,
            'disk',
            `the rollback of a copy without "shallow" needs overlays beside ${top.file}, which is a block device`,
            'add "shallow: true"',
          ),
        ]
      : [],
  );
  for (const file of files)
    needs.require(
      `the path ${file}, which the rollback needs, is free`,
      { file },
      fileAt(state, file)
        ? [
            refuse(
              codes.fileExistence,
              'disk',
              `${file} already exists, but the rollback needs that path`,
              'inspect it and move it away: it may hold data that a guest wrote in a run that could not be rolled back',
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
