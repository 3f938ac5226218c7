/**
 * What `preview`, `run --dry-run` and the confirmation show: the totals, what is dangerous, every command of every phase
 * and of every way back, and what could be checked.
 */
import type { DiffLine } from '../model/line-diff.ts';
import { printable } from '../printable.ts';
import type { Preview, PreviewCommand, PreviewPhase, PreviewStep } from '../simulate/preview.ts';
import { type Palette, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { renderFinding } from './findings.ts';
import { chainLines } from './preview-chain.ts';
import { CHECKED, previewTotals } from './preview-words.ts';
import { textWidth, wrapped } from './width.ts';

/** What everything is written with. */
interface Pen {
  readonly paint: Palette;
  readonly columns: number;
}

/** @param columns where sentences are broken into lines; commands never are, so that they can be copied */
export function renderPreview(
  preview: Preview,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const pen = { paint: palette(color), columns };
  return [
    totalsLines(preview, pen),
    ...preview.findings.map((finding) => [renderFinding(finding, color).trimEnd()]),
    ...preview.steps.map((step, index) => stepLines(step, index + 1, pen)),
    ...(preview.preconditions.length === 0 ? [] : [preconditionLines(preview, pen)]),
  ]
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** One line, however long; only a terminal breaks it, between two of its parts where it can. */
function totalsLines(preview: Preview, { paint, columns }: Pen): string[] {
  const [plan, domain] = [printable(preview.plan), printable(preview.domain)];
  const refused = preview.findings.some(({ severity }) => severity === 'error');
  const begin = refused ? 'refused: ' : '';
  const lines = [`${paint.red(begin)}${paint.bold(plan)} on ${paint.bold(domain)}:`];
  let used = textWidth(`${begin}${plan} on ${domain}:`);
  const parts = previewTotals(preview);
  parts.forEach(({ text, mood, whole }, at) => {
    const color = mood === 'danger' ? paint.red : mood === 'pause' ? paint.yellow : plain;
    const comma = at + 1 < parts.length ? ',' : '';
    const [first = '', ...more] = whole ? [printable(text)] : wrapped(printable(text), columns - 3);
    if (used + 1 + textWidth(first) + comma.length <= columns && more.length === 0) {
      lines.push(`${lines.pop()} ${color(first)}${comma}`);
      used += 1 + textWidth(first) + comma.length;
    } else {
      lines.push(...[first, ...more].map((line) => `  ${color(line)}`));
      lines.push(`${lines.pop()}${comma}`);
      used = 2 + textWidth(more.at(-1) ?? first) + comma.length;
    }
  });
  return lines;
}

function stepLines(step: PreviewStep, number: number, pen: Pen): string[] {
  const { paint } = pen;
  const place = `${number}. `;
  return [
    ...labelled(
      place,
      paint.bold,
      printable(step.id),
      ` (${printable(step.kind)}): ${printable(step.summary)}`,
      pen,
    ),
    ...step.phases.flatMap((phase) => phaseLines(phase, pen)),
    ...definitionLines(step.definition, paint),
  ];
}

function phaseLines(phase: PreviewPhase, pen: Pen): string[] {
  const { paint } = pen;
  const lines = [
    ...labelled('   ', paint.cyan, printable(phase.name), `: ${printable(phase.summary)}`, pen),
    ...commandLines(phase.commands, '     ', pen),
    ...phase.chains.flatMap((chain) =>
      chainLines(chain, pen.columns - 5, paint).map((line) => `     ${line}`),
    ),
  ];
  if (phase.pauses !== undefined)
    lines.push(
      ...labelled(
        '     ',
        paint.yellow,
        'the guest stands still',
        `: ${printable(phase.pauses)}`,
        pen,
      ),
    );
  if (phase.pointOfNoReturn !== undefined)
    lines.push(
      ...labelled(
        '     ',
        paint.red,
        'POINT OF NO RETURN',
        `: ${printable(phase.pointOfNoReturn)}`,
        pen,
      ),
    );
  if (phase.stopsAt !== undefined)
    lines.push(
      ...labelled(
        '     ',
        paint.red,
        'IF IT FAILS the run stops',
        `: ${printable(phase.stopsAt)}`,
        pen,
      ),
    );
  if (phase.noWayBack !== undefined)
    return [
      ...lines,
      ...labelled('     ', paint.red, 'no way back', `: ${printable(phase.noWayBack)}`, pen),
    ];
  return [
    ...lines,
    ...labelled('     ', paint.green, 'way back', `: ${printable(phase.wayBack)}`, pen),
    ...commandLines(phase.undoCommands, '       ', pen),
  ];
}

function commandLines(
  commands: readonly PreviewCommand[],
  indent: string,
  { paint, columns }: Pen,
): string[] {
  return commands.flatMap(({ command, why }) => [
    ...wrapped(`${printable(why)}:`, columns - indent.length).map(
      (line) => `${indent}${paint.dim(line)}`,
    ),
    `${indent}  ${promptedCommand(command)}`,
  ]);
}

function definitionLines(lines: readonly DiffLine[], paint: Palette): string[] {
  if (lines.length === 0) return [];
  const paints = { ' ': paint.dim, '+': paint.green, '-': paint.red };
  return [
    '   definition, as it changes:',
    ...lines.map(({ sign, text }) => `     ${paints[sign](`${sign} ${printable(text)}`)}`),
  ];
}

function preconditionLines({ preconditions, source }: Preview, pen: Pen): string[] {
  const groups = (['live', 'facts', 'no'] as const).flatMap((checked) => {
    const inGroup = preconditions.filter((each) => each.checked === checked);
    const where =
      checked === 'no' ? '' : source.kind === 'live' ? ` (${source.uri})` : ` (${source.file})`;
    return inGroup.length === 0
      ? []
      : [
          `   ${printable(`${CHECKED[checked]}${where}`)}`,
          ...inGroup.flatMap(({ step, what }) =>
            labelled('     ', plain, printable(step), `: ${printable(what)}`, pen),
          ),
        ];
  });
  return ['Preconditions', ...groups];
}

/** A paragraph that begins with a word in colour; what follows is broken into lines that stand two columns further in. */
function labelled(
  indent: string,
  color: (text: string) => string,
  label: string,
  rest: string,
  { columns }: Pen,
): string[] {
  const inner = `${' '.repeat(indent.length)}  `;
  const [first = '', ...more] = wrapped(`${label}${rest}`, columns - inner.length);
  const head = first.startsWith(label) ? `${color(label)}${first.slice(label.length)}` : first;
  return [`${indent}${head}`, ...more.map((line) => `${inner}${line}`)];
}

function plain(text: string): string {
  return text;
}
