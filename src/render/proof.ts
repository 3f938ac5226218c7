/** A proof as text: its outcome first, then the violations, and what can strand the guest and why. */
import { FINAL_STATES, isOpenEnd, OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { Counts, FaultResult, Proof, Violation } from '../prove/prove.ts';
import type { ReplayedCase } from '../prove/replay.ts';
import { palette } from './color.ts';
import { outcomePaint } from './report.ts';
import { wrapped } from './width.ts';

/** @param columns the width at which sentences wrap */
export function renderProof(
  proof: Proof,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { violations, unknowable, singles, pairs } = proof;
  const { bold, green, red } = palette(color);
  const word = violations.length === 0 ? green('proven') : red('violated');
  const sentence = (text: string, indent: number) => indented(text, indent, columns);
  const lines = [
    `${bold(word)}: ${printable(proof.plan)} on ${printable(proof.domain)}, ${amount(proof.phases, 'phase')}`,
    `  with at most one fault:   ${countsText(singles, color)}`,
    `  with at most two faults:  ${countsText(pairs, color)}`,
    ...assumedLines(proof.assumptions, sentence),
    ...lostLines(proof.lost, sentence),
    ...wrongLines('Violations', violations, sentence, bold),
    ...strandedLines(proof.faults, sentence, bold),
    ...wrongLines(
      'Unavoidable: the journal could not be written, and then blockplan ended',
      unknowable,
      sentence,
      bold,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

type Sentence = (text: string, indent: number) => string[];
type Bold = (text: string) => string;

function countsText(counts: Counts, color: boolean): string {
  const all = FINAL_STATES.reduce((sum, end) => sum + (counts[end] ?? 0), 0);
  const parts = FINAL_STATES.flatMap((end) =>
    counts[end] ? [`${grouped(counts[end])} ${outcomePaint(end, color)(OUTCOMES[end].word)}`] : [],
  );
  return `${grouped(all)} cases: ${parts.join(', ')}`;
}

function assumedLines(assumptions: readonly string[], sentence: Sentence): string[] {
  return assumptions.length === 0
    ? []
    : sentence(`assumed, because the facts do not say: ${assumptions.join('; ')}`, 2);
}

function lostLines(lost: readonly string[], sentence: Sentence): string[] {
  return lost.length === 0
    ? []
    : sentence(`no rollback restores the former content of ${lost.join(', ')}`, 2);
}

function wrongLines(
  title: string,
  found: readonly Violation[],
  sentence: Sentence,
  bold: Bold,
): string[] {
  if (found.length === 0) return [];
  return [
    '',
    bold(title),
    ...found.flatMap(({ what, cases, said, seed }) => [
      ...sentence(`- ${what} (${amount(cases, 'case')})`, 2),
      ...sentence(`the run reports: ${told(said)}`, 4),
      `    --replay ${seed}`,
    ]),
  ];
}

/** Groups the faults by what the run reports, and where. */
function strandedLines(faults: readonly FaultResult[], sentence: Sentence, bold: Bold): string[] {
  const groups = new Map<string, string[]>();
  for (const fault of faults.filter(({ end }) => isOpenEnd(end))) {
    const key = `${OUTCOMES[fault.end].word} in ${fault.place}: ${told(fault.said)}`;
    const again = fault.again === undefined ? '' : ` (then ${fault.again})`;
    groups.set(key, [...(groups.get(key) ?? []), `${fault.what}${again}`]);
  }
  if (groups.size === 0) return [];
  return [
    '',
    bold('What can leave the guest neither as planned nor as before, and why'),
    ...[...groups].flatMap(([what, causes]) => [
      ...sentence(`- ${what}`, 2),
      ...causes.flatMap((cause) => sentence(`when ${cause}`, 6)),
    ]),
  ];
}

function told(said: readonly string[]): string {
  return said.join('; ').replaceAll(':;', ':');
}

/** One case in full: what was done, which faults were injected, how it ended. */
export function renderCase(
  { parts, finish, wrong }: ReplayedCase,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { bold, red } = palette(color);
  const lines = [
    ...parts.flatMap(({ place, acts }) => [
      bold(printable(place)),
      ...acts.flatMap(({ act, fault }) => [
        `  ${printable(act)}`,
        ...(fault === undefined ? [] : indented(`× ${fault}`, 4, columns).map(red)),
      ]),
    ]),
    bold(outcomePaint(finish.end, color)(OUTCOMES[finish.end].word)),
    ...finish.state.flatMap((each) => indented(each, 2, columns)),
    ...finish.next.map((command) => `  $ ${printable(command)}`),
    ...(wrong.length === 0 ? [] : [bold(red('violated'))]),
    ...wrong.flatMap((each) => indented(each, 2, columns)),
  ];
  return `${lines.join('\n')}\n`;
}

function indented(text: string, indent: number, columns: number): string[] {
  const margin = ' '.repeat(indent);
  return wrapped(printable(text), columns - indent).map((line) => `${margin}${line}`);
}

function amount(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** With thousands separators, as in 10,125. */
function grouped(count: number): string {
  return count.toLocaleString('en-US');
}
