/** What a run that succeeds leaves different: chains, files and the definition. */
import { contentLostBy, type Effect } from '../commands/effect.ts';
import { FileSet, fileAt } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { PreviewChain, PreviewChanges, PreviewFile } from './preview.ts';
import { touchedChains } from './preview-chains.ts';
import { definitionDiff, definitionOf } from './preview-definition.ts';
import type { WalkedPhase } from './walked-phase.ts';

/**
 * @param phases the phases that could be simulated
 * @param removed the files that they remove
 */
export function previewChanges(phases: readonly WalkedPhase[], removed: FileSet): PreviewChanges {
  const chains = touchedChains(phases, removed);
  return {
    chains,
    files: changedFiles(phases, chains, removed),
    definition: definitionDiff(definitionOf(phases[0]?.before), definitionOf(phases.at(-1)?.after)),
  };
}

/** The files that no longer exist after the phases, neither at their path nor at another; also temporary ones. */
export function removedFiles(phases: readonly WalkedPhase[]): FileSet {
  const after = phases.at(-1)?.after ?? NO_FILES;
  const moved = new FileSet(
    after,
    movesIn(phases).map(({ file }) => file),
  );
  const gone = Object.keys(after.files).filter((path) => after.files[path] === null);
  return new FileSet(
    after,
    gone.filter((path) => !moved.has(path)),
  );
}

/** The state of a walk without phases. */
const NO_FILES: Pick<HostState, 'files'> = { files: {} };

function changedFiles(
  phases: readonly WalkedPhase[],
  chains: readonly PreviewChain[],
  removed: FileSet,
): PreviewFile[] {
  const [before, after] = [phases[0]?.before ?? NO_FILES, phases.at(-1)?.after ?? NO_FILES];
  const moves = movesIn(phases).filter(({ file, to }) => fileAt(before, file) && fileAt(after, to));
  const moved = new FileSet(
    after,
    moves.flatMap(({ file, to }) => [file, to]),
  );
  const paths = new FileSet(after, Object.keys(after.files)).names;
  const exists = (path: string) => Boolean(fileAt(after, path));
  const isNew = (path: string) => !fileAt(before, path) && !moved.has(path);
  const overwritten = new FileSet(after, effectsOf(phases).flatMap(contentLostBy)).names;
  const left = chains.flatMap((chain) => {
    const rest = new FileSet(
      after,
      chain.after.map(({ file }) => file),
    );
    return chain.before.flatMap(({ file }) => (rest.has(file) ? [] : [file]));
  });
  const kept = new FileSet(after, left).names;
  const named = (change: PreviewFile['change'], files: readonly string[]) =>
    files.map((file): PreviewFile => ({ file, change }));
  return [
    ...named(
      'created',
      paths.filter((path) => exists(path) && isNew(path)),
    ),
    ...named(
      'overwritten',
      overwritten.filter((path) => exists(path) && !isNew(path)),
    ),
    ...moves.map(({ file, to }): PreviewFile => ({ file, change: 'moved', to })),
    ...named(
      'kept',
      kept.filter((path) => !removed.has(path) && !moved.has(path)),
    ),
    ...named(
      'removed',
      removed.names.filter((path) => fileAt(before, path)),
    ),
  ];
}

function effectsOf(phases: readonly WalkedPhase[]): Effect[] {
  return phases.flatMap(({ node, before, start }) => [...node.phase.effects(before, start)]);
}

function movesIn(phases: readonly WalkedPhase[]) {
  return effectsOf(phases).filter((effect) => effect.tool === 'move-file');
}
