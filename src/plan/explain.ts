/** Turns the validator's errors into findings, in terms of the document. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { Guesses } from '../nearest.ts';
import type { AnyStep } from '../steps/define.ts';
import { errorFinding, type Path } from './findings.ts';
import { hasReference } from './references.ts';
import { MIB, scaledBytes } from './scaled-amount.ts';
import { type JsonSchema, propertiesOf } from './schema.ts';
import type { SourcePositions } from './source-positions.ts';
import { labelOf, listed, named, quoted } from './words.ts';

/** One error of the validator, with the part of the document and the part of the schema that it is about. */
export interface ShapeError {
  readonly keyword: string;
  readonly path: Path;
  readonly data: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly schema: JsonSchema;
  readonly propertyName?: string;
}

/** Explains the errors of one document. */
export class Explainer {
  readonly #places: SourcePositions;
  readonly #steps: ReadonlyMap<string, AnyStep>;
  readonly #guesses = new Guesses();

  constructor(places: SourcePositions, steps: readonly AnyStep[]) {
    this.#places = places;
    this.#steps = new Map(steps.map((step) => [step.kind, step]));
  }

  /** The finding for one error; undefined for an error that only repeats others. */
  explain(error: ShapeError): Finding | undefined {
    const { path, schema: parent } = error;
    switch (error.keyword) {
      case 'required':
        return this.#missing(error, path, parent);
      // Unknown keys are reported before the values are checked; see keys.ts.
      case 'additionalProperties':
      case 'propertyNames':
        return undefined;
      case 'minItems':
      case 'maxItems':
      case 'maxProperties':
        return this.#wrongNumber(error, path);
      default:
        return error.propertyName === undefined
          ? this.#wrongValue(error, path, parent)
          : this.#wrongName(error.propertyName, path, parent);
    }
  }

  #label(path: Path): string {
    return labelOf(path, this.#places.tree.lines.kind.noun);
  }

  #missing(error: ShapeError, path: Path, parent: JsonSchema): Finding {
    const key = String(error.params['missingProperty']);
    const of = this.#label(path);
    return errorFinding(codes.missingKey, `${of} requires the key ${quoted(key)}`, {
      path: [...path, key],
      position: this.#places.locate(path),
      hint:
        (path.length === 0 ? this.#places.tree.lines.kind.missing[key] : undefined) ??
        descriptionOf(propertiesOf(parent)[key]),
    });
  }

  /** Whether the kind at that path is empty because its options are beside it instead of below it. */
  #hasStrayOptions(path: Path): boolean {
    if (path.length !== 3 || path[0] !== 'steps') return false;
    const options = Object.keys(this.#steps.get(String(path[2]))?.schema.properties ?? {});
    return options.some((option) => this.#hasSibling(path, option));
  }

  #hasSibling(path: Path, kind: string): boolean {
    return this.#places.has([...path.slice(0, -1), kind]);
  }

  #wrongNumber(error: ShapeError, path: Path): Finding {
    const limit = Number(error.params['limit']);
    const things = error.keyword.endsWith('Items') ? 'item' : 'key';
    const most = error.keyword.startsWith('max') ? 'most' : 'least';
    const count = `${limit} ${things}${limit === 1 ? '' : 's'}`;
    return errorFinding(codes.invalidValue, `${this.#label(path)} must have at ${most} ${count}`, {
      path,
      position: this.#places.locate(path),
    });
  }

  #wrongName(name: string, parentPath: Path, parent: JsonSchema): Finding {
    const path = [...parentPath, name];
    return errorFinding(codes.invalidValue, `${quoted(name)} must be ${expectation(parent)}`, {
      path,
      position: this.#places.locateKey(path),
    });
  }

  #wrongValue(error: ShapeError, path: Path, parent: JsonSchema): Finding | undefined {
    if (error.data === null && this.#hasStrayOptions(path)) return undefined;
    const code = error.keyword === 'type' ? codes.wrongType : codes.invalidValue;
    const message = this.#label(path);
    return errorFinding(
      code,
      `${message} must be ${expectation(parent, error.keyword)}, but is ${named(error.data)}`,
      {
        path,
        position: this.#places.locate(path),
        hint: this.#valueHint(error, path, parent),
      },
    );
  }

  #valueHint(error: ShapeError, path: Path, parent: JsonSchema): string | undefined {
    const { data } = error;
    const types = [parent['type']].flat();
    const choices = Array.isArray(parent['enum'])
      ? parent['enum'].map(String)
      : parent['const']
        ? [String(parent['const'])]
        : [];
    const near = typeof data === 'string' ? this.#guesses.nearest(data, choices) : undefined;
    if (near) return `did you mean ${quoted(near)}?`;
    if (typeof data === 'string' && this.#steps.has(data))
      return `write ${quoted(`${data}:`)} and its options below it`;
    const isPlain = typeof data === 'number' || typeof data === 'boolean';
    // If a number is allowed as well, quotes would not help.
    if (isPlain && types.includes('string') && !types.includes('integer'))
      return `put it in quotes: ${quoted(this.#places.written(path) ?? String(data))}`;
    if (data === null && types.includes('object') && path.length === 3 && path[0] === 'steps')
      return `write "${String(path.at(-1))}: {}" if no options are needed`;
    if (typeof data === 'string' && types.includes('boolean')) return this.#switchHint(data, path);
    if (
      typeof data === 'string' &&
      data.trim() !== '' &&
      Number.isFinite(Number(data)) &&
      (types.includes('integer') || types.includes('number'))
    ) {
      return 'write it without quotes; if it is a variable, its default must be a number';
    }
    const amount =
      typeof data === 'string' && !types.includes('string') && types.includes('integer')
        ? this.#amountHint(data, path, descriptionOf(parent) ?? '')
        : undefined;
    return amount ?? descriptionOf(parent);
  }

  /** YAML 1.1 and other tools take words such as `yes` for `true`; in YAML 1.2 they are text. */
  #switchHint(data: string, path: Path): string {
    const known = SWITCH_WORDS.find(([, words]) => words.test(data))?.[0];
    const word = known ?? 'true or false';
    const written = this.#places.written(path) ?? data;
    if (hasReference(written)) return `give the variable the value ${word}, without quotes`;
    const { source, column } = this.#places.locate(path);
    if (/^["']/.test(source.slice(column - 1))) return `write ${word} without quotes`;
    return known ? `write ${word}: ${quoted(data)} is text in YAML 1.2` : `write ${word}`;
  }

  /** For an amount with a unit, such as `1M`: the number in the unit of the option, which its description names. */
  #amountHint(data: string, path: Path, description: string): string | undefined {
    const [, otherUnit, option = ''] = /\(in (\S+) with `([\w-]+)`\)/.exec(description) ?? [];
    const isOther = this.#places.written([...path.slice(0, -1), option]) === 'true';
    const unit = isOther ? otherUnit : /MiB\/s|bytes\/s|bytes|seconds/.exec(description)?.[0];
    const amount = unit === undefined ? undefined : amountIn(unit, data);
    return amount === undefined ? undefined : `write ${amount}: the unit is ${unit}`;
  }
}

const SWITCH_WORDS: readonly (readonly [word: string, words: RegExp])[] = [
  ['true', /^(y|yes|on|true|1)$/i],
  ['false', /^(n|no|off|false|0)$/i],
];

/** The amount as a number of that unit; undefined if it is not a whole one. */
function amountIn(unit: string, written: string): number | undefined {
  const word = written.trim().replace(/\/s$|ps$/i, '');
  const [, count = '', scale = ''] = /^(\d+) ?([smhd])\w*$/i.exec(word) ?? [];
  const amount =
    unit === 'seconds'
      ? Number(count) * (SECONDS[scale.toLowerCase()] ?? Number.NaN)
      : (scaledBytes(word.replace(' ', '')) ?? Number.NaN) / (unit === 'MiB/s' ? MIB : 1);
  return Number.isSafeInteger(amount) ? amount : undefined;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What a schema requires, worded to follow "must be". */
function expectation(schema: JsonSchema, keyword?: string): string {
  if (schema['const'] !== undefined) return quoted(String(schema['const']));
  if (Array.isArray(schema['enum'])) return listed(schema['enum'].map(String));
  const words = [schema['type']].flat().map((type) => TYPES[String(type)] ?? String(type));
  const type =
    words.length > 1
      ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
      : (words[0] ?? 'something else');
  // For a value of the wrong type, the type alone is enough.
  const isPlainType = keyword === 'type' && typeof schema['type'] === 'string';
  if (schema['title'] !== undefined) return isPlainType ? type : String(schema['title']);
  return `${type}${bounds(schema)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'empty',
};

function bounds(schema: JsonSchema): string {
  const { minimum, maximum, minLength, pattern } = schema;
  if (pattern !== undefined) return ` that matches ${pattern}`;
  if (minLength !== undefined)
    return minLength === 1 ? ' that is not empty' : ` of at least ${minLength} characters`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (minimum !== undefined) return ` of at least ${minimum}`;
  return maximum === undefined ? '' : ` of at most ${maximum}`;
}

function descriptionOf(schema: JsonSchema | undefined): string | undefined {
  const description = schema?.['description'];
  return typeof description === 'string' ? description : undefined;
}
