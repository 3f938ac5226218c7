import type { Path } from './findings.ts';

/** A kind of document: how messages name it, and what it may contain. */
export interface DocumentKind {
  /** Follows "the" and "a": `plan`. */
  readonly noun: string;
  /** Some of its top-level keys, for a message about a text that is not a map. */
  readonly keys: string;
  /** Hint: what to write first. */
  readonly beginning: string;
  /** Hint: where to find complete ones. */
  readonly models: string;
  /** Hint: what to write if the text is a list. */
  readonly listHint: string;
  /** Hints for missing top-level keys, by key. */
  readonly missing: Readonly<Record<string, string>>;
  /** Whether the value at that path is prose, which may be long and have several lines. */
  isProse(path: Path): boolean;
  /** Whether a value may contain a hidden character, as long as the text spells it as an escape. */
  readonly mayEscape: boolean;
}

/** The kind of most documents of this room. */
export const PLAN: DocumentKind = {
  noun: 'plan',
  keys: '"plan", "name" and "steps"',
  beginning: 'begin with "plan: blockplan/v1"',
  models: 'to write one: blockplan init',
  listHint: 'put the list below the key "steps:"',
  missing: {
    plan: 'begin with "plan: blockplan/v1"',
    name: 'add "name: " and a short word, such as move-testvm',
    domain: 'add "domain: " and the guest\'s name, as shown by: virsh list --all',
    steps: 'add "steps:" with a list below it; each item has one kind of step',
  },
  isProse: (path) => path[0] === 'description' && path.length === 1,
  mayEscape: false,
};
