/** References to the guest and to the run in the commands of hooks. */
import { describe, expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { draftPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';
import { RUN } from '../../plans.ts';
import { DATA, world } from '../../worlds.ts';

/** A plan with a hook of that command, and with another hook. JSON is YAML. */
function draft(command: readonly string[]) {
  const source = JSON.stringify({
    ...{ plan: 'blockplan/v1', name: 'p', domain: 'testvm', vars: { disk: 'vdb' } },
    hooks: { before: { command: ['/usr/bin/a'] }, after: [{ command }] },
    steps: [{ convert: { source: '/old', dest: '/new' } }],
  });
  return draftPlan({ file: 'p.yaml', source, steps });
}

const COMMAND = [
  ...['/opt/${guest.name}', '${guest.disks[vars.disk].source}', '${run.id}', '$${run.id}'],
];

test('have their values when the plan is run', () => {
  expect(draft(COMMAND).plan).toBeUndefined();
  const [before, after] = draft(COMMAND).resolve(world(), RUN).hooks;
  expect(before?.command).toEqual(['/usr/bin/a']);
  expect(after?.command).toEqual(['/opt/testvm', DATA, RUN, '${run.id}']);
});

test('count in a review as references, even a path, and unlike a text that looks like one', () => {
  const { hooks } = draft(COMMAND).resolve(world(), RUN);
  expect(hooks.map(({ reviewed }) => reviewed)).toEqual([
    ['/usr/bin/a'],
    ['/opt/\0guest.name\0', '\0guest.disks.vdb.source\0', '\0run.id\0', '${run.id}'],
  ]);
});

describe('are refused where they cannot be used', () => {
  test.each<[string, readonly string[], string]>([
    ['an unknown disk', ['/a', '${guest.disks.vdz.source}'], 'BP046'],
    ['a program that is no path', ['${guest.disks.vda.format}'], 'BP050'],
  ])('%s', (_what, command, code) => {
    let found: readonly string[] = [];
    try {
      draft(command).resolve(world(), RUN);
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      found = error.findings.map((finding) => finding.code);
    }
    expect(found).toEqual([code]);
  });
});
