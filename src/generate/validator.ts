/** Generates the schemas and validators; writes no files. */
import { Ajv2020, type Options } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { factsSchema } from '../facts/schema.ts';
import { notifySchema } from '../notify/schema.ts';
import { HOOK_SCHEMA } from '../plan/hook-schema.ts';
import type { Validate } from '../plan/input.ts';
import { type JsonSchema, planSchema } from '../plan/schema.ts';
import type { AnyStep } from '../steps/define.ts';
import { manifestSchema } from '../store/schema.ts';

/**
 * The text of `src/plan/validator.generated.js`: precompiled checks, so that reading a plan does not load ajv.
 */
export function validatorCode(steps: readonly AnyStep[]): Promise<string> {
  return codeFor(planSchema(steps, 'validator'), 'src/steps');
}

/** The text of `src/plan/hook-validator.generated.js`: in a file of its own, because few plans have hooks. */
export function hookValidatorCode(): Promise<string> {
  return codeFor(HOOK_SCHEMA, 'src/plan/hook-schema.ts');
}

/** The text of `src/facts/validator.generated.js`. */
export function factsValidatorCode(): Promise<string> {
  return codeFor(factsSchema(), 'src/facts/schema.ts');
}

/** The text of `src/notify/validator.generated.js`. */
export function notifyValidatorCode(): Promise<string> {
  return codeFor(notifySchema('reader'), 'src/notify/schema.ts');
}

/** The text of `src/store/validator.generated.js`. */
export function manifestValidatorCode(): Promise<string> {
  return codeFor(manifestSchema(), 'src/store/schema.ts');
}

async function codeFor(schema: JsonSchema, origin: string): Promise<string> {
  const ajv = compiler({ code: { source: true, esm: true } });
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  // The code needs small parts of ajv; they are bundled, so that the package does not depend on ajv.
  const bundle = await build({
    stdin: { contents: code, resolveDir: process.cwd(), loader: 'js' },
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    // The code contains the paths of its modules, which must not depend on where node_modules really is.
    preserveSymlinks: true,
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 120,
    write: false,
    logLevel: 'silent',
  });
  const [file] = bundle.outputFiles;
  return `// Generated from ${origin} by \`npm run generate\`; do not edit.\n${file?.text ?? ''}`;
}

/** The text of `schemas/plan.schema.json`, for editors. */
export function editorSchema(steps: readonly AnyStep[]): string {
  const schema = planSchema(steps, 'editor');
  // A schema that ajv's strict mode refuses would mislead editors too. `oneOf` requires kinds outside their `properties`.
  compiler({ strictRequired: false }).compile(schema);
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The text of `schemas/facts.schema.json`. */
export function factsEditorSchema(): string {
  return `${JSON.stringify(factsSchema(), null, 2)}\n`;
}

/** The text of `schemas/backup-manifest.schema.json`. */
export function manifestEditorSchema(): string {
  return `${JSON.stringify(manifestSchema(), null, 2)}\n`;
}

/** The text of `schemas/notify.schema.json`. */
export function notifyEditorSchema(): string {
  const schema = notifySchema('editor');
  compiler({ strictRequired: false }).compile(schema);
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** The same checks, compiled in memory, for step kinds that are not in the registry. */
export function validateFor(steps: readonly AnyStep[]): Validate {
  return compiler({}).compile(planSchema(steps, 'validator')) as Validate;
}

function compiler(options: Options): Ajv2020 {
  return new Ajv2020({
    allErrors: true,
    // Each kind becomes a function, so that V8 compiles only those that a plan has.
    inlineRefs: false,
    // The messages come from src/plan/explain.ts.
    messages: false,
    strict: true,
    allowUnionTypes: true,
    ...options,
  });
}
