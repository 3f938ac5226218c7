/** A proof as text: its outcome and counts, then what remains, in groups or in full. */
import { ENDS, isOpenEnd, OUTCOMES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { Counts, FaultResult, Proof, Violation } from '../prove/prove.ts';
import type { ReplayedCase } from '../prove/replay.ts';
import { palette } from './color.ts';
import { outcomePaint } from './report.ts';
import { stateText } from './state-text.ts';
import { wrapped } from './width.ts';

/**
 * @param verbose lists every cause and report; otherwise what remains is at most ten groups
 * @param columns the width at which sentences wrap
 */
export function renderProof(
  proof: Proof,
  verbose: boolean,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const { violations, singles, pairs } = proof;
  const { bold, green, red } = palette(color);
  const word = violations.length === 0 ? green('proven') : red('violated');
  const sentence = (text: string, indent: number) => indented(text, indent, columns);
  const lines = [
    `${bold(word)}: ${printable(proof.plan)} on ${printable(proof.domain)}, ${amount(proof.phases, 'phase')}`,
    `  with at most one fault:   ${countsText(singles, color)}`,
    `  with at most two faults:  ${countsText(pairs, color)}`,
    ...safetyLines(proof, sentence),
    ...assumedLines(proof.assumptions, sentence),
    ...lostLines(proof.lost, sentence),
    ...(verbose ? fullLines(proof, sentence, bold) : summaryLines(proof, sentence, bold)),
  ];
  return `${lines.join('\n')}\n`;
}

type Sentence = (text: string, indent: number) => string[];
type Bold = (text: string) => string;

const UNKNOWABLE = 'the journal could not be written, or libvirt no longer answers';

/** In groups; further groups are counted. */
const LONGEST_SUMMARY = 10;

function summaryLines(proof: Proof, sentence: Sentence, bold: Bold): string[] {
  const remaining = remainingOf(proof);
  if (remaining.length === 0) return [];
  const shown = remaining.slice(0, LONGEST_SUMMARY);
  const more = remaining.length - shown.length;
  return [
    '',
    bold('Remaining risks'),
    ...shown.flatMap((text) => sentence(text, 2)),
    `  ${more === 0 ? '' : `and ${amount(more, 'more group')}; `}all causes and reports: --verbose`,
  ];
}

/** Each group as `12 cases: QEMU crashes during mirror/pivot → stranded, rollback possible`; the worst first. */
function remainingOf({ violations, unknowable, faults, phases }: Proof): string[] {
  return [
    ...violations.map(
      ({ what, cases, seed }) => `${amount(cases, 'case')}: ${what} → violated, --replay ${seed}`,
    ),
    ...groupsOf(faults).map(
      (group) =>
        `${amount(group.cases, 'case')}: ${group.cause} ${placesText(group.places, phases)}${group.restart} → ` +
        `${OUTCOMES[group.end].word}, ${waysText(group.ways)}`,
    ),
    ...unknowable.map(
      ({ what, cases }) => `${amount(cases, 'case')}: ${UNKNOWABLE} → unavoidable: ${what}`,
    ),
  ];
}

interface RemainingGroup extends Pick<FaultResult, 'end' | 'ways'> {
  readonly cause: string;
  /** What was done after it, as the end of a clause. */
  readonly restart: string;
  readonly cases: number;
  readonly places: ReadonlySet<string>;
}

/** The single faults after which the run is not over, by their cause, the end and how the run can be continued. */
function groupsOf(faults: readonly FaultResult[]): RemainingGroup[] {
  const groups = new Map<string, RemainingGroup>();
  for (const { cause, again, end, ways, cases, place } of faults) {
    if (!isOpenEnd(end)) continue;
    const key = JSON.stringify([end, cause, again, ways]);
    const known = groups.get(key);
    groups.set(key, {
      ...{ end, cause, restart: thenText(again), ways },
      cases: cases + (known?.cases ?? 0),
      places: new Set([...(known?.places ?? []), place]),
    });
  }
  return [...groups.values()].sort((a, b) => b.cases - a.cases);
}

function thenText(again: FaultResult['again']): string {
  if (again === undefined) return '';
  return again === 'resume' ? ', then the run is resumed' : ', then the run is rolled back';
}

/** @param place the name of a state; `before` in the `before` hooks, and `end` after the last phase */
function placeText(place: string): string {
  if (place === 'before') return 'before the first phase';
  return place === 'end' ? 'after the last phase' : `during ${stateText(place)}`;
}

function placesText(places: ReadonlySet<string>, phases: number): string {
  const names = [...places].filter((place) => place !== 'before' && place !== 'end').map(stateText);
  if (names.length === 0) return placeText(places.has('before') ? 'before' : 'end');
  if (names.length === phases) return 'during any phase';
  if (names.length > 2) return `during ${names.length} of ${amount(phases, 'phase')}`;
  return `during ${names.join(' and ')}`;
}

function waysText(ways: FaultResult['ways']): string {
  return ways.length === 0 ? 'to be resolved by hand' : `${ways.join(' or ')} possible`;
}

function fullLines(
  { violations, faults, unknowable }: Proof,
  sentence: Sentence,
  bold: Bold,
): string[] {
  return [
    ...wrongLines('Violations', violations, sentence, bold),
    ...strandedLines(faults, sentence, bold),
    ...wrongLines(`Unavoidable: ${UNKNOWABLE}`, unknowable, sentence, bold),
  ];
}

function countsText(counts: Counts, color: boolean): string {
  const all = ENDS.reduce((sum, end) => sum + (counts[end] ?? 0), 0);
  const parts = ENDS.flatMap((end) =>
    counts[end] ? [`${grouped(counts[end])} ${outcomePaint(end, color)(OUTCOMES[end].word)}`] : [],
  );
  return `${grouped(all)} cases: ${parts.join(', ')}`;
}

/** What is proven, and of what: without this, "proven" and "stranded" seem to contradict each other. */
function safetyLines(
  { violations, unknowable, singles, pairs }: Proof,
  sentence: Sentence,
): string[] {
  if (violations.length > 0) return [];
  const open = ENDS.filter((end) => isOpenEnd(end) && (singles[end] ?? pairs[end] ?? 0) > 0);
  const except = unknowable.length === 0 ? '' : ', except the unavoidable ones below,';
  const ends = open.map((end) => OUTCOMES[end].word).join(' or ');
  const action = open.length === 0 ? '' : `; where the run ends as ${ends}, action is required`;
  return sentence(`under these faults${except} the guest's data is safe${action}`, 2);
}

function assumedLines(assumptions: readonly string[], sentence: Sentence): string[] {
  return assumptions.length === 0
    ? []
    : sentence(`assumed, because the facts do not contain it: ${assumptions.join('; ')}`, 2);
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
      ...sentence(`the run reports: ${joined(said)}`, 4),
      `    --replay ${seed}`,
    ]),
  ];
}

/** Groups the faults by what the run reports, and where. */
function strandedLines(faults: readonly FaultResult[], sentence: Sentence, bold: Bold): string[] {
  const groups = new Map<string, string[]>();
  for (const fault of faults.filter(({ end }) => isOpenEnd(end))) {
    const key = `${OUTCOMES[fault.end].word} ${placeText(fault.place)}: ${joined(fault.said)}`;
    groups.set(key, [...(groups.get(key) ?? []), `${fault.what}${thenText(fault.again)}`]);
  }
  if (groups.size === 0) return [];
  return [
    '',
    bold('Faults that leave the guest neither as planned nor as before'),
    ...[...groups].flatMap(([what, causes]) => [
      ...sentence(`- ${what}`, 2),
      ...causes.flatMap((cause) => sentence(`when ${cause}`, 6)),
    ]),
  ];
}

function joined(said: readonly string[]): string {
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
      bold(printable(stateText(place))),
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
