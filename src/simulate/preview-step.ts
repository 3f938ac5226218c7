/** One step of a preview: its phases, their commands, and the changes to chains and definition. */
import { contentLostBy, type Effect, isCommand } from '../commands/effect.ts';
import { commandText, shownWords } from '../commands/effect-text.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { NoRollback } from '../steps/define.ts';
import type { PreviewCommand, PreviewLayer, PreviewPhase, PreviewStep } from './preview.ts';
import { definitionDiff } from './preview-definition.ts';
import { leftoversOfStop } from './preview-stop.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** @param phases the step's phases as they were walked; at least one */
export function previewStep(
  plan: Plan,
  { id, step, path }: PlannedStep,
  phases: readonly WalkedPhase[],
): PreviewStep {
  return {
    id,
    kind: step.kind,
    summary: step.summary,
    line: plan.text.locate(path).line,
    phases: phases.map((walked) => previewPhase(walked, plan.onFailure)),
    definition: definitionDiff(
      phases[0] && definitionOf(phases[0].before),
      definitionOf(phases.at(-1)?.after),
    ),
  };
}

/** Whether the phase cannot be undone once it is done. */
export function isPointOfNoReturn(phase: PreviewPhase): boolean {
  return phase.pointOfNoReturn !== undefined || phase.noWayBack !== undefined;
}

/** The current definition; for a domain that is transient during the run, the one that the journal keeps. */
function definitionOf(state: HostState | undefined): string | undefined {
  return state?.domain.definition ?? state?.domain.kept?.definition;
}

function previewPhase(
  { node, start, before, after }: WalkedPhase,
  onFailure: Plan['onFailure'],
): PreviewPhase {
  const { phase } = node;
  const pointOfNoReturn = pointOf({ node, start, before, after });
  return {
    name: phase.name,
    summary: phase.summary,
    commands: phase.effects(before, start).map(shown),
    wayBack: phase.rollback,
    ...wayBackOf({ node, start, before, after }),
    ...(pointOfNoReturn === undefined ? {} : { pointOfNoReturn }),
    ...(onFailure === 'stop' ? { stopsAt: leftoversOfStop({ node, start, before, after }) } : {}),
    ...(phase.pauses === undefined ? {} : { pauses: phase.pauses }),
    chains: changedChains(before, after),
  };
}

/** Why the phase cannot be undone, and what is lost as soon as it begins. */
function pointOf({ node: { phase }, start, before }: WalkedPhase): string | undefined {
  const done = phase.pointOfNoReturn?.(before, start);
  const lost = phase.effects(before, start).flatMap(contentLostBy);
  const said = lost.map(
    (file) =>
      `the former content of ${file} is overwritten from here on, and no rollback restores it`,
  );
  const all = [...said, ...(done === undefined ? [] : [done])];
  return all.length === 0 ? undefined : all.join('; ');
}

function wayBackOf({
  node,
  start,
  before,
  after,
}: WalkedPhase): Pick<PreviewPhase, 'undoCommands' | 'noWayBack'> {
  try {
    return { undoCommands: node.phase.undo(before, after, start).map(shown) };
  } catch (error) {
    if (error instanceof NoRollback) return { undoCommands: [], noWayBack: error.message };
    throw error;
  }
}

function shown(effect: Effect): PreviewCommand {
  const argv = isCommand(effect) ? { argv: [effect.tool, ...shownWords(effect)] } : {};
  return { command: commandText(effect), ...argv, why: effect.why };
}

function changedChains(before: HostState, after: HostState): PreviewPhase['chains'] {
  const chainsBefore = chainsOf(before);
  return [...chainsOf(after)].flatMap(([target, chain]) => {
    const earlier = chainsBefore.get(target) ?? [];
    return JSON.stringify(chain) === JSON.stringify(earlier)
      ? []
      : [{ target, before: earlier, after: chain }];
  });
}

function chainsOf(state: HostState): Map<string, PreviewLayer[]> {
  return new Map(
    state.domain.disks.map((disk) => [
      disk.target,
      disk.chain.map(({ file, format }) => ({ file, format })),
    ]),
  );
}
