/** What removing or moving a layer requires of its file, so that the driver does not refuse it during a run. */
import { basename, dirname, join } from 'node:path';
import { codes } from '../../codes.ts';
import { indexOfFile, isSameFile } from '../../model/file-identity.ts';
import type { HostState, Layer } from '../../model/host-state.ts';
import { checkFolder, requireNoFile } from './new-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';
import { requireUnnamed } from './unshared.ts';

/** Why the layer's file cannot be replaced by another one, as a clause about the file; undefined if it can. */
export function whyUnremovable(state: HostState, { file, block }: Layer): string | undefined {
  if (block) return `${file} is a block device`;
  // The link would be removed and the file would stay, which is not what the plan asks for.
  if (state.files[file]?.link) return `${file} is a symbolic link`;
  return state.folders[dirname(file)]?.writable === false
    ? `${file} is in a folder that is read-only or belongs to another user`
    : undefined;
}

/** Requires that the layers' files can be removed. @param key the option that asks for it */
export function requireRemovable(
  needs: Needs,
  state: HostState,
  key: string,
  layers: readonly Layer[],
): void {
  const hint = `leave "${key}" out, and remove the file yourself after the run`;
  for (const layer of layers)
    requireRegularFile(needs, state, layer, (why) =>
      refuse(codes.fileNotRemovable, key, `${why}, so it cannot be removed`, hint),
    );
}

function requireRegularFile(
  needs: Needs,
  state: HostState,
  layer: Layer,
  refusal: (why: string) => Refusal,
): void {
  const { file } = layer;
  const why = whyUnremovable(state, layer);
  const unmet = why === undefined ? [] : [refusal(why)];
  needs.require(`${file} is a regular file in a writable folder`, { file }, unmet);
}

/** The path of a file in the quarantine folder: it keeps its name. */
export function quarantinePath(folder: string, file: string): string {
  return join(folder, basename(file));
}

/** Requires that the layers' files can be moved to that folder by a rename, without overwriting another file. */
export function requireMovable(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  folder: string,
  layers: readonly Layer[],
): void {
  const places = layers.map(({ file }) => quarantinePath(folder, file));
  for (const [at, layer] of layers.entries()) {
    const { file } = layer;
    const place = quarantinePath(folder, file);
    requireRegularFile(needs, state, layer, (why) =>
      refuse(
        codes.cannotMoveAside,
        key,
        `${why}, so it cannot be moved`,
        'leave "quarantine" out, and move the file yourself after the run',
      ),
    );
    const isTaken = indexOfFile(state, places, place) < at;
    if (isTaken)
      needs.require(`no two of the files have the name ${basename(place)}`, 'domain', [
        refuse(
          codes.cannotMoveAside,
          key,
          `two of the files have the name ${basename(place)}`,
          'use "delete"',
        ),
      ]);
    const isThere = isSameFile(state, place, file);
    if (!isTaken && !isThere) {
      requireNoFile(needs, state, key, place);
      requireUnnamed(needs, state, key, [place]);
    }
    needs.require(
      `${folder} is a folder on the same file system as ${file}`,
      { folder: place },
      checkAside(state, key, folder, file),
    );
  }
}

function checkAside(state: HostState, key: ParamPath, folder: string, file: string): Refusal[] {
  const place = quarantinePath(folder, file);
  if (isSameFile(state, place, file))
    return [
      refuse(
        codes.cannotMoveAside,
        key,
        `${file} is already in ${folder}`,
        'choose another folder',
      ),
    ];
  const [from, to] = [dirname(file), folder].map((path) => state.folders[path]?.fileSystem);
  return from === undefined || to === undefined || from === to
    ? checkFolder(state, key, place, 0)
    : [
        refuse(
          codes.cannotMoveAside,
          key,
          `${folder} and ${file} are on different file systems: the file would have to be copied`,
          'choose another folder',
        ),
      ];
}
