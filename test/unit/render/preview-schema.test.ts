import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { withFile } from '../../../src/model/host-state.ts';
import { jsonText } from '../../../src/render/json.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { committing } from '../../committing.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { PREVIEW, poisonedPreview } from '../../previews.ts';
import { all as backup, off } from '../../steps/restore-scenes.ts';
import { looked, SNAP1 } from '../../worlds.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/preview.schema.json', import.meta.url), 'utf8'),
);
const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

/** Every object in the value, with the schema that it must match. */
function* parts(value: unknown, part: Schema): Generator<[value: object, schema: Schema]> {
  const at = part.$ref ? schema.$defs[part.$ref.slice('#/$defs/'.length)] : part;
  if (Array.isArray(value)) for (const each of value) yield* parts(each, at.items);
  else if (typeof value === 'object' && value !== null) {
    if (at.properties) yield [value, at];
    for (const [key, each] of Object.entries(value))
      if (at.properties?.[key]) yield* parts(each, at.properties[key]);
  }
}

interface Schema {
  readonly $ref?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

test('a preview with every field is valid, and so is its printed form', () => {
  expect(valid(PREVIEW), JSON.stringify(valid.errors)).toBe(true);
  expect(JSON.parse(jsonText(PREVIEW, 2))).toEqual(PREVIEW);
});

test.each(SHIPPED)('the preview of %s is valid', (file) => {
  const { plan, graph } = shipped(file);
  const host = hostFor(file);
  const preview = previewPlan(plan, looked(host, walk(graph, host).files));
  expect(valid(JSON.parse(jsonText(preview))), JSON.stringify(valid.errors)).toBe(true);
});

test('every property of the schema occurs in the full preview, or in that of a plan that stops, keeps something, copies much more than is stored, or restores or removes a backup', () => {
  const seen = new Map<string, Set<string>>();
  const stopping = planned(['undefine: {}', 'redefine: {}'], 'stop').plan;
  const keeping = committing({ a: ['one!', 'two'] }).plan;
  const whole = planned([`convert: { source: ${SNAP1}, dest: /new/c, sparse-size: 0 }`]).plan;
  const all = [stopping, keeping, whole].map((plan) => previewPlan(plan, hostForPlans()));
  const compressed = { virtualSize: 2 ** 33, layers: [{ data: 2 ** 30, zeroes: 0 }] };
  const host = withFile(hostForPlans(), SNAP1, { size: 1, extents: compressed });
  const range = planned([`convert: { source: ${SNAP1}, dest: /new/c }`]).plan;
  const restoring = planned([`restore: ${JSON.stringify(backup)}`]).plan;
  const pruning = planned([`backup-prune: { store: ${backup.store}, keep: { last: 1 } }`]).plan;
  all.push(previewPlan(range, host), previewPlan(restoring, off()), previewPlan(pruning, off()));
  for (const each of all) expect(valid(each), JSON.stringify(valid.errors)).toBe(true);
  for (const [value, { properties = {} }] of [PREVIEW, ...all].flatMap((each) => [
    ...parts(each, schema),
  ])) {
    const kind = Object.keys(properties).join();
    const keys = seen.get(kind) ?? new Set(Object.keys(properties));
    for (const key of Object.keys(value)) keys.delete(key);
    seen.set(kind, keys);
  }
  expect(seen.size).toBeGreaterThan(10);
  expect([...seen.values()].flatMap((keys) => [...keys])).toEqual([]);
});

test.each([
  ['another format', { format: 'blockplan-preview/v2' }],
  ['an unknown key', { password: 'x' }],
  ['no totals', { totals: undefined }],
  ['an unknown mark', { preconditions: [{ step: 'a', what: 'b', checked: 'yes' }] }],
])('%s is not valid', (_what, change) => {
  expect(valid(JSON.parse(JSON.stringify({ ...PREVIEW, ...change })))).toBe(false);
});

test('no text controls a terminal', () => {
  expect(jsonText(poisonedPreview('\u001b[2J\u202e\u009b'))).not.toMatch(/[\p{Cc}\u202e]/u);
});
