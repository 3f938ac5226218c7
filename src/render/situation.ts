/** A run in three parts, the same in every report: what happened, the state now, and what to do. */
import { printable } from '../printable.ts';
import type { Paint } from './color.ts';
import { explainedCommands } from './next-commands.ts';
import { wrapped } from './width.ts';

export interface Situation {
  /** In sentences; empty if nothing went wrong. */
  readonly happened: readonly string[];
  /** In sentences. */
  readonly state: readonly string[];
  /** The folder of the journal, if it is needed. */
  readonly journal?: string;
  /** What to do, in sentences; most of it is said by the commands. */
  readonly advice: readonly string[];
  /** The commands to type, the most likely one first. */
  readonly commands: readonly string[];
}

/**
 * The parts with their titles; a part without content is left out. Sentences wrap; commands and the journal's
 * path never do, so that they can
 * be copied.
 * @param bold paints the titles
 */
export function situationLines(
  { happened, state, journal, advice, commands }: Situation,
  bold: Paint,
  columns: number,
): string[] {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['What happened', sentenceLines(happened, columns)],
    ['State now', [...sentenceLines(state, columns), ...placeLines(journal)]],
    ['What to do', [...sentenceLines(advice, columns), ...explainedCommands(commands)]],
  ];
  return parts.flatMap(([title, lines]) =>
    lines.length === 0 ? [] : [bold(title), ...lines.map((line) => `  ${line}`)],
  );
}

/** A path is not wrapped, so that it can be copied. */
function placeLines(journal: string | undefined): string[] {
  return journal === undefined ? [] : [`the journal is in ${printable(journal)}`];
}

/** Sentences as lines that leave room for an indentation of two columns. */
export function sentenceLines(sentences: readonly string[], columns: number): string[] {
  return sentences.flatMap((each) => wrapped(printable(each), columns - 2));
}
