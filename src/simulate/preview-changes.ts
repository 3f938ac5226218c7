/** What a run that succeeds leaves different: chains, files and the definition. */
import { contentLostBy, type Effect } from '../commands/effect.ts';
import type { PreviewChain, PreviewChanges, PreviewFile } from './preview.ts';
import { touchedChains } from './preview-chains.ts';
import { definitionDiff, definitionOf } from './preview-definition.ts';
import type { WalkedPhase } from './walked-phase.ts';

/**
 * @param phases the phases that could be simulated
 * @param removed the files that they remove
 */
export function previewChanges(
  phases: readonly WalkedPhase[],
  removed: ReadonlySet<string>,
): PreviewChanges {
  const chains = touchedChains(phases, removed);
  return {
    chains,
    files: changedFiles(phases, chains, removed),
    definition: definitionDiff(definitionOf(phases[0]?.before), definitionOf(phases.at(-1)?.after)),
  };
}

/** The files that do not exist any more after the phases, neither at their path nor at another; also temporary ones. */
export function removedFiles(phases: readonly WalkedPhase[]): ReadonlySet<string> {
  const files = phases.at(-1)?.after.files ?? {};
  const moved = new Set(movesIn(phases).map(({ file }) => file));
  return new Set(Object.keys(files).filter((file) => files[file] === null && !moved.has(file)));
}

function changedFiles(
  phases: readonly WalkedPhase[],
  chains: readonly PreviewChain[],
  removed: ReadonlySet<string>,
): PreviewFile[] {
  const was = phases[0]?.before.files ?? {};
  const is = phases.at(-1)?.after.files ?? {};
  const moves = movesIn(phases).filter(({ file, to }) => was[file] && is[to]);
  const isMoved = (path: string) => moves.some(({ file, to }) => path === file || path === to);
  const isNew = (path: string) => !was[path] && !isMoved(path);
  const overwritten = new Set(effectsOf(phases).flatMap(contentLostBy));
  const left = chains.flatMap(({ before, after }) =>
    before.map(({ file }) => file).filter((file) => !after.some((layer) => layer.file === file)),
  );
  const named = (change: PreviewFile['change'], files: Iterable<string>) =>
    [...files].map((file): PreviewFile => ({ file, change }));
  return [
    ...named(
      'created',
      Object.keys(is).filter((file) => is[file] && isNew(file)),
    ),
    ...named(
      'overwritten',
      [...overwritten].filter((file) => is[file] && !isNew(file)),
    ),
    ...moves.map(({ file, to }): PreviewFile => ({ file, change: 'moved', to })),
    ...named(
      'kept',
      [...new Set(left)].filter((file) => !removed.has(file) && !isMoved(file)),
    ),
    ...named(
      'removed',
      [...removed].filter((file) => was[file]),
    ),
  ];
}

function effectsOf(phases: readonly WalkedPhase[]): Effect[] {
  return phases.flatMap(({ node, before, start }) => [...node.phase.effects(before, start)]);
}

function movesIn(phases: readonly WalkedPhase[]) {
  return effectsOf(phases).filter((effect) => effect.tool === 'move-file');
}
