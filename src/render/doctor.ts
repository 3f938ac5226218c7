/** A diagnosis as text: each finding with why it matters, what to do, and its plan or commands. */
import { blockplanOn } from '../command.ts';
import type { Diagnosed, Diagnosis } from '../doctor/diagnose.ts';
import { printable } from '../printable.ts';
import { pluralText } from './amounts.ts';
import { type Paint, type Palette, palette } from './color.ts';
import { promptedCommand } from './command.ts';
import { labelled, wrapped } from './width.ts';

/** The options of `blockplan doctor`. */
export interface DiagnosisContext {
  /** Where the plans were written; without it their text is shown. */
  readonly folder?: string;
  /** The connection, for the commands that run them. */
  readonly connect?: string;
}

/** @param columns the width at which sentences wrap; commands and plans never do, so that they can be copied */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  asked: DiagnosisContext,
  color: boolean,
  columns = 80,
): string {
  const { domain, uri, notChecked, findings } = diagnosis;
  const paint = palette(color);
  const sentence = (text: string) =>
    wrapped(printable(text), columns - 2).map((line, at) => (at === 0 ? line : `  ${line}`));
  const none =
    notChecked === undefined
      ? paint.green('nothing found')
      : paint.yellow('nothing found, but not everything was checked');
  const count = findings.length === 0 ? none : pluralText(findings.length, 'finding');
  const head = `${paint.bold(printable(domain))} (${printable(uri)}): ${count}`;
  const note = notChecked === undefined ? [] : uncheckedLines(diagnosis, sentence);
  const found = findings.map((finding) => ['', ...findingLines(finding, asked, paint, columns)]);
  return `${[head, ...note, ...found.flat(), ...writingLines(diagnosis, asked)].join('\n')}\n`;
}

function uncheckedLines(
  { working, mayWork = '', notChecked = [] }: Diagnosis,
  sentence: (text: string) => string[],
): string[] {
  const active =
    working === undefined
      ? `while run ${printable(mayWork)} may be working on the guest, according to its marker`
      : `while run ${printable(working)} is working on the guest`;
  return [
    `Not checked ${active}:`,
    ...notChecked.flatMap(({ what, codes }) => sentence(`- ${what} (${codes.join(', ')})`)),
    working === undefined
      ? 'Run doctor again once that run has ended, or its marker is removed.'
      : 'Run doctor again once that run has ended.',
  ];
}

function findingLines(
  finding: Diagnosed,
  asked: DiagnosisContext,
  paint: Palette,
  columns: number,
): string[] {
  const { code, severity, message, why, hint, commands, warnings = [], obstacle } = finding;
  const mood = severity === 'error' ? paint.red : paint.yellow;
  const paragraph = (indent: string, color: Paint, label: string, text: string) =>
    labelled(indent, color, label, `: ${printable(text)}`, columns);
  return [
    ...paragraph('', mood, `${severity} ${printable(code)}`, message),
    ...paragraph('  ', paint.dim, 'why', why),
    ...paragraph('  ', paint.cyan, 'do', hint),
    ...commands.map((command) => `    ${promptedCommand(command)}`),
    ...(obstacle === undefined
      ? []
      : paragraph('  ', paint.yellow, 'no repair plan possible yet', obstacle)),
    ...warnings.flatMap((text) => paragraph('  ', paint.yellow, 'warning of the plan', text)),
    ...planLines(finding, asked),
  ];
}

/** The command that runs the plan, or the plan's text if it was not written to a file. */
function planLines({ plan }: Diagnosed, { folder, connect }: DiagnosisContext): string[] {
  if (plan === undefined) return [];
  if (folder === undefined) {
    const lines = plan.text.trimEnd().split('\n');
    return [`  ${printable(plan.file)}:`, ...lines.map((line) => `    ${printable(line)}`)];
  }
  const path = `${folder.replace(/\/+$/, '')}/${plan.file}`;
  return [`    ${promptedCommand(blockplanOn(connect, 'run', path))}`];
}

/** How to write the printed plans to files. */
function writingLines(
  { domain, findings }: Diagnosis,
  { folder, connect }: DiagnosisContext,
): string[] {
  if (folder !== undefined || findings.every(({ plan }) => plan === undefined)) return [];
  const command = blockplanOn(connect, 'doctor', domain, '--output', 'FOLDER');
  return ['', 'To write the plans to files:', `  ${promptedCommand(command)}`];
}
