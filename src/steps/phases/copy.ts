/** The phases of a copy: the mirror, which runs until both sides are equal, and the pivot to it. */
import { setDiskSource } from '../../model/domain-xml.ts';
import { isSameFile } from '../../model/file-identity.ts';
import { diskOf, type HostState, type Layer } from '../../model/host-state.ts';
import { type Copy, copyArgs, copyFormat, temporaryOverlays, usesExisting } from '../copy.ts';
import type { Phase } from '../define.ts';
import { defineDomain } from '../effects/definition.ts';
import { makeFile, writesOver } from '../effects/files.ts';
import { awaitReady, pivot } from '../effects/job.ts';
import { abortOwnJob, removeMade } from '../rollbacks/cancel.ts';
import { mirrorBack } from '../rollbacks/mirror-back.ts';
import { growthOf } from '../sizes.ts';
import { definedOn, jobIsReady, layersAreDefined, noJob, runsOn } from './expect.ts';

export function mirrorPhase(copy: Copy): Phase {
  const { disk, dest } = copy;
  return {
    name: 'mirror',
    summary: `copy ${disk} to ${dest} while the guest writes, until both are equal`,
    rollback: usesExisting(copy)
      ? `cancel the copy; the data that it wrote to ${dest} stays there`
      : 'cancel the copy and remove its file',
    effects: (state) => [
      ...(usesExisting(copy) ? [] : [makeFile(dest, 'reserve the path of the copy')]),
      {
        tool: 'virsh',
        verb: 'blockcopy',
        args: copyArgs(copy, state),
        why: `start the copy of ${disk}`,
        ...(usesExisting(copy) ? writesOver(state, [dest], copy.blockdev === true) : {}),
      },
      awaitReady(disk, copy.timeout, 'until the copy holds all data of the disk'),
    ],
    expects: () => [jobIsReady(disk, 'copy', dest, `the copy of ${disk} to ${dest}`)],
    undo(before, now) {
      const aborted = abortOwnJob(now, disk, dest, 'copy');
      return [...aborted, ...removeMade(before, now, dest, aborted.length > 0)];
    },
  };
}

export function pivotToCopy(copy: Copy): Phase {
  const { disk, dest } = copy;
  return {
    name: 'pivot',
    summary: `switch the guest to ${dest}`,
    rollback: "mirror back to the old file and pivot; the guest's writes to the copy are not lost",
    effects(state) {
      const definition = definitionOnCopy(copy, state);
      return [
        pivot(state, disk, `move ${disk} to the copy`),
        ...(definition === undefined
          ? []
          : [
              defineDomain(
                definition,
                'keep the definition byte for byte, except for the source',
                // A refusal because of what a person has edited would mirror the whole disk back.
                { definition: state.domain.definition ?? '', layersOf: [disk], keepsEdits: true },
              ),
            ]),
      ];
    },
    expects(before) {
      const definition = definitionOnCopy(copy, before);
      return [
        runsOn(disk, topOfCopy(copy, before)),
        noJob(disk),
        ...(before.domain.persistent ? [definedOn(disk, dest)] : []),
        ...(definition === undefined ? [] : [layersAreDefined(disk, definition)]),
      ];
    },
    undo: (before, now) => mirrorBack(copy, before, now),
    rollbackRoom(before) {
      const source = diskOf(before, disk);
      const old = source?.chain[0];
      const most = old ? growthOf(before, old, source.capacity) : 0;
      if (!old || most === 0) return [];
      // A raw device has no holes, so a mirror back from it writes every byte; `qemu-img convert` skips zeroes.
      const whole = copy.blockdev && copyFormat(copy, source) === 'raw';
      const mirrored = temporaryOverlays(copy, source).length === 0;
      return [{ file: old.file, least: whole && mirrored ? most : 0, most }];
    },
  };
}

/** The layer that takes the guest's writes after the pivot. */
function topOfCopy(copy: Copy, state: HostState): Layer {
  const source = diskOf(state, copy.disk);
  return {
    file: copy.dest,
    format: source ? copyFormat(copy, source) : 'raw',
    ...(copy.blockdev ? { block: true } : {}),
  };
}

/**
 * The persistent definition with the copy as its source and every other byte unchanged. libvirt itself also moves it to the
 * copy, but adds an explicit end of the chain: at the next start it would not open the layers below the copy.
 */
function definitionOnCopy(copy: Copy, state: HostState): string | undefined {
  const { definition } = state.domain;
  const source = diskOf(state, copy.disk);
  return definition !== undefined &&
    isSameFile(state, source?.persistentSource, source?.chain[0]?.file)
    ? setDiskSource(definition, copy.disk, topOfCopy(copy, state))
    : undefined;
}
