/** What a run would do, for people to read before it does it: every command of every phase and of every way back. */
import type { Finding } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { commandText } from '../model/command-text.ts';
import type { Effect } from '../model/effect.ts';
import type { World } from '../model/world.ts';
import { NoWayBack } from '../steps/define.ts';
import { type Walked, walk } from './walk.ts';

export interface Preview {
  readonly plan: string;
  readonly domain: string;
  readonly steps: readonly PreviewStep[];
  readonly findings: readonly Finding[];
}

export interface PreviewStep {
  readonly id: string;
  readonly kind: string;
  readonly summary: string;
  readonly phases: readonly PreviewPhase[];
}

export interface PreviewPhase {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly PreviewCommand[];
  readonly wayBack: string;
  readonly undoCommands: readonly PreviewCommand[];
  /** Why nothing leads back from the end of this phase. */
  readonly noWayBack?: string;
  readonly pointOfNoReturn?: string;
  /** Why the guest stands still meanwhile. */
  readonly pauses?: string;
  /** The disks whose chain changes, active layer first. */
  readonly chains: readonly {
    readonly target: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
  }[];
}

export interface PreviewCommand {
  /** As a person would type it, or a comment on what blockplan does itself. */
  readonly command: string;
  readonly why: string;
}

/** Previews a plan on an observed World; pure. */
export function previewPlan(graph: Graph, world: World): Preview {
  const { phases, findings } = walk(graph, world);
  const steps = new Map<string, PreviewStep & { phases: PreviewPhase[] }>();
  for (const walked of phases) {
    const { id, step } = walked.node.planned;
    const entry = steps.get(id) ?? { id, kind: step.kind, summary: step.summary, phases: [] };
    entry.phases.push(previewPhase(walked));
    steps.set(id, entry);
  }
  return { plan: graph.name, domain: world.domain.name, steps: [...steps.values()], findings };
}

function previewPhase({ node, start, before, after }: Walked): PreviewPhase {
  const { name, summary, wayBack, pauses } = node.phase;
  const pointOfNoReturn = node.phase.pointOfNoReturn?.(before, start);
  const chainsBefore = chainsOf(before);
  const chainsAfter = chainsOf(after);
  const changed = [...chainsAfter].filter(
    ([target, chain]) => chain.join() !== chainsBefore.get(target)?.join(),
  );
  return {
    name,
    summary,
    commands: node.phase.effects(before, start).map(shown),
    wayBack,
    ...wayBackOf(node.phase.undo.bind(node.phase), before, after, start),
    ...(pointOfNoReturn === undefined ? {} : { pointOfNoReturn }),
    ...(pauses === undefined ? {} : { pauses }),
    chains: changed.map(([target, chain]) => ({
      target,
      before: chainsBefore.get(target) ?? [],
      after: chain,
    })),
  };
}

function wayBackOf(
  undo: Walked['node']['phase']['undo'],
  before: World,
  after: World,
  start: World,
): Pick<PreviewPhase, 'undoCommands' | 'noWayBack'> {
  try {
    return { undoCommands: undo(before, after, start).map(shown) };
  } catch (error) {
    if (error instanceof NoWayBack) return { undoCommands: [], noWayBack: error.message };
    throw error;
  }
}

function shown(effect: Effect): PreviewCommand {
  return { command: commandText(effect), why: effect.why };
}

function chainsOf(world: World): Map<string, string[]> {
  return new Map(
    world.domain.disks.map((disk) => [disk.target, disk.chain.map((layer) => layer.file)]),
  );
}
