/** Reads the headers of a guest's own images: they decide what its next start will read. */

import type { HostIO } from '../host-io/host-io.ts';
import { backingPath, type ChainImage } from '../model/backing-path.ts';
import { definedChain, readDefinition } from '../model/defined-chain.ts';
import { filesOfLayer } from '../model/file-identity.ts';
import type { Domain, HostState, ImageFile, Layer } from '../model/host-state.ts';
import { withDataFiles } from './data-files.ts';
import { chainByProgram, ImageHeaders, imageInfo } from './image-headers.ts';

/** By path, the name of the backing file in an image's header; `null` for none. */
type Names = Readonly<Record<string, string | null>>;

/**
 * Adds to an observed host state the backing file names in the headers of the layers of the guest's disks and of its
 * definition, and the identities of the files that they lead to.
 * @param within a run: qemu-img can be killed when storage does not answer, a read of blockplan's own cannot
 */
export async function readHeaders(
  io: HostIO,
  state: HostState,
  within?: 'run',
): Promise<HostState> {
  const chains = state.domain.disks.map(({ chain }) => chain).filter(isReadable);
  const read = await Promise.all(
    chains.map(async (chain) => {
      const [top] = chain;
      const whole = top && within === undefined ? await io.readBackingChain(top) : undefined;
      return namesIn(io, chain, whole ?? (top && (await chainByProgram(io, top))));
    }),
  );
  const names = Object.fromEntries(read.flatMap((each) => Object.entries(each)));
  const led = Object.entries(names).flatMap(([file, name]) =>
    name === null ? [] : [backingPath(file, name)],
  );
  const looked = await io.inspectFiles(led);
  const named = Object.entries(names).flatMap(([file, backing]): [string, ImageFile][] => {
    const image = state.files[file];
    return image ? [[file, { ...image, backing }]] : [];
  });
  return {
    ...state,
    files: { ...state.files, ...Object.fromEntries(named) },
    names: { ...looked.names, ...state.names },
  };
}

function isReadable([top]: readonly Layer[]): boolean {
  return top?.file.startsWith('/') === true && top.format !== 'raw';
}

/** @param whole the chain as the headers name it; layers that it does not have are read one by one */
async function namesIn(
  io: HostIO,
  chain: readonly Layer[],
  whole: readonly ChainImage[] = [],
): Promise<Names> {
  const names: Record<string, string | null> = {};
  for (const { file, format, name } of whole) if (format !== 'raw') names[file] = name;
  for (const { file, format } of chain) {
    if (file in names || format === 'raw' || !file.startsWith('/')) continue;
    const info = await imageInfo(io, file, format, []);
    // A header that cannot be read stays unknown.
    if (typeof info !== 'string') names[file] = info[0]?.['backing-filename'] ?? null;
  }
  return names;
}

/** The files that a domain's next start would open, as far as they can be determined, and the images that cannot be read. */
export async function filesAtNextStart(
  io: HostIO,
  domain: Domain,
): Promise<{ readonly files: readonly string[]; readonly unread: readonly string[] }> {
  const { definition, disks } = domain;
  const headers = new ImageHeaders(io);
  const defined = definition === undefined ? [] : readDefinition(definition).disks;
  const chains = defined.map(({ target }) => definedChain(definition ?? '', target));
  // A restored definition names the layers that the guest runs on.
  const tops = [
    ...chains.flatMap(({ layers, ends }) => (ends ? [] : layers.slice(-1))),
    ...disks.flatMap(({ chain }) => chain.slice(0, 1)),
  ];
  const read = await Promise.all(tops.map((layer) => headers.of(layer)));
  const named = await Promise.all(
    chains.flatMap(({ layers }) => layers.map((layer) => withDataFiles(io, layer))),
  );
  return {
    files: [
      ...named.flatMap(filesOfLayer),
      ...read.flatMap(({ files, dataFiles }) => [...files, ...dataFiles]),
    ],
    unread: read.flatMap(({ unread }) => unread),
  };
}
