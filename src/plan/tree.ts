/** A plan's nodes with aliases expanded and merge keys merged, up to a limit on the number of values. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { codes } from '../codes.ts';
import { errorFinding, inputError } from './findings.ts';
import type { Lines } from './lines.ts';
import { MAX_NESTING } from './parse.ts';

/** The most values after aliases are expanded; the largest plan that the schema allows has fewer. */
const MOST_VALUES = 50_000;

/** A map that is not validated yet. */
export type Data = Readonly<Record<string, unknown>>;

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key of a map with its value; the key's node may be in a map that was merged in. */
export interface MapEntry {
  readonly key: Scalar;
  readonly value: Node | null;
}

export class Tree {
  readonly lines: Lines;
  readonly root: Node;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #entries = new Map<YAMLMap, ReadonlyMap<string, MapEntry> | 'being merged'>();
  #values = 0;

  /** @param targets the node that each alias stands for; an alias without one counts as empty */
  constructor(lines: Lines, root: Node, targets: ReadonlyMap<Alias, Node>) {
    this.lines = lines;
    this.root = root;
    this.#targets = targets;
  }

  /** The node itself, or the one that an alias stands for; null if there is none. */
  resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? null) : node;
  }

  /** A map's entries by key, with those of its merge keys; the map's own entries take precedence. */
  entries(map: YAMLMap): ReadonlyMap<string, MapEntry> {
    const known = this.#entries.get(map);
    if (known === 'being merged') throw this.#endless(map);
    if (known) return known;
    this.#entries.set(map, 'being merged');
    const entries = new Map<string, MapEntry>();
    const own = new Set<string>();
    for (const { key, value } of map.items as { key: Node; value: Node | null }[]) {
      if (isMergeKey(key)) {
        for (const [word, entry] of this.#merged(value)) {
          this.#spend(map);
          if (!entries.has(word)) entries.set(word, entry);
        }
      } else if (isScalar(key) && key.value !== null) {
        this.#spend(map);
        const word = wordOf(key);
        if (!own.has(word)) entries.set(word, { key, value });
        own.add(word);
      }
    }
    this.#entries.set(map, entries);
    return entries;
  }

  *#merged(value: Node | null): Generator<[string, MapEntry]> {
    const source = this.resolve(value);
    for (const part of isSeq(source) ? source.items : [source]) {
      const map = this.resolve(part as Node | null);
      if (isMap(map)) yield* this.entries(map as YAMLMap);
    }
  }

  /**
   * The node as plain data. A key such as `__proto__` becomes an own property, like any other key.
   *
   * @throws BlockplanError `input-refused` (aliasExpansion) if aliases exceed the limit or contain themselves
   */
  value(node: Node | null = this.root, depth = 0): unknown {
    const target = this.resolve(node);
    if (depth > MAX_NESTING) throw this.#endless(node ?? this.root);
    // Each alias repeats the whole text, so a long text costs more than a short one.
    const length = isScalar(target) && typeof target.value === 'string' ? target.value.length : 0;
    this.#spend(node ?? this.root, 1 + Math.floor(length / 100));
    if (isMap(target)) {
      const entries = [...this.entries(target as YAMLMap)];
      return Object.fromEntries(
        entries.map(([word, entry]) => [word, this.value(entry.value, depth + 1)]),
      );
    }
    if (isSeq(target))
      return target.items.map((item) => this.value(item as Node | null, depth + 1));
    return isScalar(target) ? target.value : null;
  }

  #spend(at: Node, cost = 1): void {
    this.#values += cost;
    if (this.#values <= MOST_VALUES) return;
    throw inputError([
      errorFinding(
        codes.aliasExpansion,
        `the ${this.lines.kind.noun} has more than ${MOST_VALUES.toLocaleString('en')} values after its aliases are expanded`,
        {
          position: this.lines.position(at.range?.[0] ?? 0, at.range?.[1]),
          hint: 'use fewer aliases',
        },
      ),
    ]);
  }

  #endless(at: Node) {
    return inputError([
      errorFinding(
        codes.aliasExpansion,
        'an alias is inside the value that it refers to, or aliases are nested too deeply',
        {
          position: this.lines.position(at.range?.[0] ?? 0, at.range?.[1]),
          hint: 'write the value out instead',
        },
      ),
    ]);
  }
}

/** Whether the key is YAML's `<<`, unquoted. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

/** A key as written: `1` and `true` are words too when they are keys. */
export function wordOf(key: Scalar): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
