/** The expectations of phases, each with the sentence that reports its violation. */
import { isSameDefinedChain } from '../../model/defined-chain.ts';
import { areSameFiles, fileAt, isSameFile } from '../../model/file-identity.ts';
import {
  activeFile,
  type BlockJob,
  diskOf,
  type HostState,
  type Layer,
} from '../../model/host-state.ts';
import { isOnOverlay, type Overlay } from '../overlay.ts';

/** Lists what is wrong in a host state that was observed after the phase; empty if all is as expected. */
export type Expectation = (after: HostState) => readonly string[];

/** The guest runs on that file, opened as a file or as a block device, and the file exists. */
export function runsOn(disk: string, { file, block }: Layer): Expectation {
  return (after) => {
    const top = diskOf(after, disk)?.chain[0];
    if (!top || !isSameFile(after, top.file, file))
      return [
        `${disk} is on ${top?.file ?? 'nothing'}, not on ${file}`,
        ...removedMeanwhile(after, top?.file),
      ];
    return top.block === block
      ? removedMeanwhile(after, top.file)
      : [`libvirt treats ${file} as ${top.block ? 'a block device' : 'a file'}`];
  };
}

/** The guest runs on the same file as before. */
export function activeFileUnchanged(before: HostState, disk: string): Expectation {
  return (after) =>
    isSameFile(after, activeFile(after, disk), activeFile(before, disk))
      ? []
      : [`${disk} is not on the same file as before`];
}

/** The guest writes to the overlay, directly above the file that it wrote to before. */
export function runsOnOverlay(overlay: Overlay): Expectation {
  const { target, file, base } = overlay;
  return (after) =>
    isOnOverlay(after, overlay)
      ? removedMeanwhile(after, file)
      : [`${target} is not on ${file} above ${base}`];
}

export function chainIs(disk: string, layers: readonly Layer[]): Expectation {
  return (after) => {
    const expected = layers.map(({ file }) => file);
    const files = diskOf(after, disk)?.chain.map(({ file }) => file) ?? [];
    return areSameFiles(after, files, expected)
      ? []
      : [`the chain of ${disk} is ${files.join(' -> ')}, not ${expected.join(' -> ')}`];
  };
}

export function noJob(disk: string): Expectation {
  return (after) => (diskOf(after, disk)?.job ? [`the job on ${disk} has not ended`] : []);
}

/** @param copy the image that the backup writes; a backup into another file is another tool's, which may begin at once */
export function backupHasEnded(disk: string, copy: string): Expectation {
  return (after) => {
    const job = diskOf(after, disk)?.job;
    const isOwn = job?.type === 'backup' && isSameFile(after, job.mirror, copy);
    return isOwn ? [`the backup of ${disk} has not ended`] : [];
  };
}

/** @param what describes the job: `the copy of vda to /fast/copy` */
export function jobIsReady(
  disk: string,
  type: BlockJob['type'],
  mirror: string,
  what: string,
): Expectation {
  return (after) => {
    const job = diskOf(after, disk)?.job;
    if (!job) return [`${disk} has no ${type === 'copy' ? 'copy' : 'commit'} job`];
    const removed = removedMeanwhile(after, mirror);
    if (removed.length > 0) return removed;
    return job.type === type && job.ready && isSameFile(after, job.mirror, mirror)
      ? []
      : [`${what} is not ready`];
  };
}

/** The persistent definition names that file, so the next start opens it. */
export function definedOn(disk: string, file: string): Expectation {
  return (after) => {
    const source = diskOf(after, disk)?.persistentSource;
    return isSameFile(after, source, file)
      ? []
      : [`the persistent definition names ${source ?? 'no file'} for ${disk}, not ${file}`];
  };
}

/** The persistent definition names the layers of that disk as `wanted` does; all else in it may have been edited. */
export function layersAreDefined(disk: string, wanted: string): Expectation {
  return ({ domain: { definition } }) =>
    definition !== undefined && isSameDefinedChain(definition, wanted, disk)
      ? []
      : [`the definition names other layers for ${disk} than before, apart from the copy`];
}

/** @param what describes the expected definition, after "differs from" */
export function definitionIs(definition: string, what: string): Expectation {
  return ({ domain }) =>
    domain.definition === definition ? [] : [`the definition differs from ${what}`];
}

/** Nobody has started the guest, or started it and saved its memory. */
export const guestIsOff: Expectation = ({ domain: { name, state, managedSave } }) => [
  ...(state === 'shut off' ? [] : [`"${name}" is ${state}, although it was off`]),
  ...(managedSave ? [`"${name}" has a managed save image now`] : []),
];

/** libvirt has a record of that snapshot. */
export function snapshotIsRecorded(snapshot: string): Expectation {
  return ({ domain }) =>
    domain.snapshots.includes(snapshot) ? [] : [`libvirt has no record of snapshot ${snapshot}`];
}

/** libvirt has a record of that checkpoint. */
export function checkpointIsRecorded(checkpoint: string): Expectation {
  return ({ domain }) =>
    domain.checkpoints.includes(checkpoint)
      ? []
      : [`libvirt has no record of checkpoint ${checkpoint}`];
}

export function checkpointIsGone(checkpoint: string): Expectation {
  return ({ domain }) =>
    domain.checkpoints.includes(checkpoint) ? [`the checkpoint ${checkpoint} still exists`] : [];
}

export function fileExists(file: string): Expectation {
  return (after) => (fileAt(after, file) ? [] : [`${file} does not exist`]);
}

/** What is at the path was made by this run. */
export function madeByRun(file: string): Expectation {
  return (after) => (fileAt(after, file)?.made ? [] : [`${file} was not created by this run`]);
}

export function fileIsAbsent(file: string): Expectation {
  return (after) => (fileAt(after, file) ? [`${file} still exists`] : []);
}

export function fileNotRemoved(file: string): Expectation {
  return (after) => removedMeanwhile(after, file);
}

/**
 * Reports a file that another process has removed. QEMU keeps writing to it, but the data is lost when the guest stops, and
 * a pivot would move the guest there.
 */
function removedMeanwhile(after: HostState, file: string | undefined): string[] {
  return file !== undefined && fileAt(after, file) === null
    ? [`${file} was removed while it was in use`]
    : [];
}
