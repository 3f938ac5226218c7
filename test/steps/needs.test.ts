import { describe, expect, test } from 'vitest';
import { exampleWorld } from '../../src/generate/example-world.ts';
import { steps } from '../../src/steps/registry.ts';

const examples = steps.flatMap((step) =>
  step.examples.map(({ title, params }) => ({ kind: step.kind, title, step, params })),
);

describe.each(examples)('$kind: $title', ({ step, params }) => {
  const world = exampleWorld(step, params);
  const needs = step.preconditions(params, world);

  test('tells what has to be so, in clauses', () => {
    expect(needs.length).toBeGreaterThan(0);
    for (const { what } of needs) expect(what).toMatch(/^(the|there|it|no|\/\S+) [^\n]*[^.\n]$/);
    expect(what(needs)).toEqual([...new Set(what(needs))]);
  });

  test('speaks of every file that is looked at', () => {
    const told = needs.flatMap((each) =>
      typeof each.needs === 'object' && 'file' in each.needs ? [each.needs.file] : [],
    );
    expect(told).toEqual(expect.arrayContaining([...step.files(params, world)]));
  });

  test('copies into files only, and no more than it has room for there', () => {
    for (const { to, copied, room } of step.amounts(params, world)) {
      expect(to).toMatch(/^\//);
      expect(room).toBeGreaterThanOrEqual(copied);
      expect(room).toBeGreaterThan(0);
    }
  });
});

function what(needs: readonly { readonly what: string }[]): string[] {
  return needs.map((each) => each.what);
}

test('what is copied is what the layers hold', () => {
  const amounts = (kind: string) => {
    const step = steps.find((each) => each.kind === kind)!;
    const { params } = step.examples[0]!;
    return step.amounts(params, exampleWorld(step, params));
  };
  const MiB = 1024 * 1024;
  expect(amounts('blockcopy')).toEqual([
    { to: '/export/fast/copy.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('blockcommit')).toEqual([
    { to: '/images/snap1.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('convert')).toEqual([
    { to: '/backup/testvm.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('undefine')).toEqual([]);
});
