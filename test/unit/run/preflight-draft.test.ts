/** Preflight of a plan whose values come from its guest. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import { draftPlan, type PlanDraft } from '../../../src/plan/read.ts';
import { observeForDrafts, preflightDraft } from '../../../src/run/preflight.ts';
import { compiledPlanOf } from '../../../src/run/stored-plan.ts';
import { steps } from '../../../src/steps/registry.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hostForPlans, RUN, sourceOf } from '../../plans.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const set = { dest: '/new/b', overlay: '/export/vmimages/o' };
const BACKUP = draftPlan({ file: 'b.yaml', source: sourceOf('live-backup.yaml'), set, steps });
const MOVE = draftPlan({
  ...{ file: 'm.yaml', source: sourceOf('live-storage-migration.yaml'), steps },
  set: { dest: '/new/copy.qcow2' },
});

/** A driver whose guest changes after a number of observations. */
class Changing extends DriverDouble {
  looks = 0;
  readonly #after: number;
  readonly #later: HostState;

  constructor(now: HostState, later: HostState, after: number) {
    super(now);
    this.#later = later;
    this.#after = after;
  }

  override async observe(files: readonly string[]): Promise<HostState> {
    this.looks += 1;
    const state = await super.observe(files);
    return this.looks > this.#after ? { ...state, domain: this.#later.domain } : state;
  }
}

const looksFor = async (draft: PlanDraft) => {
  const driver = new Changing(hostForPlans(), hostForPlans(), 9);
  await observeForDrafts([draft], driver, RUN);
  return driver.looks;
};

describe('a plan that refers to its guest', () => {
  test('is checked and compiled with the values that the guest has now', async () => {
    const { plan, graph, findings, state } = await preflightDraft(
      ...([BACKUP, new DriverDouble(hostForPlans()), RUN] as const),
    );
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(plan.steps.map(({ params }) => params)).toMatchObject([
      {},
      { source: SNAP2 },
      { base: SNAP2 },
    ]);
    expect(graph.nodes.map(({ planned }) => planned)).toEqual(
      expect.arrayContaining([plan.steps[1]]),
    );
    expect(Object.keys(state.files)).toContain(SNAP2);
    // The journal has the values, so that a resumed run reads no reference.
    const stored = JSON.stringify(compiledPlanOf(graph, state));
    expect(stored).toContain(JSON.stringify({ source: SNAP2, dest: '/new/b' }));
    expect(stored).not.toContain('${');
  });

  test('needs one more observation than another plan', async () => {
    expect(await looksFor(BACKUP)).toBe((await looksFor(MOVE)) + 1);
  });

  test('is refused if its value changes while it is checked', async () => {
    const later = world({ disks: [disk('vda', ['/export/vmimages/new', SNAP2, SNAP1, BASE])] });
    const driver = new Changing(hostForPlans(), later, 1);
    await expect(preflightDraft(BACKUP, driver, RUN)).rejects.toMatchObject({
      end: 'preflight-refused',
      findings: [{ code: 'BP125' }],
    });
    const unconcerned = new Changing(hostForPlans(), later, 1);
    await expect(preflightDraft(MOVE, unconcerned, RUN)).resolves.toBeDefined();
  });

  test('is refused if its domain does not exist', async () => {
    const gone = world({ domain: { state: 'gone' }, disks: [] });
    const driver = new Changing(hostForPlans(), gone, 0);
    await expect(preflightDraft(BACKUP, driver, RUN)).rejects.toMatchObject({
      end: 'preflight-refused',
      findings: [{ code: 'BP101', position: { line: 15 } }],
    });
  });
});
