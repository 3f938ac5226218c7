/**
 * Checks whether a value that was read from a file has the shape that its type claims. The compiler checks each shape
 * against its type: a field without its shape is a type error.
 */

/** The first place that does not fit. */
export interface Mismatch {
  /** Keys and indexes, such as `world.domain.disks[0].chain`; empty for the value itself. */
  readonly at: string;
  /** What is expected there, with its article: `a string`. */
  readonly expected: string;
}

/** Returns the first mismatch of a value with `T`; undefined where it matches. Unknown fields are ignored. */
export interface Shape<T> {
  (value: unknown, at: string): Mismatch | undefined;
  /** Never set: it makes the type of matching values part of the shape's type. */
  readonly fits?: T;
}

interface Optional<T> {
  readonly optional: Shape<T>;
}

/** A shape for each field. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? Optional<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

/** The first mismatch; undefined where the value matches. */
export function mismatchOf<T>(shape: Shape<T>, value: unknown): Mismatch | undefined {
  return shape(value, '');
}

function test<T>(expected: string, fits: (value: unknown) => boolean): Shape<T> {
  return (value, at) => (fits(value) ? undefined : { at, expected });
}

export const text: Shape<string> = test('a string', (value) => typeof value === 'string');

export const flag: Shape<boolean> = test('true or false', (value) => typeof value === 'boolean');

/** JSON has `1e999`, which is read as infinity. */
export const amount: Shape<number> = test('a number', (value) =>
  typeof value === 'number' && Number.isFinite(value));

/** @param expected what is expected, with its article */
export function textLike(pattern: RegExp, expected: string): Shape<string> {
  return test(expected, (value) => typeof value === 'string' && pattern.test(value));
}

export function oneOf<T extends string | boolean | null>(...values: readonly T[]): Shape<T> {
  return test(`one of ${values.map((each) => `"${each}"`).join(', ')}`, (value) =>
    values.includes(value as T));
}

/** A field that is `true` or absent. */
export const trueFlag = oneOf(true as const);

export function optionalField<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return (value, at) => one(value, at) && other(value, at);
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return { at, expected: 'a list' };
    for (const [index, each] of value.entries()) {
      const misfit = shape(each, `${at}[${index}]`);
      if (misfit) return misfit;
    }
    return undefined;
  };
}

/** Values by keys that are data, such as paths. */
export function byKey<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isObject(value)) return { at, expected: 'an object' };
    for (const key of Object.keys(value)) {
      const misfit = shape(value[key], `${at}[${JSON.stringify(key)}]`);
      if (misfit) return misfit;
    }
    return undefined;
  };
}

export function fields<T extends object>(shapes: Fields<T>): Shape<T> {
  const all = Object.entries(shapes) as [string, Shape<unknown> | Optional<unknown>][];
  return (value, at) => {
    if (!isObject(value)) return { at, expected: 'an object' };
    for (const [key, shape] of all) {
      const own = Object.hasOwn(value, key) ? value[key] : undefined;
      if ('optional' in shape && own === undefined) continue;
      const misfit = ('optional' in shape ? shape.optional : shape)(
        own,
        at === '' ? key : `${at}.${key}`,
      );
      if (misfit) return misfit;
    }
    return undefined;
  };
}

/** One of several kinds of objects, distinguished by a field. */
export function byTag<T extends object>(
  tag: string,
  kinds: Readonly<Record<string, Shape<T>>>,
): Shape<T> {
  return (value, at) => {
    if (!isObject(value)) return { at, expected: 'an object' };
    const name = Object.hasOwn(value, tag) ? value[tag] : undefined;
    const kind = typeof name === 'string' && Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    return kind
      ? kind(value, at)
      : {
          at: at === '' ? tag : `${at}.${tag}`,
          expected: `one of ${Object.keys(kinds).join(', ')}`,
        };
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
