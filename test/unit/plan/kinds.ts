import type { Finding } from '../../../src/errors.ts';
import { BlockplanError } from '../../../src/errors.ts';
import { validateFor } from '../../../src/generate/validator.ts';
import type { PlanInput } from '../../../src/plan/input.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { type AnyStep, defineStep, type ParamsSchema } from '../../../src/steps/define.ts';

/** The parts of a step that reading a plan never calls. */
const uncalled = {
  requires() {},
  products: () => [],
  phases: () => [],
  examples: [],
};

const copySchema = {
  type: 'object',
  additionalProperties: false,
  required: ['disk', 'dest'],
  properties: {
    disk: { type: 'string', minLength: 1 },
    dest: { type: 'string', pattern: '^/', description: 'Absolute path of the copy.' },
    format: { type: 'string', enum: ['qcow2', 'raw'] },
    shallow: { type: 'boolean' },
    pivot: { type: 'boolean' },
    finish: { type: 'boolean' },
    bandwidth: { type: 'integer', minimum: 0, description: 'Speed limit in MiB/s.' },
    depth: { type: 'integer', minimum: 1, maximum: 9 },
    layers: { type: 'array', minItems: 1, items: { type: 'string' } },
  },
} as const satisfies ParamsSchema;

const copy = defineStep<typeof copySchema>({
  ...uncalled,
  kind: 'copy',
  summary: 'Copy a disk.',
  schema: copySchema,
  unoffered: { wait: 'blockplan always waits' },
  check({ pivot, finish, depth }): Finding[] {
    return [
      ...(pivot && finish
        ? [found('BP051', 'error', ['finish'], '"pivot" and "finish" are mutually exclusive')]
        : []),
      ...(depth === 9 ? [found('BP059', 'warning', ['depth'], 'a depth of 9 is rare')] : []),
    ];
  },
});

const forgetSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { all: { type: 'boolean' } },
} as const satisfies ParamsSchema;

const forget = defineStep<typeof forgetSchema>({
  ...uncalled,
  kind: 'forget',
  summary: 'Forget the definition.',
  schema: forgetSchema,
  unoffered: {},
  check: () => [],
});

function found(
  code: Finding['code'],
  severity: 'error' | 'warning',
  path: string[],
  message: string,
): Finding {
  return { code, severity, message, path };
}

/** Two kinds of step for these tests. */
export const kinds: readonly AnyStep[] = [copy, forget];

const validate = validateFor(kinds);

/** Reads a plan with the tests' own kinds. */
export function read(source: PlanInput['source'], set: Record<string, string> = {}): Plan {
  return readPlan({ file: 'plan.yaml', source, set, steps: kinds, validate });
}

/** All findings for the text; fails the test if there are none. */
export function findingsOf(
  source: PlanInput['source'],
  set?: Record<string, string>,
): readonly Finding[] {
  try {
    read(source, set);
  } catch (error) {
    if (error instanceof BlockplanError && error.end === 'input-refused') return error.findings;
    throw error;
  }
  throw new Error('the plan was read without an error');
}

/** The findings as lines: `BP021 3:9+2 message | hint`. */
export function told(source: PlanInput['source'], set?: Record<string, string>): string[] {
  return findingsOf(source, set).map(({ code, position, message, hint }) => {
    const place = position ? `${position.line}:${position.column}+${position.length}` : '-';
    return `${code} ${place} ${message}${hint === undefined ? '' : ` | ${hint}`}`;
  });
}

/** A plan with these lines, which start on line 4. */
export function plan(rest: string): string {
  return `plan: blockplan/v1\nname: test\ndomain: guest\n${rest}`;
}

/** A plan with one step, whose YAML starts on line 5, column 5. */
export function step(yaml: string): string {
  return plan(`steps:\n  - ${yaml}\n`);
}
