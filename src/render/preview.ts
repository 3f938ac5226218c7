/** What `run --dry-run` and the confirmation show: every command of every phase, and of every way back. */
import { printable } from '../printable.ts';
import type {
  Preview,
  PreviewCommand,
  PreviewLayer,
  PreviewPhase,
  PreviewStep,
} from '../simulate/preview.ts';
import { type Palette, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { renderFinding } from './findings.ts';

/** The whole preview: totals, what is dangerous, then each step with its way back. */
export function renderPreview(preview: Preview, color: boolean): string {
  const paint = palette(color);
  const parts = [
    `${totals(preview, paint)}\n`,
    ...preview.findings.map((finding) => renderFinding(finding, color)),
    ...preview.steps.map((step, index) => stepText(step, index + 1, paint)),
  ];
  return parts.join('\n');
}

function totals(preview: Preview, paint: Palette): string {
  const { steps, pointsOfNoReturn: points, pauses } = preview.totals;
  const errors = preview.findings.filter((finding) => finding.severity === 'error').length;
  const title = `${paint.bold(printable(preview.plan))} on ${paint.bold(printable(preview.domain))}`;
  // What cannot be run has no totals: the steps after the first obstacle are not even known.
  if (errors > 0) return `${paint.red('refused')}: ${title}, ${counted(errors, 'error')}`;
  return [
    `${title}: ${counted(steps, 'step')}`,
    points === 0
      ? 'every phase has a way back'
      : paint.red(counted(points, 'point of no return', 'points of no return')),
    pauses === 0
      ? 'the guest keeps running'
      : paint.yellow(`the guest stands still in ${counted(pauses, 'phase')}`),
  ].join(', ');
}

function stepText(step: PreviewStep, number: number, paint: Palette): string {
  const head = `${number}. ${paint.bold(printable(step.id))} (${printable(step.kind)}): ${printable(step.summary)}`;
  return [head, ...step.phases.flatMap((phase) => phaseLines(phase, paint)), ''].join('\n');
}

function phaseLines(phase: PreviewPhase, paint: Palette): string[] {
  const lines = [
    `   ${paint.cyan(printable(phase.name))}: ${printable(phase.summary)}`,
    ...commandLines(phase.commands, '     ', paint),
    ...phase.chains.flatMap((chain) => chainLines(chain)),
  ];
  if (phase.pauses !== undefined) {
    lines.push(`     ${paint.yellow('the guest stands still')}: ${printable(phase.pauses)}`);
  }
  if (phase.pointOfNoReturn !== undefined) {
    lines.push(`     ${paint.red(`POINT OF NO RETURN: ${printable(phase.pointOfNoReturn)}`)}`);
  }
  if (phase.noWayBack !== undefined) {
    return [...lines, `     ${paint.red('no way back')}: ${printable(phase.noWayBack)}`];
  }
  return [
    ...lines,
    `     ${paint.green('way back')}: ${printable(phase.wayBack)}`,
    ...commandLines(phase.undoCommands, '       ', paint),
  ];
}

function commandLines(
  commands: readonly PreviewCommand[],
  indent: string,
  paint: Palette,
): string[] {
  return commands.flatMap(({ command, why }) => [
    `${indent}${paint.dim(`${printable(why)}:`)}`,
    `${indent}  ${promptedCommand(command)}`,
  ]);
}

function chainLines(chain: PreviewPhase['chains'][number]): string[] {
  const folders = new Set([...chain.before, ...chain.after].map(({ file }) => folderOf(file)));
  // Two images of the same name in different folders must not look like one.
  const name = ({ file }: PreviewLayer): string =>
    printable(folders.size === 1 ? file.slice(folderOf(file).length) : file);
  const text = (layers: readonly PreviewLayer[]): string =>
    layers.length === 0 ? '(none)' : layers.toReversed().map(name).join(' <- ');
  const target = printable(chain.target);
  return [
    `     ${target} before: ${text(chain.before)}`,
    `     ${target} after:  ${text(chain.after)}`,
  ];
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

function counted(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}
