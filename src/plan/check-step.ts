/**
 * Runs the check of a step kind on parameters that may have errors. The check needs parameters that match the schema, so it
 * runs on several completions: the valid parts, with different values in each gap. A finding is reported only if every
 * completion has it, because then it does not depend on what is wrong or missing.
 */
import type { Finding } from '../errors.ts';
import type { AnyStep, OptionSchema } from '../steps/define.ts';
import type { Path } from './findings.ts';

/** A place in the parameters whose value is unknown: it is wrong or missing. */
interface Gap {
  readonly path: Path;
  readonly schema: OptionSchema;
  /** Whether the schema requires a value. */
  readonly required: boolean;
}

/** With more gaps than this, the check is skipped: the number of completions grows with them. */
const MOST_GAPS = 60;

/**
 * @param params as read, with errors or without
 * @param isWrong whether the value at that path of the parameters has an error
 * @returns the findings of the step's check that do not depend on a wrong or missing value
 */
export function checkStep(
  step: AnyStep,
  params: Readonly<Record<string, unknown>>,
  isWrong: (path: Path) => boolean,
): readonly Finding[] {
  const gaps: Gap[] = [];
  const sound = soundPart(params, step.schema, [], isWrong, gaps);
  if (gaps.length === 0) return step.check(params);
  if (sound === undefined || gaps.length > MOST_GAPS) return [];
  const [first = [], ...others] = completions(sound, gaps).map((each) => step.check(each));
  const otherKeys = others.map((findings) => new Set(findings.map(keyOf)));
  return first.filter((finding) => otherKeys.every((keys) => keys.has(keyOf(finding))));
}

function keyOf({ code, path, message }: Finding): string {
  return JSON.stringify([code, path, message]);
}

/** The value without its wrong parts, which are added to `gaps`; undefined if nothing of it is left. */
function soundPart(
  value: unknown,
  schema: OptionSchema,
  path: Path,
  isWrong: (path: Path) => boolean,
  gaps: Gap[],
): unknown {
  if (isWrong(path) && path.length > 0) return undefined;
  if (schema.type === 'array') {
    return (value as readonly unknown[]).map((item, at) => {
      const place = [...path, at];
      const part = soundPart(item, schema.items, place, isWrong, gaps);
      if (part === undefined) gaps.push({ path: place, schema: schema.items, required: true });
      return part;
    });
  }
  if (schema.type !== 'object') return value;
  const map = value as Readonly<Record<string, unknown>>;
  const known = Object.entries(schema.properties);
  return Object.fromEntries(
    known.flatMap(([word, option]) => {
      const place = [...path, word];
      const has = Object.hasOwn(map, word);
      const required = schema.required?.includes(word) ?? false;
      const part = has ? soundPart(map[word], option, place, isWrong, gaps) : undefined;
      if (part === undefined && (has || required))
        gaps.push({ path: place, schema: option, required });
      return part === undefined ? [] : [[word, part]];
    }),
  );
}

/** Fills the required gaps in two ways, then each gap with each of its sample values. */
function completions(sound: unknown, gaps: readonly Gap[]): Readonly<Record<string, unknown>>[] {
  const fill = (number: number) =>
    gaps
      .filter(({ required }) => required)
      .reduce(
        (params, { path, schema }) => withValue(params, path, samples(schema, path, number)[0]),
        sound,
      );
  const one = fill(1);
  const each = gaps.flatMap(({ path, schema }) =>
    samples(schema, path, 1).map((value) => withValue(one, path, value)),
  );
  return [one, fill(2), ...each] as Readonly<Record<string, unknown>>[];
}

function withValue(root: unknown, [word, ...rest]: Path, value: unknown): unknown {
  if (word === undefined) return value;
  if (Array.isArray(root)) {
    return root.map((item, at) => (at === word ? withValue(item, rest, value) : item));
  }
  const map = root as Readonly<Record<string, unknown>> | undefined;
  return { ...map, [word]: withValue(map?.[word], rest, value) };
}

/**
 * Values that match the schema.
 * @param number makes texts differ, so that a finding whose message contains one is recognized
 */
function samples(schema: OptionSchema, path: Path, number: number): readonly unknown[] {
  switch (schema.type) {
    case 'boolean':
      return [true, false];
    case 'string':
      return schema.enum ?? [`/${number}/${path.join('/')}`];
    case 'integer':
      return [schema.minimum ?? schema.maximum ?? 1];
    case 'array':
      return [[samples(schema.items, [...path, 0], number)[0]]];
    case 'object': {
      const all = Object.entries(schema.properties).map(
        ([word, option]) => [word, samples(option, [...path, word], number)[0]] as const,
      );
      const required = all.filter(([word]) => schema.required?.includes(word));
      return [Object.fromEntries(required), Object.fromEntries(all)];
    }
  }
}
