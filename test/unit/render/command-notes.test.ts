import { expect, test } from 'vitest';
import { commandNotes } from '../../../src/render/command-notes.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { PREVIEW } from '../../previews.ts';
import { looked } from '../../worlds.ts';

/** The labels of the notes for a plan with these steps. */
function labels(steps: readonly string[]): string[] {
  const { plan, graph } = planned([...steps]);
  const host = hostForPlans();
  const preview = previewPlan(plan, looked(host, walk(graph, host).files));
  expect(preview.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return commandNotes(preview).flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.is === 'items' ? block.items : []).map(({ label }) => label)),
  );
}

const COPY = 'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }';

test('explain what the commands have that the plan does not', () => {
  expect(labels([COPY])).toEqual(['--transient-job', 'RUN/define.xml', 'new files']);
});

test('also explain what only a rollback has', () => {
  expect(labels(['undefine: {}', 'redefine: {}'])).toEqual(['RUN/define.xml']);
});

test('leave out what does not occur', () => {
  const transient = ['undefine: {}', COPY, 'redefine: { disk: vda, source: /new/copy }'];
  expect(labels(transient)).toEqual(['RUN/define.xml', 'new files']);
  const bare = { ...PREVIEW, steps: [], changes: { ...PREVIEW.changes, files: [] } };
  expect(commandNotes(bare)).toEqual([]);
});
