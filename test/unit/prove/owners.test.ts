/** A proof recognizes a file of another domain by each of its names, without the comparison that the steps use. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFacts } from '../../../src/facts/read.ts';
import { compile } from '../../../src/graph/graph.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { Explorer } from '../../../src/prove/explore.ts';
import { replay } from '../../../src/prove/replay.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps } from '../../../src/steps/registry.ts';

const FACTS = {
  facts: 'blockplan/v1',
  domain: { name: 'testvm' },
  disks: [{ target: 'vda', chain: ['/i/top.qcow2', '/i/mid.qcow2', '/i/base.qcow2'] }],
  files: { '/i/spare.qcow2': { size: '1 MiB' } },
};

/** What is wrong with a run of that step without faults and without preflight. */
function wrongWith(step: object, theirs: string, same: readonly string[][]): readonly string[] {
  const others = [{ name: 'other', files: [theirs] }];
  const facts = JSON.stringify({ ...FACTS, others, 'same-files': same });
  const host = readFacts(facts, 'facts.json');
  const plan = { plan: 'blockplan/v1', name: 'p', domain: 'testvm', steps: [{ id: 's', ...step }] };
  const graph = compile(readPlan({ file: 'p', source: JSON.stringify(plan), steps }));
  const { files } = walk(graph, host);
  return replay(new Explorer(graph, host, [...files, ...Object.keys(host.files)]), []).wrong;
}

const WRITES: readonly [string, object][] = [
  [
    '/i/spare.qcow2',
    {
      blockcopy: {
        disk: 'vda',
        dest: '/i/spare.qcow2',
        'reuse-external': true,
        format: 'qcow2',
        pivot: true,
      },
    },
  ],
  ['/i/base.qcow2', { blockcommit: { disk: 'vda', top: '/i/mid.qcow2', base: '/i/base.qcow2' } }],
  ['/i/mid.qcow2', { blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true } }],
];

test.each(WRITES)(
  'a write to %s is a violation under every name that the other domain uses',
  (file, step) => {
    const alias = file.replace('/i/', '/alias/');
    const told = [`${file} is written to, but is in another domain's chain`];
    const wrong = (name: string, same: readonly string[][] = []) =>
      wrongWith(step, name, same).filter((each) => each.includes('another domain'));
    expect(new Set(wrong(file))).toEqual(new Set(told));
    expect(new Set(wrong(alias, [[file, alias]]))).toEqual(new Set(told));
    expect(
      new Set(
        wrong(alias, [
          [alias, '/x'],
          ['/x', file],
        ]),
      ),
    ).toEqual(new Set(told));
    expect(new Set(wrong(`/i/../i//${file.slice(3)}`))).toEqual(new Set(told));
    expect(wrong('/elsewhere')).toEqual([]);
  },
);

test('the invariants find owners without the comparison that the steps use', () => {
  const source = (file: string) =>
    readFileSync(new URL(`../../../src/prove/${file}`, import.meta.url), 'utf8');
  expect(source('owners.ts')).not.toContain('file-identity');
  expect(source('invariants.ts')).not.toMatch(
    /\b(?:usersOf|otherUsersOf|otherWritersOf|FileSet)\b/,
  );
});
