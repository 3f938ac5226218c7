/** What a driver would observe of a simulated host. */
import { dirname } from 'node:path';
import { fileOn, nameIn } from '../host/file-names.ts';
import type { SimulatedHost } from '../host/simulated-host.ts';
import { FileSet, fileAt, filesOfDisk } from '../model/file-identity.ts';
import { type HostState, type ImageFile, isUp } from '../model/host-state.ts';
import { withStoresOf } from '../model/known-stores.ts';

/**
 * The result of `Driver.observe`: the domain, and whether files exist at its own and at these paths. Includes what
 * `Driver.headers` adds, which costs nothing here.
 */
export function observedState(host: SimulatedHost, files: readonly string[]): HostState {
  const {
    kept: _journal,
    process: _told,
    tracking: _read,
    confinement,
    ...known
  } = host.state.domain;
  // Only a running guest has an agent, is confined, and has a process.
  const process = { boot: 'simulated', id: host.starts };
  const domain = isUp(host.state)
    ? { ...known, process, ...(confinement ? { confinement } : {}) }
    : { ...known, agent: false };
  const paths = new Set([...files, ...domain.disks.flatMap(filesOfDisk)]);
  return withHeaders(host, {
    domain,
    files: Object.fromEntries(
      [...paths].filter(isPath).map((path) => [path, outside(fileOn(host, path))]),
    ),
    ...namesIn(host.state),
    folders: {},
    others: [],
    host: host.state.host,
  });
}

/** The host's state with the backing file names in the headers of the guest's layers. */
export function stateWithHeaders(host: SimulatedHost): HostState {
  return withHeaders(host, host.state);
}

/** The same host state with the backing file names in the headers of the guest's layers. */
function withHeaders(host: SimulatedHost, state: HostState): HostState {
  const layers = state.domain.disks.flatMap(({ chain }) => chain);
  const images = layers.flatMap(({ file, format }): [string, ImageFile][] => {
    const image = state.files[file];
    return image && format !== 'raw'
      ? [[file, { ...image, backing: host.headers[nameIn(host, file)] ?? null }]]
      : [];
  });
  return { ...state, files: { ...state.files, ...Object.fromEntries(images) } };
}

function namesIn({ names }: HostState): Pick<HostState, 'names'> {
  return names ? { names } : {};
}

function isPath(file: string): boolean {
  return file.startsWith('/');
}

/** What is known of a file without reading it. */
function outside(file: ImageFile | null | undefined): ImageFile | null {
  if (!file) return null;
  const { size, sizeUntold, identity, born, link, made } = file;
  return {
    size,
    ...(sizeUntold ? { sizeUntold } : {}),
    ...(identity === undefined ? {} : { identity }),
    ...(born === undefined ? {} : { born }),
    ...(link ? { link } : {}),
    ...(made ? { made } : {}),
  };
}

/** The result of `Driver.survey`: adds folders, other domains, and the backing files of images that are in no chain. */
export function surveyedState(
  host: SimulatedHost,
  known: HostState,
  files: readonly string[],
): HostState {
  const { state } = host;
  const own = new FileSet(state, state.domain.disks.flatMap(filesOfDisk));
  const below = (path: string) => {
    const file = outside(fileOn(host, path));
    if (own.has(path)) return fileAt(known, path) ?? file;
    if (!file) return file;
    const name = nameIn(host, path);
    const { dataFiles, place } = fileOn(host, path) ?? {};
    return {
      ...file,
      ...(host.formats[name] === 'qcow2' ? { backing: host.headers[name] ?? null } : {}),
      ...(dataFiles ? { dataFiles } : {}),
      ...(place ? { place } : {}),
    };
  };
  const read = Object.fromEntries(files.filter(isPath).map((path) => [path, below(path)]));
  const { tracking } = state.domain;
  return {
    ...withStoresOf(known, state),
    domain: { ...known.domain, ...(tracking ? { tracking } : {}) },
    files: withExtents(host, { ...known.files, ...read }),
    folders: Object.fromEntries(
      files.map((path) => [dirname(path), state.folders[dirname(path)] ?? null]),
    ),
    others: state.others,
  };
}

/** The files with what a simulated host knows of their data: reading it costs nothing here. */
function withExtents(host: SimulatedHost, files: HostState['files']): HostState['files'] {
  const found = Object.entries(files).flatMap(([path, file]): [string, ImageFile][] => {
    const extents = fileOn(host, path)?.extents;
    return file && extents ? [[path, { ...file, extents }]] : [];
  });
  return found.length === 0 ? files : { ...files, ...Object.fromEntries(found) };
}
