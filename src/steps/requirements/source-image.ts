/** What a copy of an image requires: a format that blockplan models, and that nothing writes to it. */
import { codes } from '../../codes.ts';
import {
  filesOfLayer,
  includesFile,
  isSameFile,
  layerIndex,
  otherWritersOf,
  runningWritersOf,
} from '../../model/file-identity.ts';
import type { HostState } from '../../model/host-state.ts';
import { layersFrom, layersOfSource } from '../../model/source-layers.ts';
import { checkSupported } from './disk.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/** Refuses an image in the chain of a disk that has a property that blockplan does not model. */
export function checkModelled(source: string, state: HostState): Refusal[] {
  return state.domain.disks
    .filter(({ chain }) => layerIndex(state, chain, source) >= 0)
    .flatMap((disk) => checkSupported(disk, 'source'));
}

/**
 * Requires that nothing writes to the files that are copied: a layer below that changes makes the copy inconsistent too.
 * Below an image that is in no chain of the guest there may be the disk of a template, which is off.
 * @param format the format in which the source is read; undefined where unknown
 */
export function requireNoWriter(
  needs: Needs,
  source: string,
  format: string | undefined,
  state: HostState,
): void {
  const own = layersFrom(source, state).length > 0;
  const [written] = layersOfSource(source, format, state).flatMap((layer, depth) => {
    const writersOf = own || depth === 0 ? otherWritersOf : runningWritersOf;
    return filesOfLayer(layer).flatMap((file) => writerOf(state, file, writersOf) ?? []);
  });
  const rests =
    !written || isSameFile(state, written.file, source) ? '' : `, a backing file of ${source}`;
  needs.require(
    `no guest writes to ${source} or to a file below it`,
    'others',
    written
      ? [
          refuse(
            codes.sourceInUse,
            'source',
            `${written.writer} writes to ${written.file}${rests}, so a copy would be inconsistent`,
            written.hint,
          ),
        ]
      : [],
  );
}

interface Written {
  readonly file: string;
  /** The guest that writes to it, as text. */
  readonly writer: string;
  readonly hint: string;
}

/** The current writer of the file, and what to do about it; undefined if nothing writes to it. */
function writerOf(
  state: HostState,
  file: string,
  writersOf: typeof otherWritersOf,
): Written | undefined {
  const own = state.domain.disks.find(({ chain, job }) => {
    const [active, ...below] = chain;
    const written = [...(active ? filesOfLayer(active) : []), job?.mirror];
    return includesFile(state, job ? [...written, ...below.flatMap(filesOfLayer)] : written, file);
  });
  if (own)
    return {
      file,
      writer: `"${state.domain.name}" (${own.target})`,
      hint: 'add a snapshot-create-as step before this one, and copy the file below its overlay',
    };
  const [other] = writersOf(state, file);
  return other === undefined
    ? undefined
    : { file, writer: `"${other}"`, hint: `stop "${other}" first, or have it write to an overlay` };
}
