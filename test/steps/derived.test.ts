/** What is derived from a step: its findings, the files to inspect, and the problems after a phase. */
import { expect, test } from 'vitest';
import { type AnyStep, defineStep, type Phase } from '../../src/steps/define.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { fileExists, fileIsAbsent } from '../../src/steps/phases/expect.ts';
import { type Needs, refuse } from '../../src/steps/requirements/requirement.ts';
import type { Product } from '../../src/steps/sizes.ts';
import { world } from '../worlds.ts';

const schema = { type: 'object', additionalProperties: false, properties: {} } as const;

function step(state: (needs: Needs) => void, ...files: readonly string[]): AnyStep {
  const products: readonly Product[] = files.map((file) => ({ file, copied: 0, room: 0 }));
  return defineStep<typeof schema>({
    ...{ kind: 'test', summary: 'A test.', schema, unoffered: {}, examples: [] },
    check: () => [],
    phases: () => [],
    requires: (_params, _world, needs) => state(needs),
    products: () => products,
  });
}

const [first, second, third] = (['BP106', 'BP107', 'BP108'] as const).map((code) =>
  refuse(code, [], code),
);

test('the findings of a step follow the order of its requirements', () => {
  const requirements = [
    { text: 'one', knowledge: 'domain', unmet: [first!, second!] },
    { text: 'two', knowledge: 'run', unmet: [] },
    { text: 'three', knowledge: 'others', unmet: [third!] },
  ] as const;
  const found = requirementsOf(
    step((needs) => {
      for (const { text, knowledge, unmet } of requirements) needs.require(text, knowledge, unmet);
    }),
    {},
    world(),
  );
  expect(found).toEqual({
    requirements,
    findings: [first, second, third],
    files: [],
    measured: [],
    searched: [],
    stores: [],
  });
});

test('the files to inspect are those that it requires and those that it creates, each once', () => {
  const all = step(
    (needs) => {
      needs.require('of a file', { file: '/rests' });
      needs.require('of a folder', { folder: '/made' });
      needs.require('of a place', { place: '/device' });
      needs.require('of a file again', { file: '/rests' });
      needs.require('of no file', { told: ['state'] });
      needs.require('of the domain', 'domain');
    },
    '/made',
    '/also made',
  );
  expect(requirementsOf(all, {}, world()).files).toEqual([
    '/rests',
    '/made',
    '/device',
    '/also made',
  ]);
});

test('no file is inspected for requirements after one that is not met', () => {
  const early = step((needs) => {
    if (!needs.require('/a exists', { file: '/a' }, [first!])) return;
    needs.require('/b exists', { file: '/b' });
  }, '/made');
  expect(requirementsOf(early, {}, world()).files).toEqual(['/a', '/made']);
});

test('a phase is done when each of its expectations is met', () => {
  const phase: Phase = {
    ...{ name: 'test', summary: 'test', rollback: 'nothing to do' },
    effects: () => [],
    undo: () => [],
    expects: (before, start) => [
      fileExists('/a'),
      fileIsAbsent('/b'),
      () => (before === start ? [] : ['first', 'second']),
    ],
  };
  const start = world();
  const done = world({ files: { '/a': { size: 0 } } });
  expect(problemsAfter(phase, start, done, start)).toEqual([]);
  const half = world({ files: { '/b': { size: 0 } } });
  expect(problemsAfter(phase, half, half, start)).toEqual([
    '/a does not exist',
    '/b still exists',
    'first',
    'second',
  ]);
});
