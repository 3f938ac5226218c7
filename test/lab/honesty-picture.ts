/** The parts of a host state that the honesty tests compare, and how a difference is reported. */
import { statSync } from 'node:fs';
import { nameIn } from '../../src/host/file-names.ts';
import type { SimulatedHost } from '../../src/host/simulated-host.ts';
import { command } from '../../src/lab/command.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { observedState } from '../../src/simulate/observed-host.ts';

/** The observed state, with the contents of the images' headers. */
export async function reallyTold(state: HostState): Promise<object> {
  return { ...told(state), headers: await headers(state) };
}

/** The simulated state, with the headers of the images that really exist. */
export function imaginedTold(
  host: SimulatedHost,
  files: readonly string[],
  real: HostState,
): object {
  const images = imagesOf(real).map((path) => {
    const name = nameIn(host, path);
    return `${path}: ${host.formats[name]} on ${host.headers[name]}`;
  });
  return { ...told(observedState(host, files)), headers: images };
}

/** The differences, line by line; empty if both are the same. */
export function differences(imagined: object, real: object): string[] {
  if (JSON.stringify(imagined) === JSON.stringify(real)) return [];
  const linesOf = (value: object) => JSON.stringify(value, undefined, 1).split('\n');
  const [ours, theirs] = [linesOf(imagined), linesOf(real)];
  return [
    'simulated and observed state differ:',
    ...ours.filter((line) => !theirs.includes(line)).map((line) => `simulated: ${line.trim()}`),
    ...theirs.filter((line) => !ours.includes(line)).map((line) => `observed:  ${line.trim()}`),
  ];
}

/** Everything except sizes, identities, libvirt's own indexes and the identity of the QEMU process. */
function told({ domain, files }: HostState) {
  const { kept: _journal, process: _one, tracking: _read, definition, disks, ...rest } = domain;
  return {
    domain: Object.fromEntries(Object.entries(rest).sort()),
    definition: definition === undefined ? [] : disksOf(definition),
    disks: disks.map(({ target, device, readonly, snapshot, chain, persistentSource, job }) => ({
      target,
      device,
      readonly,
      snapshot,
      chain: chain.map(({ file, format, block }) => `${block ? 'block ' : ''}${file} (${format})`),
      persistentSource,
      job: job && `${job.type}, ${job.ready ? 'ready' : 'not ready'}, ${job.mirror}`,
    })),
    // Folders that the run has not made were there before, and are not simulated.
    files: Object.keys(files)
      .filter((path) => files[path] && (files[path].made || !isFolder(path)))
      .sort()
      .map((path) => `${path}${files[path]?.made ? ' (made)' : ''}`),
  };
}

/** The disks of a definition, with every element but without space between them. */
function disksOf(definition: string): string[] {
  const disks = definition.match(/<disk [\s\S]*?<\/disk>/g) ?? [];
  return disks.map((disk) => disk.replace(/>\s+</g, '><'));
}

/** Format and backing file of each image, as qemu-img reads them. */
async function headers(state: HostState): Promise<string[]> {
  return Promise.all(
    imagesOf(state).map(async (path) => {
      const text = await command('qemu-img', ['info', '-U', '--output=json', path]);
      const info = JSON.parse(text) as { format: string; 'backing-filename'?: string };
      return `${path}: ${info.format} on ${info['backing-filename']}`;
    }),
  );
}

/** The files that exist and no longer, or not yet, exist, if they are empty; a backup's folder has no header. */
function imagesOf({ files, domain }: HostState): string[] {
  const own = domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file));
  return Object.keys(files)
    .filter((path) => files[path] && (files[path].size > 0 || own.includes(path)))
    .filter((path) => !isFolder(path))
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
