/** One step in a pull-request comment, folded: its commands, what becomes of chain and definition, and the ways back. */
import type { PreviewCommand, PreviewPhase, PreviewStep } from '../simulate/preview.ts';
import { palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { codeBlock, folded, prose } from './markdown.ts';
import { chainLines } from './preview-chain.ts';

/** What is told of a step besides its phases. */
export interface StepDetail {
  readonly definitions: boolean;
  readonly waysBack: boolean;
  readonly commands: boolean;
  readonly chains: boolean;
}

/** Drawings in a comment stand in a box that scrolls: they need not fit a terminal. */
const COLUMNS = 120;

export function stepMarkdown(step: PreviewStep, number: number, detail: StepDetail): string {
  const { definition } = step;
  return folded(
    `${number}. <code>${prose(step.id)}</code> (${prose(step.kind)}, line ${step.line})`,
    [
      prose(step.summary),
      ...step.phases.flatMap((phase) => phaseParts(phase, detail)),
      ...(definition.length === 0 || !detail.definitions
        ? []
        : [
            'The definition, as it changes:',
            codeBlock(
              'diff',
              definition.map(({ sign, text }) => `${sign} ${text}`),
            ),
          ]),
    ],
  );
}

function phaseParts(phase: PreviewPhase, detail: StepDetail): string[] {
  const drawn = detail.chains ? phase.chains : [];
  const chains = drawn.flatMap((chain) => chainLines(chain, COLUMNS, palette(false)));
  return [
    `**${prose(phase.name)}**: ${prose(phase.summary)}`,
    ...(detail.commands ? commands(phase.commands) : []),
    ...(chains.length === 0 ? [] : [codeBlock('text', chains)]),
    ...(phase.stopsAt === undefined
      ? []
      : [`**If it fails the run stops**: ${prose(phase.stopsAt)}`]),
    ...(detail.waysBack ? wayBack(phase, detail.commands) : []),
  ];
}

function wayBack(phase: PreviewPhase, isWhole: boolean): string[] {
  if (phase.noWayBack !== undefined) return [`**No way back**: ${prose(phase.noWayBack)}`];
  return [`Way back: ${prose(phase.wayBack)}`, ...(isWhole ? commands(phase.undoCommands) : [])];
}

function commands(list: readonly PreviewCommand[]): string[] {
  if (list.length === 0) return [];
  const lines = list.flatMap(({ command, why }) => [`# ${why}`, promptedCommand(command)]);
  return [codeBlock('console', lines)];
}
