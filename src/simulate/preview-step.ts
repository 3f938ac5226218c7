/** One step of a preview: its phases, their commands, and the changes to chains and definition. */
import { contentLostBy, type Effect, isCommand } from '../commands/effect.ts';
import { commandText, shownWords } from '../commands/effect-text.ts';
import type { FileSet } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan, PlannedStep } from '../plan/plan.ts';
import { NoRollback } from '../steps/define.ts';
import type { PreviewCommand, PreviewPhase, PreviewStep } from './preview.ts';
import { changedChains } from './preview-chains.ts';
import { definitionDiff, definitionOf } from './preview-definition.ts';
import { leftoversOfStop } from './preview-stop.ts';
import { simulateEffects } from './simulate-effects.ts';
import type { WalkedPhase } from './walked-phase.ts';

/**
 * @param phases the step's phases as they were walked; at least one
 * @param removed the files that the plan removes
 */
export function previewStep(
  plan: Plan,
  { id, step, params, path }: PlannedStep,
  phases: readonly WalkedPhase[],
  removed: FileSet,
): PreviewStep {
  const backups = phases[0] && step.retention?.(params, phases[0].start);
  return {
    id,
    kind: step.kind,
    summary: step.summaryOf?.(params) ?? step.summary,
    line: plan.text.locate(path).line,
    phases: phases.map((walked) => previewPhase(walked, plan.onFailure, removed)),
    definition: definitionDiff(
      phases[0] && definitionOf(phases[0].before),
      definitionOf(phases.at(-1)?.after),
    ),
    ...(backups ? { backups } : {}),
  };
}

/** Whether a failure in a later phase would have to undo the phase, and cannot. What is kept is not undone anyway. */
export function isPointOfNoReturn({ pointOfNoReturn, noRollback, kept }: PreviewPhase): boolean {
  return pointOfNoReturn !== undefined || (noRollback !== undefined && kept === undefined);
}

function previewPhase(
  { node, start, before, after }: WalkedPhase,
  onFailure: Plan['onFailure'],
  removed: FileSet,
): PreviewPhase {
  const { phase } = node;
  const pointOfNoReturn = pointOf({ node, start, before, after });
  return {
    name: phase.name,
    summary: phase.summary,
    commands: phase.effects(before, start).map(shown),
    rollback: phase.rollback,
    ...rollbackOf({ node, start, before, after }),
    ...(pointOfNoReturn === undefined ? {} : { pointOfNoReturn }),
    ...(node.doing.commits ? { kept: node.doing.commits.what } : {}),
    ...(onFailure === 'stop' ? { stopsAt: leftoversOfStop({ node, start, before, after }) } : {}),
    ...(phase.pauses === undefined ? {} : { pauses: phase.pauses }),
    chains: changedChains(before, after, removed),
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

function rollbackOf(walked: WalkedPhase): Pick<PreviewPhase, 'undoCommands' | 'noRollback'> {
  const finished = undoFrom(walked, walked.after);
  if (finished instanceof NoRollback) return { undoCommands: [], noRollback: finished.message };
  return { undoCommands: whileWaiting(walked, finished.map(shown)) };
}

/** The effects that undo a phase from that state, or why none can. */
function undoFrom(
  { node, start, before }: WalkedPhase,
  now: HostState,
): readonly Effect[] | NoRollback {
  try {
    return node.phase.undo(before, now, start);
  } catch (error) {
    if (error instanceof NoRollback) return error;
    throw error;
  }
}

/** The commands that undo a phase. If it waits until a job has ended, it can also fail before: then the job is ended first. */
function whileWaiting(walked: WalkedPhase, finished: PreviewCommand[]): PreviewCommand[] {
  const { node, start, before } = walked;
  const waits = node.phase.effects(before, start).findLastIndex(({ tool }) => /^await-/.test(tool));
  const during = waits < 0 ? undefined : simulateEffects(node, start)[waits];
  const undone = during && undoFrom(walked, during);
  if (undone === undefined || undone instanceof NoRollback) return finished;
  const running = undone.map(shown);
  const isIn = (list: readonly PreviewCommand[], { command }: PreviewCommand) =>
    list.some((each) => each.command === command);
  if (!finished.every((each) => isIn(running, each))) return finished;
  return running.map((each) =>
    each.argv === undefined || isIn(finished, each)
      ? each
      : { ...each, why: `${each.why}, if it is still running` },
  );
}

function shown(effect: Effect): PreviewCommand {
  const argv = isCommand(effect) ? { argv: [effect.tool, ...shownWords(effect)] } : {};
  return { command: commandText(effect), ...argv, why: effect.why };
}
