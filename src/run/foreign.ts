/** What other users or tools did to the disks of a plan during its run. */
import type { Graph } from '../graph/graph.ts';
import { FileSet, fileAt, filesOfDisk, includesFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import type { PlannedStep } from '../plan/plan.ts';
import { leftWritesTexts } from './left-writes.ts';
import { hostIn, type RunHost, type RunState } from './run-state.ts';

/** What others did to the plan's disks, in sentences. The run changes nothing there any more. */
export function foreignChanges(run: RunState, on: HostName, now: HostState): string[] {
  return [...foreignLayers(run, on, now), ...leftWritesTexts(hostIn(run, on))];
}

/**
 * Layers in a chain that the plan does not account for, such as another tool's snapshot, in sentences. The run neither
 * merges them nor removes them with the layers below. An existing image that a disk is copied into may have backing files
 * of its own: these are not foreign.
 */
function foreignLayers(run: RunState, on: HostName, now: HostState): string[] {
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
            `${target} has a layer that this run did not create, ${file}: another user or tool created a snapshot of the disk or moved it`,
        );
    });
}

/** The targets of the disks that the steps of the plan work on, on that host. */
export function targetsOf(graph: Graph, host: RunHost): ReadonlySet<string> {
  return ownOf(graph, host).targets;
}

/** What a run knows as its own. It is cached: it is the same at each observation, and long for a long plan. */
interface Own {
  /** All paths that it may touch, and those of the guest's disks. */
  readonly known: FileSet;
  /** The images that existed before the run and that a disk is copied into. */
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

/** The disks that a step works on: those that it names or, for a snapshot without a list, all of them. */
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
