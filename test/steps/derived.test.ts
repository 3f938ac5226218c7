/** What is derived of a step: its findings, the files to look at, and what is wrong after a phase. */
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

test('what is found of a step follows the order of its requirements', () => {
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
  expect(found).toEqual({ requirements, findings: [first, second, third], files: [] });
});

test('the files to look at are those that it rests on and those that it makes, each once', () => {
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

test('what is looked at ends with the requirement that the next ones rest on', () => {
  const early = step((needs) => {
    if (!needs.require('there is /a', { file: '/a' }, [first!])) return;
    needs.require('there is /b', { file: '/b' });
  }, '/made');
  expect(requirementsOf(early, {}, world()).files).toEqual(['/a', '/made']);
});

test('a phase is done where each of its expectations is met', () => {
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
    'there is no /a',
    '/b is still there',
    'first',
    'second',
  ]);
});
