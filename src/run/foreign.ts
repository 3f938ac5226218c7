/** Layers that somebody else has put on a disk while a run was under way. */
import type { Graph } from '../graph/graph.ts';
import { FileSet, fileAt, filesOf, includesFile } from '../model/file-identity.ts';
import type { HostName } from '../model/hosts.ts';
import type { World } from '../model/world.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { type Course, hostIn, type RunHost } from './course.ts';

/**
 * What is in a chain that no path of the plan accounts for, in sentences: a snapshot of another tool. It is neither
 * merged nor taken away with what is below it. An image that was there for a disk to be copied into may rest on others,
 * which came with it.
 */
export function foreignLayers(course: Course, on: HostName, now: World): string[] {
  const { known, filled, targets } = ownOf(course.graph, hostIn(course, on));
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

function lookedUp(graph: Graph, { files, world }: RunHost): Own {
  const steps = graph.nodes.map(({ planned }) => planned);
  return {
    known: new FileSet(world, [...files, ...world.domain.disks.flatMap(filesOf)]),
    filled: steps.flatMap((planned) => filledBy(planned, world)),
    targets: new Set(steps.flatMap((planned) => disksOf(planned, world))),
  };
}

function filledBy({ step, params }: PlannedStep, world: World): string[] {
  const { dest } = params as { readonly dest?: string };
  return step.kind === 'blockcopy' && dest !== undefined && fileAt(world, dest) ? [dest] : [];
}

/** The disks that a step works on: those that it names, and for a snapshot without a list all of them. */
function disksOf({ step, params }: PlannedStep, { domain }: World): string[] {
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
