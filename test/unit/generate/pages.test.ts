import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { codesPage } from '../../../src/generate/codes-page.ts';
import { diskPage } from '../../../src/generate/disk-page.ts';
import { exampleFindings, stepPage, stepsTable } from '../../../src/generate/pages.ts';
import { templatesJson } from '../../../src/generate/templates.ts';
import { TEMPLATES } from '../../../src/plan/templates.ts';
import { steps } from '../../../src/steps/registry.ts';
import { LIVE } from '../../plans.ts';

const folder = new URL('../../../src/steps/', import.meta.url);
const committed = (file: string) => readFileSync(new URL(file, folder), 'utf8');

describe('generated pages are up to date (run `npm run generate`)', () => {
  test.each(steps)('for the kind $kind', (step) => {
    expect(committed(`${step.kind}.md`)).toBe(stepPage(step));
  });

  test('for the table of step kinds', () => {
    expect(committed('../../docs/steps.md')).toBe(stepsTable(steps));
  });

  test('for the disk properties', () => {
    expect(committed('../model/disks.md')).toBe(diskPage());
  });

  test('for the shipped plans', () => {
    const textOf = (file: string) => committed(`../../plans/${file}`);
    expect(committed('../plan/templates.generated.json')).toBe(templatesJson(textOf));
    const files = Object.values(TEMPLATES).map((name) => `${name}.yaml`);
    expect(files.sort()).toEqual(LIVE);
  });

  test('for the error codes', () => {
    expect(committed('../../docs/error-codes.md')).toBe(codesPage());
  });

  test('and no page is left of a kind that does not exist', () => {
    const pages = readdirSync(folder).filter((file) => file.endsWith('.md'));
    expect(pages.sort()).toEqual(steps.map(({ kind }) => `${kind}.md`).sort());
  });
});

describe('every page can be reached', () => {
  test('in docs from the README', () => {
    const readme = committed('../../README.md');
    const pages = readdirSync(new URL('../../docs/', folder)).filter((file) =>
      file.endsWith('.md'),
    );
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.filter((file) => !readme.includes(`](docs/${file})`))).toEqual([]);
  });

  test('of a step kind from docs', () => {
    const index = committed('../../docs/steps.md');
    for (const { kind } of steps) expect(index).toContain(`](../src/steps/${kind}.md)`);
  });
});

describe('the examples run on the host state of the pages', () => {
  const examples = steps.flatMap((step) =>
    step.examples.map((example) => ({ kind: step.kind, title: example.title, step, example })),
  );
  test.each(examples)('$kind: $title', ({ step, example }) => {
    expect(step.check(example.params)).toEqual([]);
    // Alone, an undefine leaves the domain transient: a plan has more steps than an example.
    const findings = exampleFindings(step, example).filter(({ code }) => code !== 'BP123');
    expect(findings).toEqual([]);
  });
});
