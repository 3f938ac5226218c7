/** The backing chains that a phase, or a whole plan, changes. */
import type { FileSet } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { PreviewChain, PreviewLayer } from './preview.ts';
import type { WalkedPhase } from './walked-phase.ts';

/**
 * The disks whose chains differ between two host states.
 * @param removed the files that the run removes
 */
export function changedChains(
  before: HostState,
  after: HostState,
  removed: FileSet,
): PreviewChain[] {
  const earlier = chainsOf(before, removed);
  return [...chainsOf(after, removed)].flatMap(([target, chain]) => {
    const was = earlier.get(target) ?? [];
    return JSON.stringify(was) === JSON.stringify(chain)
      ? []
      : [{ target, before: was, after: chain }];
  });
}

/** The disks whose chain any of the phases changes: before the first phase, and after the last. */
export function touchedChains(phases: readonly WalkedPhase[], removed: FileSet): PreviewChain[] {
  const [first, last] = [phases[0], phases.at(-1)];
  if (!first || !last) return [];
  const changed = phases.flatMap(({ before, after }) => changedChains(before, after, removed));
  const touched = new Set(changed.map(({ target }) => target));
  const earlier = chainsOf(first.before, removed);
  return [...chainsOf(last.after, removed)].flatMap(([target, after]) =>
    touched.has(target) ? [{ target, before: earlier.get(target) ?? [], after }] : [],
  );
}

function chainsOf(state: HostState, removed: FileSet): Map<string, PreviewLayer[]> {
  return new Map(
    state.domain.disks.map((disk) => [
      disk.target,
      disk.chain.map(({ file, format }) => ({
        ...{ file, format },
        ...(removed.has(file) ? { removed: true as const } : {}),
      })),
    ]),
  );
}
