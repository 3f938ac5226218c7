/** The first plan of a guest: names that are free, one observation for each attempt, and all findings. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import type { NameAttempt } from '../../../src/plan/initial-plan.ts';
import type { PlanDraft } from '../../../src/plan/read.ts';
import { firstPlan } from '../../../src/run/first-plan.ts';
import { RUN } from '../../plans.ts';
import { world } from '../../worlds.ts';

const ON = { file: 'first.yaml', run: RUN };

const textOf = (copy: number) =>
  JSON.stringify({
    ...{ plan: 'blockplan/v1', name: 'p', domain: 'testvm' },
    steps: [{ blockcopy: { disk: 'vda', dest: `/new/copy-${copy}`, pivot: true } }],
  });

/** The plan, and the drafts that were observed, with files that exist. */
async function written(
  taken: readonly number[],
  state: HostState = world(),
  text: (attempt: NameAttempt) => string = ({ copy }) => textOf(copy),
) {
  const observed: string[] = [];
  const files = Object.fromEntries(taken.map((each) => [`/new/copy-${each}`, { size: 0 }]));
  const plan = await firstPlan(
    text,
    ([draft]) => {
      const { source } = (draft as PlanDraft).text;
      observed.push(source);
      return Promise.resolve({ ...state, files: { ...state.files, ...files } });
    },
    ON,
  );
  return { plan, observed };
}

describe('the first plan', () => {
  test.each([[[]], [[1]], [[1, 2]], [[2]], [[1, 3]]])(
    'is the first one whose files are free: %j',
    async (taken) => {
      const free = [1, 2, 3].find((each) => !taken.includes(each as never)) as number;
      const { plan, observed } = await written(taken);
      expect(plan.text).toBe(textOf(free));
      expect(plan.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(observed).toEqual(Array.from({ length: free }, (_, at) => textOf(at + 1)));
    },
  );

  test('is returned with its errors if all names are taken', async () => {
    const all = Array.from({ length: 20 }, (_, at) => at + 1);
    const { plan, observed } = await written(all);
    expect(plan.findings.map(({ code }) => code)).toContain('BP106');
    expect(observed).toHaveLength(9);
  });

  test('is returned with its errors if its file has no other name', async () => {
    const { plan, observed } = await written([1], world(), () => textOf(1));
    expect(plan.findings.map(({ code }) => code)).toContain('BP106');
    expect(observed).toHaveLength(1);
  });

  test('gets a new name only for the file whose name is taken', async () => {
    const state = world({
      files: { '/new/overlay-1': { size: 1 }, '/new/overlay-2': { size: 1 } },
    });
    const text = ({ copy, overlay }: NameAttempt) => {
      const snapshot = {
        ...{ name: 's', 'disk-only': true },
        diskspec: [{ disk: 'vda', file: `/new/overlay-${overlay}` }],
      };
      const first = { 'snapshot-create-as': snapshot };
      const plan = JSON.parse(textOf(copy));
      return JSON.stringify({ ...plan, steps: [first, ...plan.steps] });
    };
    const { plan } = await written([], state, text);
    expect(plan.text).toBe(text({ copy: 1, overlay: 3 }));
  });

  test('has the findings of its host, with positions in its text', async () => {
    const { plan } = await written([], world({ domain: { state: 'shut off' } }));
    expect(plan.findings).toMatchObject([
      { code: 'BP102', path: ['domain'], position: { file: 'first.yaml', line: 1 } },
    ]);
    const small = world({ folders: { '/new': { writable: true, free: 1 } } });
    const { findings } = (await written([], small)).plan;
    expect(findings.map(({ code }) => code)).toContain('BP108');
  });
});
