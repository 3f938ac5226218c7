/** What is shown for each shipped plan, in every form, on the facts that are committed for it. Facts have no backups. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../src/facts/fingerprint.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { draftPlan } from '../../../src/plan/read.ts';
import { jsonText } from '../../../src/render/json.ts';
import { renderMermaid } from '../../../src/render/mermaid.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { steps } from '../../../src/steps/registry.ts';
import { RUN, SHIPPED } from '../../plans.ts';
import { previewHtml, previewMarkdown, previewText } from '../../previews.ts';

const ROOT = new URL('../../../', import.meta.url);

function text(file: string): string {
  return readFileSync(new URL(file, ROOT), 'utf8');
}

function previewOf(name: string): Preview {
  const [file, facts] = [`plans/${name}.yaml`, `test/facts/${name}.facts.yaml`];
  const state = readFacts(text(facts), facts);
  const plan = draftPlan({ file, source: text(file), steps }).resolve(state, RUN);
  return previewPlan(plan, state, { facts, fingerprint: fingerprintOf(plan, state) });
}

const FORMS: readonly (readonly [ending: string, render: (preview: Preview) => string])[] = [
  ['txt', (preview) => previewText(preview, false)],
  ['80.txt', (preview) => previewText(preview, false, 80)],
  ['md', previewMarkdown],
  ['json', (preview) => `${jsonText(preview, 2)}\n`],
  ['html', previewHtml],
  ['mmd', renderMermaid],
];

const NAMES = SHIPPED.map((file) => file.replace('.yaml', '')).filter(
  (name) => !['nightly-backup', 'restore'].includes(name),
);

describe.each(NAMES)('%s', (name) => {
  test.each(FORMS)('as %s', async (ending, render) => {
    await expect(render(previewOf(name))).toMatchFileSnapshot(`golden/${name}.${ending}`);
  });

  test('can be run, and says so', () => {
    const { findings, totals } = previewOf(name);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(totals.changes).toBeGreaterThan(0);
    expect(totals.copies.length).toBeGreaterThan(0);
  });

  test('as JSON fits the published schema', () => {
    const schema = JSON.parse(text('schemas/preview.schema.json'));
    const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    const golden = JSON.parse(text(`test/unit/preview/golden/${name}.json`));
    expect(valid(golden), JSON.stringify(valid.errors)).toBe(true);
  });
});
