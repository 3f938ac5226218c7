import type { Path } from './findings.ts';

/** What kind of document a text holds: how messages speak of it, and what may stand in it. */
export interface Subject {
  /** After "the" and "a": `plan`. */
  readonly noun: string;
  /** What keys it has at its top, for who gave no map. */
  readonly keys: string;
  /** What to write first. */
  readonly beginning: string;
  /** Where whole ones are found. */
  readonly models: string;
  /** What to write where a list stands at the top. */
  readonly listHint: string;
  /** What to do about a key that is missing at the top. */
  readonly missing: Readonly<Record<string, string>>;
  /** Whether the value at that path is prose, which may be long and have several lines. */
  isProse(path: Path): boolean;
  /** Whether a value may hold a character that no reader sees, as long as the text spells it as an escape. */
  readonly mayEscape: boolean;
}

/** The subject of most of this room. */
export const PLAN: Subject = {
  noun: 'plan',
  keys: '"plan", "name" and "steps"',
  beginning: 'begin with "plan: blockplan/v1"',
  models: 'the folder plans/ has whole ones',
  listHint: 'put the list below the key "steps:"',
  missing: {
    plan: 'begin with "plan: blockplan/v1"',
    name: 'add "name: " and a short word, such as move-testvm',
    domain: 'add "domain: " and the guest\'s name, as in: virsh list --all',
    steps: 'add "steps:" and below it a list, each item with one kind of step',
  },
  isProse: (path) => path[0] === 'description' && path.length === 1,
  mayEscape: false,
};
