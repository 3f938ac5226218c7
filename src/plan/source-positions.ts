/** Finds the position of a key path in a plan's text. */
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { Position } from '../errors.ts';
import type { Path } from './findings.ts';
import type { PlanText } from './text.ts';
import type { Tree } from './tree.ts';

/** The node at a path, or at the longest part of it that the text has. */
interface Place {
  readonly key: Node | null;
  readonly node: Node | null;
  /** Whether the text has the whole path. */
  readonly whole: boolean;
}

export class SourcePositions implements PlanText {
  readonly file: string;
  readonly source: string;
  readonly tree: Tree;
  /** The keys of the text that are read as other keys, by the path under which they are read. */
  readonly #renamed = new Map<string, string>();

  constructor(tree: Tree) {
    this.tree = tree;
    this.file = tree.lines.file;
    this.source = tree.lines.source;
  }

  /** Finds the value at that path, whose last key is a known one, under the word that the text has for it. */
  rename(path: Path, word: string): void {
    this.#renamed.set(JSON.stringify(path), word);
  }

  /** The value if it is a scalar; else its key; else the nearest node above. */
  locate(path: Path): Position {
    const { key, node } = this.#find(path);
    if (node && !isMap(node) && !isSeq(node) && hasText(node)) return this.#at(node);
    return this.#at(key ?? firstKey(node) ?? node ?? this.tree.root);
  }

  /** The key itself; used for an unknown key, which is what the user must change. */
  locateKey(path: Path): Position {
    const { key, whole } = this.#find(path);
    return key && whole ? this.#at(key) : this.locate(path);
  }

  /**
   * A function that locates a part of the text value at that path, by index and length. If the text has escapes or folds,
   * the function locates the whole value.
   */
  locatorWithin(path: Path): (from: number, length: number) => Position {
    const node = this.tree.resolve(this.#find(path).node);
    const [start, end] = node?.range ?? [0, 0];
    const written = this.source.slice(start, end);
    const quote = /^["']/.test(written) ? 1 : 0;
    const isPlain = isScalar(node) && written.slice(quote, written.length - quote) === node.value;
    if (!isPlain) return () => this.locate(path);
    return (from, length) => {
      const at = start + quote + from;
      return this.tree.lines.position(at, at + length);
    };
  }

  /** Whether the text has that path. */
  has(path: Path): boolean {
    return this.#find(path).whole;
  }

  /** A number or a boolean as written: `1.10`, not 1.1. */
  written(path: Path): string | undefined {
    const { node, whole } = this.#find(path);
    const target = this.tree.resolve(node);
    return whole && isScalar(target) ? target.source : undefined;
  }

  #find(path: Path): Place {
    let key: Node | null = null;
    let node: Node | null = this.tree.root;
    for (const [at, known] of path.entries()) {
      const word = this.#wordOf(path, at, known);
      const parent = this.tree.resolve(node);
      if (isMap(parent)) {
        const entry = this.tree.entries(parent as YAMLMap).get(String(word));
        if (!entry) return { key, node, whole: false };
        ({ key, value: node } = entry);
      } else if (isSeq(parent) && typeof word === 'number' && word in parent.items) {
        [key, node] = [null, parent.items[word] as Node | null];
      } else {
        return { key, node, whole: false };
      }
    }
    return { key, node, whole: true };
  }

  /** The text's own word for a part of the path. */
  #wordOf(path: Path, at: number, known: string | number): string | number {
    if (this.#renamed.size === 0) return known;
    return this.#renamed.get(JSON.stringify(path.slice(0, at + 1))) ?? known;
  }

  #at(node: Node): Position {
    const [start, end] = node.range ?? [0, 0];
    return this.tree.lines.position(start, isMap(node) || isSeq(node) ? start + 1 : end);
  }
}

function hasText(node: Node): boolean {
  return node.range ? node.range[1] > node.range[0] : false;
}

function firstKey(node: Node | null): Node | null {
  return isMap(node) ? ((node.items[0]?.key as Node | undefined) ?? null) : null;
}
