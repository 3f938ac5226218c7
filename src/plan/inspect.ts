/** Checks every node of a text once, before it is converted to data. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { type Code, codes } from '../codes.ts';
import { Guesses } from '../nearest.ts';
import { printable } from '../printable.ts';
import { characterName, hasHidden } from './decode.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import type { Lines } from './lines.ts';
import { LONGEST_TEXT } from './references.ts';
import { isMergeKey, wordOf } from './tree.ts';
import { quoted } from './words.ts';

/** The result of {@link inspect}: the node that each alias stands for. */
export type Targets = ReadonlyMap<Alias, Node>;

/** Finds errors in the nodes themselves: duplicate keys, unknown aliases, hidden characters, inexact numbers. */
export function inspect(lines: Lines, root: Node, findings: Findings): Targets {
  const inspection = new Inspection(lines, findings);
  inspection.visit(root, []);
  return inspection.targets;
}

class Inspection {
  readonly targets = new Map<Alias, Node>();
  readonly #guesses = new Guesses();
  readonly #anchors = new Map<string, Node>();
  readonly #lines: Lines;
  readonly #findings: Findings;

  constructor(lines: Lines, findings: Findings) {
    this.#lines = lines;
    this.#findings = findings;
  }

  visit(node: Node | null, path: Path): void {
    if (isAlias(node)) {
      this.#alias(node, path);
      return;
    }
    if (!node) return;
    // The anchor is set before its value is visited. Tree finds an alias inside its own value.
    if (node.anchor) this.#anchors.set(node.anchor, node);
    if (isMap(node)) this.#map(node.items as Pair<Node, Node | null>[], path);
    else if (isSeq(node))
      for (const [index, item] of node.items.entries()) {
        this.visit(item as Node | null, [...path, index]);
      }
    else if (isScalar(node)) this.#scalar(node, path);
  }

  #alias(alias: Alias, path: Path): void {
    const target = this.#anchors.get(alias.source);
    if (target) {
      this.targets.set(alias, target);
      return;
    }
    const near = this.#guesses.nearest(alias.source, [...this.#anchors.keys()]);
    this.#add(
      codes.invalidAlias,
      `the anchor ${quoted(`&${alias.source}`)} is not defined before this alias`,
      alias,
      {
        path,
        hint: near
          ? `did you mean "*${printable(near)}"?`
          : 'define the anchor before it is used, or put the value in quotes',
      },
    );
  }

  #map(pairs: readonly Pair<Node, Node | null>[], path: Path): void {
    const seen = new Map<string, Scalar>();
    for (const { key, value } of pairs) {
      if (!isScalar(key) || key.value === null) {
        this.#add(codes.keyNotText, 'a key must be a word', key, {
          path,
          hint: 'write "key: value"',
        });
        continue;
      }
      if (key.anchor) this.#anchors.set(key.anchor, key);
      const word = wordOf(key);
      const first = seen.get(word);
      if (first) this.#duplicate(key, word, first);
      else seen.set(word, key);
      this.#characters(key, word, [...path, word], 'key');
      if (isMergeKey(key)) this.#merge(value, path);
      else this.visit(value, [...path, word]);
    }
  }

  #duplicate(key: Scalar, word: string, first: Scalar): void {
    const { line } = this.#lines.position(first.range?.[0] ?? 0);
    this.#add(codes.duplicateKey, `the key ${quoted(word)} already exists on line ${line}`, key, {
      hint: 'keep one of the two',
    });
  }

  /** A merge key takes a map, an alias of one, or a list of these. */
  #merge(value: Node | null, path: Path): void {
    const parts = isSeq(value) ? (value.items as (Node | null)[]) : [value];
    for (const part of parts) {
      this.visit(part, path);
      const target = isAlias(part) ? this.targets.get(part) : part;
      const isKnown = !isAlias(part) || target !== undefined;
      if (isKnown && !isMap(target)) {
        this.#add(codes.invalidAlias, 'only a map can be merged with "<<"', part ?? value, {
          hint: 'write "<<: *name", with the name of a map\'s anchor',
        });
      }
    }
  }

  #scalar(scalar: Scalar, path: Path): void {
    // The tag is reported; without it the value may have another type.
    const start = scalar.range?.[0] ?? 0;
    if (TAGGED.test(this.#lines.source.slice(Math.max(0, start - 200), start)))
      this.#findings.condemn(path);
    if (typeof scalar.value === 'string') {
      this.#characters(scalar, scalar.value, path);
      const isLong = scalar.value.length > LONGEST_TEXT;
      if (isLong && !this.#lines.kind.isProse(path)) this.#tooLong(scalar, path);
    }
    if (typeof scalar.value !== 'number' || isExact(scalar.value)) return;
    this.#add(
      codes.inexactNumber,
      `the number ${printable(scalar.source ?? '')} cannot be represented exactly`,
      scalar,
      {
        path,
        hint: 'use a smaller number, or put it in quotes to make it text',
      },
    );
  }

  #tooLong(scalar: Scalar, path: Path): void {
    const most = LONGEST_TEXT.toLocaleString('en');
    this.#add(codes.valueTooLong, `the value is longer than ${most} characters`, scalar, {
      path,
      hint: 'check that its closing quote is in the right place',
    });
  }

  /** An escape can stand for a hidden character that the text itself does not contain. */
  #characters(scalar: Scalar, text: string, path: Path, what: 'key' | 'value' = 'value'): void {
    const [start, end] = scalar.range ?? [0, 0];
    if (hasHidden(this.#lines.source.slice(start, end))) {
      // Reported with the text's other hidden characters.
      this.#findings.condemn(path, what);
      return;
    }
    const { isProse, mayEscape } = this.#lines.kind;
    if (mayEscape) return;
    const plain = what === 'value' && isProse(path) ? text.replace(/[\n\t]/g, ' ') : text;
    if (printable(plain) === plain) return;
    const character = [...plain].find((one) => printable(one) !== one) ?? '';
    const isBreak = character === '\n';
    this.#add(
      codes.forbiddenCharacter,
      `the ${what} contains ${characterName(character)}`,
      scalar,
      {
        path,
        hint: isBreak
          ? 'write it on one line; after ">" or "|", a "-" drops the last line break'
          : 'remove it',
      },
      what,
    );
  }

  #add(
    code: Code,
    message: string,
    at: Node | null,
    details: { path?: Path; hint: string },
    part: 'value' | 'key' = 'value',
  ): void {
    const [start, end] = at?.range ?? [0, 0];
    const { path, hint } = details;
    const position = this.#lines.position(start, end);
    this.#findings.add(
      errorFinding(code, message, { position, hint, ...(path?.length ? { path } : {}) }),
      part,
    );
  }
}

/** What stands before a value that has a tag. A key may have an exclamation mark too, and ends with a colon. */
const TAGGED = /(^|[\s,[{])![^\s,[\]{}]*(?<!:)[ \t]+(&\S+[ \t]+)?$/;

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}
