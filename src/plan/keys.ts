/** Checks the keys of a document, and reads a misspelt one as the key that was meant, so that it hides no other error. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { Guesses } from '../nearest.ts';
import type { AnyStep } from '../steps/define.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import { hasReference } from './references.ts';
import { type JsonSchema, propertiesOf, typesOf } from './schema.ts';
import type { SourcePositions } from './source-positions.ts';
import { type Data, isData } from './tree.ts';
import { labelOf, listed, quoted } from './words.ts';

interface Context {
  readonly places: SourcePositions;
  readonly findings: Findings;
}

/**
 * Adds a finding for each unknown key.
 *
 * @param steps the step kinds that the document may name; none for a document that is not a plan
 * @param at the path of the document, if it is a part of another one
 * @returns the document in which each misspelt key has the name that the user probably meant; `places` finds the value
 * under both names
 */
export function readKeys(
  document: Data,
  schema: JsonSchema,
  steps: readonly AnyStep[],
  context: Context,
  at: Path = [],
): Data {
  return new Keys(steps, context).ofMap(document, schema, at);
}

class Keys {
  readonly #places: SourcePositions;
  readonly #findings: Findings;
  readonly #steps: ReadonlyMap<string, AnyStep>;
  readonly #guesses = new Guesses();

  constructor(steps: readonly AnyStep[], { places, findings }: Context) {
    this.#steps = new Map(steps.map((step) => [step.kind, step]));
    this.#places = places;
    this.#findings = findings;
  }

  ofMap(map: Data, schema: JsonSchema, path: Path): Data {
    const properties = propertiesOf(schema);
    const others = schema['additionalProperties'];
    const taken = new Set(Object.keys(map));
    const entries = Object.entries(map).map(([word, value]): [string, unknown] => {
      if (Object.hasOwn(properties, word))
        return [word, this.#ofValue(value, properties[word]!, [...path, word])];
      if (others !== false) {
        const other = typeof others === 'object' ? (others as JsonSchema) : {};
        return [word, this.#ofValue(value, other, [...path, word])];
      }
      const meant = this.#unknown(word, path, properties);
      if (meant === undefined || taken.has(meant)) return [word, value];
      taken.add(meant);
      return [meant, this.#asMeant(value, properties[meant]!, path, { word, meant })];
    });
    return Object.fromEntries(entries);
  }

  #ofValue(value: unknown, schema: JsonSchema, path: Path): unknown {
    if (Array.isArray(value)) {
      const items = schema['items'] as JsonSchema | undefined;
      return items ? value.map((item, at) => this.#ofValue(item, items, [...path, at])) : value;
    }
    return isData(value) && typesOf(schema).includes('object')
      ? this.ofMap(value, schema, path)
      : value;
  }

  /** The value of a misspelt key. If it has another type than the key's values, the guess may be wrong: it is not checked. */
  #asMeant(
    value: unknown,
    schema: JsonSchema,
    parent: Path,
    { word, meant }: { readonly word: string; readonly meant: string },
  ): unknown {
    const path = [...parent, meant];
    this.#places.rename(path, word);
    this.#findings.carry([...parent, word], path);
    if (!isOfType(value, typesOf(schema))) this.#findings.condemn(path);
    return this.#ofValue(value, schema, path);
  }

  /** Reports an unknown key. @returns the known key that was probably meant */
  #unknown(
    word: string,
    parent: Path,
    properties: Readonly<Record<string, JsonSchema>>,
  ): string | undefined {
    const isStep = this.#steps.size > 0 && parent.length === 2 && parent[0] === 'steps';
    const path = [...parent, word];
    const known = Object.keys(properties);
    const owner = isStep ? this.#ownerOf(word, parent) : undefined;
    const reason = this.#reasonAgainst(word, parent);
    const meant =
      owner === undefined && reason === undefined ? this.#guesses.nearest(word, known) : undefined;
    const add = (code: Finding['code'], message: string, hint: string) =>
      this.#findings.add(
        errorFinding(code, message, { path, position: this.#places.locateKey(path), hint }),
        'key',
      );
    const guess = meant === undefined ? undefined : `did you mean ${quoted(meant)}?`;
    if (owner !== undefined) {
      const message = `${quoted(word)} is an option of ${quoted(owner)}, not a kind of step`;
      add(codes.unknownKind, message, `indent it below ${quoted(owner)}`);
    } else if (reason !== undefined) {
      add(codes.optionNotOffered, `${quoted(word)} is not supported: ${reason}`, 'remove it');
    } else if (isStep) {
      const kinds = [...this.#steps.keys()];
      const hint = guess ?? `use one of: ${listed(kinds)}`;
      add(codes.unknownKind, `unknown kind of step ${quoted(word)}`, hint);
    } else {
      const kind = this.#places.tree.lines.kind;
      const every = known.length === 0 ? 'it takes no options' : `use one of: ${listed(known)}`;
      const message = `unknown key ${quoted(word)} in ${labelOf(parent, kind.noun)}`;
      add(codes.unknownKey, message, guess ?? every);
    }
    return meant;
  }

  /** The kind beside the key, if the key is one of its options that is not indented below it. */
  #ownerOf(word: string, step: Path): string | undefined {
    return [...this.#steps].find(
      ([kind, { schema }]) =>
        Object.hasOwn(schema.properties, word) && this.#places.has([...step, kind]),
    )?.[0];
  }

  /** Why a plan does not offer that option of virsh; undefined if virsh does not have it either. */
  #reasonAgainst(word: string, parent: Path): string | undefined {
    const step = parent.length === 3 ? this.#steps.get(String(parent[2])) : undefined;
    const option = word.replace(/^-+/, '');
    return step && Object.hasOwn(step.unoffered, option) ? step.unoffered[option] : undefined;
  }
}

/** Whether the value may have one of the types; a reference may stand for any scalar. */
function isOfType(value: unknown, types: readonly string[]): boolean {
  if (types.length === 0) return true;
  if (isData(value)) return types.includes('object');
  if (Array.isArray(value)) return types.includes('array');
  if (typeof value === 'string')
    return hasReference(value)
      ? types.some((type) => type !== 'object' && type !== 'array')
      : types.includes('string');
  if (typeof value === 'number') return types.includes('number') || types.includes('integer');
  return value === null ? types.includes('null') : types.includes('boolean');
}
