/** Backing file names in the headers of a simulated host's images, and those that libvirt remembers. */
import { backingPath, isRelative } from '../model/backing-path.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { fileAt } from '../model/file-identity.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import { nameIn } from './file-names.ts';

/** The part of a host that these functions need. */
interface Host {
  readonly initial: HostState;
  readonly headers: Readonly<Record<string, string>>;
}

/** The backing file name in each header; for a layer of a chain without a known name, the path of the layer below. */
export function headersIn(state: HostState): Record<string, string> {
  const name = (file: string) => nameIn({ initial: state }, file);
  const links = state.domain.disks.flatMap(({ chain }) =>
    chain
      .slice(1)
      .map(({ file }, at): [string, string] => [chain[at]?.file ?? '', file])
      .filter(([above]) => fileAt(state, above)?.backing === undefined),
  );
  const told = Object.entries(state.files).flatMap(([file, image]): [string, string][] =>
    typeof image?.backing === 'string' ? [[file, image.backing]] : [],
  );
  return Object.fromEntries([...told, ...links].map(([file, below]) => [name(file), below]));
}

/** For each layer, the relative name in the header above it. */
export function relativeNames(on: Host, layers: readonly Layer[]): Record<string, string> {
  return Object.fromEntries(
    layers.flatMap(({ file }): [string, string][] => {
      const name = on.headers[nameIn(on, file)];
      return name !== undefined && isRelative(name)
        ? [[nameIn(on, backingPath(file, name)), name]]
        : [];
    }),
  );
}

/** The relative name of the last of these layers as libvirt composes it (virStorageSourceGetRelativeBackingPath). */
export function relativeName(
  { relative }: { readonly relative: Readonly<Record<string, string>> },
  layers: readonly string[],
): string {
  return layers.reduce((path, file) => {
    const name = relative[file];
    if (name === undefined)
      throw new EffectFailed("error: can't keep relative backing relationship");
    return backingPath(path, name);
  }, '');
}
