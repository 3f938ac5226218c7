/** What a copy of an image requires: a format that blockplan models, and that nothing writes to it. */
import { codes } from '../../codes.ts';
import {
  fileAt,
  filesOfLayer,
  includesFile,
  isSameFile,
  layerIndex,
  otherWritersOf,
} from '../../model/file-identity.ts';
import { backingPath } from '../../model/headers.ts';
import type { HostState, Layer } from '../../model/host-state.ts';
import { checkSupported } from './disk.ts';
import { type Needs, type Refusal, refuse } from './requirement.ts';

/** Refuses an image in the chain of a disk that has a property that blockplan does not model. */
export function checkModelled(source: string, state: HostState): Refusal[] {
  return state.domain.disks
    .filter(({ chain }) => layerIndex(state, chain, source) >= 0)
    .flatMap((disk) => checkSupported(disk, 'source'));
}

/** Requires that nothing writes to the files that are copied: a layer below that changes makes the copy inconsistent too. */
export function requireNoWriter(needs: Needs, source: string, state: HostState): void {
  const [written] = sourceFiles(source, state).flatMap((file) => writerOf(state, file) ?? []);
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
function writerOf(state: HostState, file: string): Written | undefined {
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
  const [other] = otherWritersOf(state, file);
  return other === undefined
    ? undefined
    : { file, writer: `"${other}"`, hint: `stop "${other}" first, or have it write to an overlay` };
}

/** The files of the source, and of the layers below it. */
export function sourceFiles(source: string, state: HostState): readonly string[] {
  return sourceLayers(source, state).layers.flatMap(filesOfLayer);
}

export interface SourceLayers {
  /** The source and the layers below it, as far as they are known. */
  readonly layers: readonly Layer[];
  /** Whether there may be more. */
  readonly open: boolean;
}

/** The layers of the source's chain or, where it is in no chain of the guest, those that the headers name. */
export function sourceLayers(source: string, state: HostState): SourceLayers {
  const layers: Layer[] = [];
  for (let at = source; ; ) {
    const chain = layersFrom(at, state);
    if (chain.length > 0) return { layers: [...layers, ...chain], open: false };
    const known = fileAt(state, at);
    const { dataFiles = [], format = '', backing } = known ?? {};
    const isRepeated = layerIndex(state, layers, at) >= 0;
    if (isRepeated || (at !== source && !known)) return { layers, open: true };
    layers.push({ file: at, format, dataFiles });
    if (!backing) return { layers, open: at !== source && backing === undefined };
    at = backingPath(at, backing);
  }
}

/** The layer of that file and those below it; none if it is in no chain of the guest. */
export function layersFrom(file: string, state: HostState): readonly Layer[] {
  for (const { chain } of state.domain.disks) {
    const at = layerIndex(state, chain, file);
    if (at >= 0) return chain.slice(at);
  }
  return [];
}
