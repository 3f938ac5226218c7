import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { editorSchema, hookValidatorCode, validatorCode } from '../../../src/generate/validator.ts';
import { planSchema } from '../../../src/plan/schema.ts';
import { steps } from '../../../src/steps/registry.ts';
import { kinds } from './kinds.ts';

const committed = (file: string) =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

describe('generated files are up to date (run `npm run generate`)', () => {
  test('for the editor schema', () => {
    expect(committed('schemas/plan.schema.json')).toBe(editorSchema(steps));
  });
  test.each([
    ['src/plan/validator.generated.js', () => validatorCode(steps)],
    ['src/plan/hook-validator.generated.js', hookValidatorCode],
  ])('for the validator %s, which imports nothing', async (file, generate) => {
    const code = committed(file);
    expect(code === (await generate())).toBe(true);
    expect(/(?<![\w"'])require\(|^import /m.exec(code)?.[0]).toBeUndefined();
  });
});

describe('the editor schema', () => {
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(planSchema(kinds, 'editor'));
  const fits = (...steps: unknown[]) =>
    validate({ plan: 'blockplan/v1', name: 'a', domain: '${vars.d}', steps });

  test.each([
    [
      {
        copy: {
          disk: 'vda',
          dest: '/a',
          bandwidth: '${vars.n}',
          shallow: '${vars.b}',
          format: '${vars.f}',
          layers: ['${vars.l}'],
        },
      },
    ],
    [{ copy: { disk: 'vda', dest: '${vars.root}/x' } }],
    [{ id: 'x', forget: {} }],
  ])('accepts %j', (one) => {
    expect(fits(one)).toBe(true);
  });

  test.each([
    [{ copy: { disk: 'vda', dest: '/a', bandwidth: 'a ${vars.n}' } }],
    [{ copy: { disk: 'vda', dest: 'a' } }],
    [{ copy: { disk: 'vda', dest: '/a', shalow: true } }],
    [{ id: 'x' }],
    [{ forget: {}, copy: { disk: 'vda', dest: '/a' } }],
  ])('refuses %j', (one) => {
    expect(fits(one)).toBe(false);
  });

  test('has examples that fit it', () => {
    const schema = JSON.parse(editorSchema(steps)) as { examples: unknown[] };
    const check = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(schema);
    expect(schema.examples.map((example) => check(example) || check.errors)).toEqual(
      schema.examples.map(() => true),
    );
    expect(schema.examples.length).toBeGreaterThan(0);
  });
});
