/** The files that the report of a run names: those that it has made, and those that the guest no longer needs. */
import { backingPath } from '../model/backing-path.ts';
import {
  FileSet,
  fileAt,
  filesOfDisk,
  filesOfLayer,
  includesFile,
} from '../model/file-identity.ts';
import { recordedBackingName } from '../model/headers.ts';
import type { HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import type { RunState } from './run-state.ts';

/** Files of the guest's former chain that it no longer needs; the plan does not remove them. */
export function unusedFiles(before: HostState, now: HostState): string[] {
  const filesIn = ({ domain }: HostState) =>
    domain.disks.flatMap(({ chain }) => chain.flatMap(filesOfLayer));
  const used = new FileSet(now, filesIn(now));
  return filesIn(before)
    .filter((file) => !used.has(file) && fileAt(now, file))
    .map((file) => `${file} is no longer used by this guest; it is kept${belowText(before, file)}`);
}

/** A guest that is off shows only the top of a chain, and its header what is below. */
function belowText(before: HostState, file: string): string {
  const name = recordedBackingName(before, file);
  const below = typeof name === 'string' ? backingPath(file, name) : '';
  const isListed = before.domain.disks.some(({ chain }) =>
    chain.some((layer) => includesFile(before, filesOfLayer(layer), below)),
  );
  return below.startsWith('/') && !isListed
    ? `, and so is its backing file ${below}, which other images may need`
    : '';
}

/** The destinations of the plan's copies that no chain of the guest needs: backups. */
export function copiesKept(
  { graph }: Pick<RunState, 'graph'>,
  on: HostName,
  now: HostState,
): string[] {
  const used = new FileSet(now, now.domain.disks.flatMap(filesOfDisk));
  return graph.nodes
    .filter(({ first, host, planned }) => first && host === on && planned.step.kind !== 'restore')
    .flatMap(({ planned: { params } }) =>
      // After a pivot the guest has written to the copy: it is no backup, even if another file has replaced it since.
      typeof params.dest === 'string' && params.pivot !== true ? [params.dest] : [],
    )
    .filter((file) => !used.has(file) && fileAt(now, file) !== null)
    .map((file) => `the copy is in ${file}`);
}

/** Files that the run created and that are in no chain of the guest, such as a backup. */
export function filesMade(before: HostState, now: HostState): string[] {
  const used = new FileSet(now, now.domain.disks.flatMap(filesOfDisk));
  return Object.keys(now.files)
    .filter((file) => now.files[file]?.made && !before.files[file] && !used.has(file))
    .map((file) => `${file} was created by this run; it is kept`);
}
