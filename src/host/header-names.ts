/** Names in the headers of a simulated host's images, and those that libvirt remembers of them. */
import { EffectFailed } from '../model/effect-failed.ts';
import { fileAt } from '../model/file-identity.ts';
import { backingPath, isRelative } from '../model/headers.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import { nameIn } from './file-names.ts';

/** The part of a host that this is about. */
interface Host {
  readonly initial: HostState;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the headers are told to name; of a chain's layers of which nothing is told, the path of the layer below. */
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

/** By layer, the relative name that the header above it has for it. */
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

/** The name of the last of these layers as libvirt puts it together (libvirt, virStorageSourceGetRelativeBackingPath). */
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
