/**
 * A document as a tree: its content and order, not how it looks. Each format has a writer, which also makes the texts
 * harmless: here they are raw.
 */
import type { Finding } from '../errors.ts';
import type { DiffLine } from '../model/line-diff.ts';
import type { Preview, PreviewChain, PreviewCommand } from '../simulate/preview.ts';

export interface DocumentTree {
  /** The command that prints it: `preview`. */
  readonly kind: string;
  /** `Refused: NAME on PLACE`. */
  readonly title: { readonly verdict?: string; readonly name: string; readonly place: string };
  /** The parts of the opening sentence, and its details. */
  readonly summary: readonly TextPart[];
  /** What a reader decides by, for pages: the summary has the same in words. */
  readonly tiles: readonly Tile[];
  /** For readers who did not ask for the document themselves. */
  readonly about: readonly Text[];
  readonly blocks: readonly Block[];
}

/** Colours a text: all is well, it needs attention, it must not be missed. */
export type Tone = 'good' | 'warn' | 'bad';

export interface TextPart {
  readonly text: string;
  readonly mood?: Tone;
  /** Set for what is not part of the sentence, such as amounts. */
  readonly detail?: true;
  /** A word to copy, which does not wrap; it follows the text. */
  readonly code?: string;
}

/** One number, with what it means. */
export interface Tile {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly mood?: Tone;
  /** A part of a whole in the same unit. */
  readonly bar?: { readonly part: number; readonly whole: number };
  /** The title of the section with more about it. */
  readonly section?: string;
}

/** Running text with code in it. */
export type Text = readonly (string | { readonly code: string })[];

/** What a writer may leave out to save space, least important first. */
export const EXPENDABLE = [
  'the state diagram',
  'the definitions',
  'the preconditions',
  'the rollbacks',
  'the commands',
  'the chains',
  'the files',
] as const;

export type Block = { readonly partOf?: (typeof EXPENDABLE)[number] } & (
  | Section
  | Note
  | States
  | { readonly is: 'paragraph'; readonly text: string }
  | { readonly is: 'finding'; readonly finding: Finding }
  | { readonly is: 'commands'; readonly commands: readonly PreviewCommand[] }
  | { readonly is: 'chain'; readonly chain: PreviewChain }
  | { readonly is: 'diff'; readonly title: string; readonly lines: readonly DiffLine[] }
  | { readonly is: 'items'; readonly items: readonly Labelled[] }
);

/** A block of that kind. */
export type BlockOf<Kind extends Block['is']> = Extract<Block, { readonly is: Kind }>;

export interface Section {
  readonly is: 'section';
  /** Set if only an HTML page needs the heading. */
  readonly isGroup?: true;
  /** Its number among its siblings, from 1; its title is then a name. */
  readonly number?: number;
  readonly title: string;
  readonly about?: string;
  /** Set if the title is a label. */
  readonly mood?: Tone;
  readonly text?: Text;
  readonly blocks: readonly Block[];
  /** What the blocks are, such as `5 commands`, if most readers do not need them: a page folds them. */
  readonly fold?: string;
  /** The text of an HTML page if there are no blocks. */
  readonly empty?: string;
}

interface Labelled {
  readonly label: string;
  readonly text: string;
}

/** What must not be missed. */
export interface Note extends Labelled {
  readonly is: 'note';
  readonly mood: Tone;
  /** Set in a copy for readers who have the original folded: where the original is. */
  readonly place?: string | undefined;
}

/** The states of a run, for a drawing, and its ends with their exit codes. */
export interface States extends Pick<Preview, 'plan' | 'domain' | 'machine'> {
  readonly is: 'states';
  readonly text: string;
  readonly ends: readonly (Labelled & { readonly code: number })[];
}
