/** Layers that another user has put on a disk while a run was under way. */
import type { Graph } from '../graph/graph.ts';
import { FileSet, fileAt, filesOfDisk, includesFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { hostIn, type RunHost, type RunState } from './run-state.ts';

/**
 * What is in a chain that no path of the plan accounts for, in sentences: a snapshot of another tool. It is neither
 * merged nor taken away with what is below it. An image that was there for a disk to be copied into may rest on others,
 * which came with it.
 */
export function foreignLayers(run: RunState, on: HostName, now: HostState): string[] {
  const { known, filled, targets } = ownOf(run.graph, hostIn(run, on));
  return now.domain.disks
    .filter(({ target }) => targets.has(target))
    .flatMap(({ target, chain }) => {
      const last = chain.findIndex(({ file }) => includesFile(now, filled, file));
      return chain
        .slice(0, last < 0 ? chain.length : last)
        .filter(({ file }) => !known.has(file) && !includesFile(now, known.names, file))
        .map(
          ({ file }) =>
            `${target} has a layer that this run did not make, ${file}: somebody else has made a snapshot of it or moved it`,
        );
    });
}

/** What a run knows as its own: the same at each of its looks, and long for a long plan. */
interface Own {
  /** All paths that it may touch, and those of the guest's disks. */
  readonly known: FileSet;
  /** The images that were there before the run for a disk to be copied into. */
  readonly filled: readonly string[];
  readonly targets: ReadonlySet<string>;
}

const owns = new WeakMap<RunHost['files'], Own>();

function ownOf(graph: Graph, host: RunHost): Own {
  const found = owns.get(host.files) ?? lookedUp(graph, host);
  owns.set(host.files, found);
  return found;
}

function lookedUp(graph: Graph, { files, initial }: RunHost): Own {
  const steps = graph.nodes.map(({ planned }) => planned);
  return {
    known: new FileSet(initial, [...files, ...initial.domain.disks.flatMap(filesOfDisk)]),
    filled: steps.flatMap((planned) => filledBy(planned, initial)),
    targets: new Set(steps.flatMap((planned) => disksOf(planned, initial))),
  };
}

function filledBy({ step, params }: PlannedStep, state: HostState): string[] {
  const { dest } = params as { readonly dest?: string };
  return step.kind === 'blockcopy' && dest !== undefined && fileAt(state, dest) ? [dest] : [];
}

/** The disks that a step works on: those that it names, and for a snapshot without a list all of them. */
function disksOf({ step, params }: PlannedStep, { domain }: HostState): string[] {
  const { disk, diskspec } = params as {
    readonly disk?: string;
    readonly diskspec?: readonly { readonly disk?: string }[];
  };
  if (disk !== undefined) return [disk];
  if (step.kind !== 'snapshot-create-as') return [];
  const listed = diskspec?.flatMap((each) => each.disk ?? []) ?? ['*'];
  return listed.includes('*')
    ? domain.disks.filter(({ device }) => device === 'disk').map(({ target }) => target)
    : listed;
}
