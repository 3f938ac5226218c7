/**
 * A document as a tree: what it says and in which order, not how it looks. Each form has a writer. Texts are as they came:
 * the writers make them harmless.
 */
import type { Finding } from '../errors.ts';
import type { DiffLine } from '../model/line-diff.ts';
import type { Preview, PreviewCommand, PreviewPhase } from '../simulate/preview.ts';

export interface DocumentTree {
  /** The command that prints it: `preview`. */
  readonly kind: string;
  /** `Refused: NAME on PLACE`. */
  readonly title: { readonly verdict?: string; readonly name: string; readonly place: string };
  /** The parts of the sentence that a reader begins with. */
  readonly summary: readonly TextPart[];
  /** For readers who did not ask for the document themselves. */
  readonly about: readonly Text[];
  readonly blocks: readonly Block[];
}

/** Colours a text: all is well, it needs attention, it must not be missed. */
export type Tone = 'good' | 'warn' | 'bad';

export interface TextPart {
  readonly text: string;
  readonly mood?: Tone;
  /** Set for what is copied: it is not broken into lines. */
  readonly whole?: true;
  /** Set for amounts and the like, which a page lists. */
  readonly detail?: true;
}

/** Running text with code in it. */
export type Text = readonly (string | { readonly code: string })[];

/** What a writer with little room may leave out, first what is missed least. */
export const EXPENDABLE = [
  'the drawing of the machine',
  'the definitions',
  'the preconditions',
  'the ways back',
  'the commands',
  'the chains',
] as const;

export type Block = { readonly partOf?: (typeof EXPENDABLE)[number] } & (
  | Section
  | Note
  | States
  | { readonly is: 'paragraph'; readonly text: string }
  | { readonly is: 'finding'; readonly finding: Finding }
  | { readonly is: 'commands'; readonly commands: readonly PreviewCommand[] }
  | { readonly is: 'chain'; readonly chain: Chain }
  | { readonly is: 'diff'; readonly title: string; readonly lines: readonly DiffLine[] }
  | { readonly is: 'items'; readonly items: readonly Labelled[] }
);

/** A block of that kind. */
export type BlockOf<Kind extends Block['is']> = Extract<Block, { readonly is: Kind }>;

export interface Section {
  readonly is: 'section';
  /** Set where only a page needs the heading. */
  readonly isGroup?: true;
  /** Its place among its like, from 1: its title is a name then. */
  readonly number?: number;
  readonly title: string;
  readonly about?: string;
  /** Set where the title is a label. */
  readonly mood?: Tone;
  readonly text?: Text;
  readonly blocks: readonly Block[];
  /** What a page says where there are no blocks. */
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
  /** Where it stands, in a copy of it for those who have that place folded away. */
  readonly place?: string | undefined;
}

/** A disk's backing chain before and after a change, active layer first. */
export type Chain = PreviewPhase['chains'][number];

/** The states of a run, for a drawing, and its ends with their exit codes. */
export interface States extends Pick<Preview, 'plan' | 'domain' | 'machine'> {
  readonly is: 'states';
  readonly text: string;
  readonly ends: readonly (Labelled & { readonly code: number })[];
}
