/** Hooks in what is reviewed: the preview in every form, the fingerprint, and the findings of preflight. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import { driftedParts, fingerprintOf } from '../../../src/facts/fingerprint.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { preconditionGroups } from '../../../src/render/precondition-groups.ts';
import { preflight } from '../../../src/run/preflight.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { steps } from '../../../src/steps/registry.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hooked, MOVE, Scripts } from '../../hooked-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { previewHtml, previewMarkdown, previewText } from '../../previews.ts';

const HOOKS = {
  before: { command: ['/usr/bin/check', '--token', 'hunter2'], timeout: '5m', repeat: true },
  after: [{ command: ['/usr/bin/notify', 'all is well'] }],
};
const { plan } = hooked(HOOKS);
const preview = previewPlan(plan, hostForPlans());

describe('the preview of a plan with hooks', () => {
  test('has them without their secrets', () => {
    expect(preview.hooks).toEqual([
      { point: 'before', command: '/usr/bin/check --token REDACTED', timeout: 300, repeat: true },
      { point: 'after', command: "/usr/bin/notify 'all is well'", timeout: 60 },
    ]);
    const schema = JSON.parse(
      readFileSync(new URL('../../../schemas/preview.schema.json', import.meta.url), 'utf8'),
    );
    const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    expect(valid(JSON.parse(JSON.stringify(preview))), JSON.stringify(valid.errors)).toBe(true);
    expect(Object.keys(preview).indexOf('hooks')).toBeLessThan(
      Object.keys(preview).indexOf('totals'),
    );
  });

  test.each([
    ['text', previewText(preview, false), 'blockcopy'],
    ['Markdown', previewMarkdown(preview), '<details>'],
    ['HTML', (previewHtml(preview).split('<main')[1] ?? '').replaceAll(/<[^>]*>/g, ''), 'Changes'],
  ])('shows them first as %s', (_form, text, next) => {
    expect(text).toContain('/usr/bin/check --token REDACTED');
    expect(text).not.toContain('hunter2');
    expect(text.indexOf('/usr/bin/notify')).toBeLessThan(text.indexOf(next));
    expect(text.indexOf('/usr/bin/check')).toBeLessThan(text.indexOf('/usr/bin/notify'));
  });

  test('without hooks says nothing of them', () => {
    const without = previewPlan(planned([MOVE]).plan, hostForPlans());
    expect(without).not.toHaveProperty('hooks');
    expect(previewText(without, false)).not.toMatch(/hook/i);
  });

  test('lists their programs as preconditions, checked only where they would run', () => {
    const marks = (context: Parameters<typeof previewPlan>[2]) =>
      previewPlan(plan, hostForPlans(), context)
        .preconditions.filter(({ step }) => step === undefined)
        .map(({ checked }) => checked);
    expect(marks({ facts: 'f.yaml' })).toEqual(['no', 'no']);
    expect(marks({ hookFindings: [] })).toEqual(['live', 'live']);
  });

  test('does not mix them with the preconditions of a step whose id is hooks', () => {
    const source = `plan: blockplan/v1
name: p
domain: testvm
hooks: { before: { command: [/bin/true] } }
steps:
  - id: hooks
    ${MOVE}
`;
    const shown = previewPlan(readPlan({ file: 'p.yaml', source, steps }), hostForPlans());
    expect(new Set(shown.preconditions.map(({ step }) => step))).toEqual(
      new Set([undefined, 'hooks']),
    );
    const labels = JSON.stringify(preconditionGroups(shown));
    expect(labels).toContain('"label":"plan hooks"');
    expect(labels).toContain('"label":"hooks"');
  });

  test('marks the program of a finding as not met', () => {
    const finding = { code: codes.hookProgramUnusable, severity: 'error', message: 'm' } as const;
    const hookFindings = [{ ...finding, path: ['hooks', 'after', 0, 'command', 0] }];
    const { preconditions } = previewPlan(plan, hostForPlans(), { hookFindings });
    expect(preconditions.filter(({ unmet }) => unmet)).toEqual([
      expect.objectContaining({ what: expect.stringContaining('/usr/bin/notify'), unmet: true }),
    ]);
  });
});

describe('the fingerprint', () => {
  const read = (text: string, set: Record<string, string> = {}): Plan =>
    readPlan({ file: 'p.yaml', source: text, set, steps });
  const text = `plan: blockplan/v1
name: p
vars: { program: /usr/bin/a, domain: testvm }
domain: "\${vars.domain}"
hooks: { before: { command: ["\${vars.program}", "\${domain}"] } }
steps: [{ ${MOVE} }]
`;
  const parts = (a: Plan, b: Plan) =>
    driftedParts(fingerprintOf(a, hostForPlans()), fingerprintOf(b, hostForPlans()));

  test('includes the hooks', () => {
    expect(parts(read(text), read(text))).toEqual([]);
    expect(parts(read(text), read(text, { program: '/usr/bin/b' }))).toEqual(['plan']);
    expect(parts(read(text), read(text.replace('] }', '], timeout: 61 }')))).toEqual(['plan']);
  });

  test('is the same for another guest', () => {
    const host = hostForPlans();
    const other = { ...host, domain: { ...host.domain, name: 'other' } };
    const theirs = fingerprintOf(read(text, { domain: 'other' }), other);
    expect(driftedParts(theirs, fingerprintOf(read(text), host))).not.toContain('plan');
  });
});

describe('preflight', () => {
  test('finds each program that cannot be run, with its place in the plan', async () => {
    const scripts = new Scripts();
    const [good, plain] = [scripts.write('good'), scripts.write('plain', '', '#!/bin/sh\n', 0o644)];
    const missing = scripts.path('missing');
    const compiled = hooked({
      before: [{ command: [good] }, { command: [missing] }],
      after: { command: [plain] },
      'on-failure': [{ command: [missing] }],
    });
    const driver = new DriverDouble(hostForPlans());
    const { findings, hookFindings } = await preflight(compiled.plan, compiled.graph, driver);
    expect(findings.filter(({ severity }) => severity === 'error')).toMatchObject([
      {
        ...{ code: codes.hookProgramUnusable, severity: 'error' },
        message: `the program of the before hook 2, ${missing}, does not exist`,
        path: ['hooks', 'before', 1, 'command', 0],
        position: { line: 4 },
      },
      {
        code: codes.hookProgramUnusable,
        message: `the program of the after hook 1, ${plain}, cannot be executed by this user: permission denied`,
        path: ['hooks', 'after', 'command', 0],
      },
    ]);
    const shown = previewPlan(compiled.plan, hostForPlans(), { hookFindings });
    expect(shown.findings.map(({ code }) => code).slice(0, 2)).toEqual(['BP151', 'BP151']);
    expect(previewText(shown, false)).toMatch(/^refused: test on testvm: 2 errors/);
  });

  test('finds nothing wrong with a program that can be run', async () => {
    const compiled = hooked({ before: { command: [new Scripts().write('good')] } });
    const driver = new DriverDouble(hostForPlans());
    const { hookFindings } = await preflight(compiled.plan, compiled.graph, driver);
    expect(hookFindings).toEqual([]);
  });
});
