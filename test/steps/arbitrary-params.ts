/** Parameters of a step, generated from its schema: only values that it accepts. */
import fc from 'fast-check';
import { printable } from '../../src/printable.ts';
import type { OptionSchema, ParamsSchema } from '../../src/steps/define.ts';
import { BASE, DATA, ISO, SNAP1, SNAP2 } from '../worlds.ts';

const FILES = [
  BASE,
  SNAP1,
  SNAP2,
  DATA,
  ISO,
  '/new/copy.qcow2',
  '/new/a,b "c".img',
  'relative.img',
];
const TARGETS = ['vda', 'vdb', 'sda', 'nope'];

/** Values that are meaningful to a step, by the property's name; other properties get any text, and these do sometimes. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  disk: TARGETS,
  dest: FILES,
  source: FILES,
  file: FILES,
  base: [...FILES, 'vda[1]', 'vda[2]', 'vda[3]', 'vdb[1]', 'vda[99]'],
  top: [...FILES, 'vda[1]', 'vda[2]', 'vda[3]', 'vdb[1]', 'vda[99]'],
  quarantine: ['/aside', '/export/vmimages', 'relative'],
  name: ['nightly', 'backup', 's p', '--name', "it's"],
};

/**
 * Any parameters that match the schema; as most of them are refused, also parameters that differ from known good ones in a
 * few places.
 */
export function arbitraryParams(
  schema: ParamsSchema,
  good: readonly Readonly<Record<string, unknown>>[],
): fc.Arbitrary<Record<string, unknown>> {
  const changes = fc.subarray(Object.keys(schema.properties), { maxLength: 2 });
  const near = fc
    .tuple(fc.constantFrom(...good), object(schema), changes)
    .map(([params, other, keys]) =>
      keys.reduce<Record<string, unknown>>(
        (changed, key) => {
          const { [key]: _old, ...rest } = changed;
          return key in other ? { ...rest, [key]: other[key] } : rest;
        },
        { ...params },
      ),
    )
    .filter((params) => (schema.required ?? []).every((key) => key in params));
  return fc.oneof(object(schema), { weight: 2, arbitrary: near });
}

function object(schema: ParamsSchema): fc.Arbitrary<Record<string, unknown>> {
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([name, part]) => [name, value(part, name)]),
  );
  return fc.record(properties, { requiredKeys: [...(schema.required ?? [])] });
}

function value(schema: OptionSchema, name: string): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 2 ** 40 });
    case 'array':
      return fc.array(value(schema.items, name), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'object':
      return object(schema);
    case 'string':
      return text(schema, name);
  }
}

function text(
  schema: Extract<OptionSchema, { type: 'string' }>,
  name: string,
): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const any = fc.string({ minLength: schema.minLength ?? 0, unit: 'binary' });
  const words = WORDS[name];
  const pattern = schema.pattern === undefined ? undefined : new RegExp(schema.pattern, 'u');
  return (words ? fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, any) : any).filter(
    (each) =>
      each.length >= (schema.minLength ?? 0) &&
      // A plan with other characters is refused when it is read.
      printable(each) === each &&
      pattern?.test(each) !== false,
  );
}
