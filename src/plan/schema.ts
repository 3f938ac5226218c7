/** Builds the JSON Schema of a plan from the step kinds, for editors and for the validator. */
import { HOOK_POINTS } from '../hook.ts';
import type { AnyStep } from '../steps/define.ts';
import { HOOK_MEANINGS, HOOK_SCHEMA } from './hook-schema.ts';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * `editor` describes the text, in which any value may be a reference; `reader` describes it with references replaced.
 * `validator` says the same as `reader`, but has the kinds in `$defs`.
 */
export type Audience = 'editor' | 'reader' | 'validator';

/** The schemas of a map's keys. */
export function propertiesOf(schema: JsonSchema | undefined): Readonly<Record<string, JsonSchema>> {
  return (schema?.['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
}

/** The types that a schema accepts; none if any type may match. */
export function typesOf(schema: JsonSchema): readonly string[] {
  return [schema['type'] ?? []].flat() as string[];
}

/** The most steps that a plan may have. */
const MOST_STEPS = 100;

/** The most hooks that a point of a plan may have. */
const MOST_HOOKS = 20;

/** A name, not an address: the schema comes with the package, and `blockplan schema` prints it. */
const SCHEMA_ID = 'urn:blockplan:schema:plan:v1';

/** The schema of a whole plan. */
export function planSchema(kinds: readonly AnyStep[], audience: Audience): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'blockplan plan',
    description: 'A live disk operation on a libvirt guest that can be reviewed, run and undone.',
    type: 'object',
    additionalProperties: false,
    required: ['plan', 'name', 'domain', 'steps'],
    properties: {
      plan: { const: 'blockplan/v1', description: 'The format of the plan.' },
      name: {
        ...WORD,
        description: 'Name of the plan in reports and in the journal.',
        examples: ['move-testvm'],
      },
      description: forAudience(
        { type: 'string', description: 'Purpose of the plan; may have several lines.' },
        audience,
      ),
      domain: forAudience(
        { ...DOMAIN, description: "Name of the guest's domain, as in `virsh list --all`." },
        audience,
      ),
      vars: VARS,
      hooks: hooksSchema(audience),
      steps: {
        type: 'array',
        minItems: 1,
        maxItems: MOST_STEPS,
        description:
          'Steps of the plan, run in this order. Values may refer to `${vars.NAME}`, `${domain}`, `${guest.name}`, `${guest.uuid}`, `${guest.disks.TARGET.source}` (the path of the active layer), `${guest.disks.TARGET.format}`, `${run.date}`, `${run.time}` and `${run.id}`. With TARGET in a variable: `${guest.disks[vars.NAME].source}`.',
        items: stepSchema(kinds, audience),
      },
      'on-failure': {
        type: 'string',
        enum: ['rollback', 'stop'],
        default: 'rollback',
        description:
          '`rollback` undoes what the run did; `stop` leaves everything as it is and reports that.',
      },
    },
    ...(audience === 'editor'
      ? { $defs: { hook: forAudience(HOOK_SCHEMA, audience) }, examples: examplesOf(kinds) }
      : {}),
    ...(audience === 'validator'
      ? { $defs: Object.fromEntries(kinds.map((step) => [step.kind, step.schema])) }
      : {}),
  };
}

const WORD: JsonSchema = {
  type: 'string',
  title: 'a word of a-z, 0-9 and "-"',
  pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
};

const DOMAIN: JsonSchema = {
  type: 'string',
  title:
    'the name of a libvirt domain: not empty, without "/", and not starting with "-" or a space',
  pattern: '^[^/\\s-][^/]*$',
  maxLength: 255,
};

const VARS: JsonSchema = {
  type: 'object',
  description:
    'Variables, used as `${vars.NAME}`. A value may refer to variables above it, to the guest and to the run. `--set NAME=value` replaces a value; it is required for a variable without one.',
  maxProperties: 100,
  propertyNames: {
    type: 'string',
    title: 'a name of letters, digits, "_" and "-"',
    pattern: '^[A-Za-z_][A-Za-z0-9_-]*$',
  },
  additionalProperties: {
    type: ['string', 'number', 'boolean', 'null'],
    title: 'text, a number, true, false, or nothing',
  },
};

/**
 * A point has one hook or a list of them. The errors of `anyOf` are unreadable, so only editors get it; a reader checks each
 * hook by itself (`plan/hooks.ts`).
 */
function hooksSchema(audience: Audience): JsonSchema {
  const hook = { $ref: '#/$defs/hook' };
  const { description } = HOOK_SCHEMA;
  const either =
    audience === 'editor'
      ? { anyOf: [hook, { type: 'array', maxItems: MOST_HOOKS, items: hook }] }
      : { type: ['object', 'array'], maxItems: MOST_HOOKS, description };
  return {
    type: 'object',
    additionalProperties: false,
    description:
      'Programs to run before the first step and after the end of the run, on the machine that blockplan runs on.',
    properties: Object.fromEntries(
      HOOK_POINTS.map((point) => [point, { description: HOOK_MEANINGS[point], ...either }]),
    ),
  };
}

/** Only editors are told that a step has exactly one kind: the errors of `oneOf` are unreadable. */
function stepSchema(kinds: readonly AnyStep[], audience: Audience): JsonSchema {
  const properties = kinds.map(({ kind, summary, schema }) => [
    kind,
    audience === 'validator'
      ? { $ref: `#/$defs/${kind}` }
      : { description: summary, ...forAudience(schema as unknown as JsonSchema, audience) },
  ]);
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      id: { ...WORD, description: 'Name of the step; its kind unless specified.' },
      ...Object.fromEntries(properties),
    },
    ...(audience === 'editor' ? { oneOf: kinds.map(({ kind }) => ({ required: [kind] })) } : {}),
  };
}

/** For editors, also allows a reference where the schema alone would refuse it. */
function forAudience(schema: JsonSchema, audience: Audience): JsonSchema {
  if (audience !== 'editor') return schema;
  if (schema['type'] === 'object' || schema['type'] === 'array') return withParts(schema);
  const isText = schema['type'] === 'string';
  const isFree =
    isText && !['pattern', 'enum', 'const', 'maxLength'].some((rule) => rule in schema);
  if (isFree) return schema;
  const reference = { type: 'string', pattern: isText ? '\\$\\{[^}]+\\}' : '^\\$\\{[^}]+\\}$' };
  const { description, default: preset, examples, ...rules } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(examples === undefined ? {} : { examples }),
    anyOf: [rules, reference],
  };
}

function withParts(schema: JsonSchema): JsonSchema {
  const { properties, items } = schema as {
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
  };
  return {
    ...schema,
    ...(items ? { items: forAudience(items, 'editor') } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, part]) => [name, forAudience(part, 'editor')]),
          ),
        }
      : {}),
  };
}

function examplesOf(kinds: readonly AnyStep[]): JsonSchema[] {
  return kinds.flatMap((step) =>
    step.examples.slice(0, 1).map((example) => ({
      plan: 'blockplan/v1',
      name: 'example',
      description: example.title,
      domain: 'testvm',
      steps: [{ [step.kind]: example.params }],
    })),
  );
}
