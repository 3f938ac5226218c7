/** What the examples of all kinds require and create. */
import { describe, expect, test } from 'vitest';
import { exampleState } from '../../../src/generate/example-state.ts';
import { requirementsOf } from '../../../src/steps/derived.ts';
import { steps } from '../../../src/steps/registry.ts';
import { amountsOf } from '../shown.ts';

const examples = steps.flatMap((step) =>
  step.examples.map(({ title, params }) => ({ kind: step.kind, title, step, params })),
);

describe.each(examples)('$kind: $title', ({ step, params }) => {
  const state = exampleState(step, params);
  const { requirements, files } = requirementsOf(step, params, state);

  test('states its requirements as clauses', () => {
    expect(requirements.length).toBeGreaterThan(0);
    const texts = requirements.map(({ text }) => text);
    for (const text of texts) expect(text).toMatch(/^(the|no|libvirt|vd[a-z]|\/\S+) [^\n]*[^.\n]$/);
    expect(texts).toEqual([...new Set(texts)]);
  });

  test('has a requirement for every file that is inspected', () => {
    const told = requirements.flatMap(({ knowledge }) =>
      typeof knowledge === 'object' && 'file' in knowledge ? [knowledge.file] : [],
    );
    const stores = requirements.flatMap(({ knowledge }) =>
      typeof knowledge === 'object' && 'store' in knowledge ? [knowledge.store] : [],
    );
    const others = files.filter((file) => !stores.some((store) => file.startsWith(`${store}/`)));
    expect(told).toEqual(expect.arrayContaining(others));
  });

  test('copies only to files, and needs at least as much space as it copies', () => {
    for (const { file, copied, room } of amountsOf(step, params, state)) {
      expect(file).toMatch(/^\//);
      expect(room).toBeGreaterThanOrEqual(copied);
      expect(room).toBeGreaterThan(0);
    }
  });
});

test('the size of a copy is the size of the layers', () => {
  const products = (kind: string) => {
    const step = steps.find((each) => each.kind === kind)!;
    const { params } = step.examples[0]!;
    return amountsOf(step, params, exampleState(step, params));
  };
  const MiB = 1024 * 1024;
  expect(products('blockcopy')).toEqual([
    { file: '/export/fast/copy.qcow2', copied: 64 * MiB, room: 64 * MiB, least: 4096 },
  ]);
  expect(products('blockcommit')).toEqual([
    { file: '/images/snap1.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(products('blockpull')).toEqual([
    { file: '/images/snap2.qcow2', copied: 128 * MiB, room: 128 * MiB },
  ]);
  expect(products('convert')).toEqual([
    { file: '/backup/testvm.qcow2', copied: 64 * MiB, room: 64 * MiB, least: 4096 },
  ]);
  expect(products('undefine')).toEqual([]);
});
