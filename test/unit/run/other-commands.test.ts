/** Commands of this version that differ from those that were admitted when a run began. */
import { describe, expect, test } from 'vitest';
import type { CompiledPlan } from '../../../src/journal/compiled-plan.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { withDomain } from '../../../src/model/host-state.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { otherCommands } from '../../../src/run/other-commands.ts';
import { logOf, phase } from '../../journals.ts';
import { planned } from '../../plans.ts';
import { BEGUN, begun, HOST, MOVE, stored } from './stored-plans.ts';

describe('other commands than were admitted', () => {
  const { graph } = planned([MOVE]);
  const compiled = stored(planned([MOVE]));
  const [step] = compiled.steps;
  const [mirror, pivot] = step!.phases;
  const withPhases = (phases: CompiledPlan['steps'][number]['phases']): CompiledPlan => ({
    ...compiled,
    steps: [{ ...step!, phases }],
  });
  const other = withPhases([mirror!, { ...pivot!, effects: pivot!.effects.slice(1) }]);
  const said = async (plan: CompiledPlan, entries: readonly JournalEntry[] = []) =>
    otherCommands(graph, (await begun(plan)).started, logOf(entries)).map(({ message }) => message);
  const admitted = 'run r was started by blockplan 0.9.0; this version';

  test('are reported, phase by phase', async () => {
    const { started } = await begun(other);
    expect(otherCommands(graph, started, BEGUN)).toMatchObject([
      {
        ...{ code: 'BP213', severity: 'warning' },
        message: `${admitted} runs different commands in ${step!.id}/pivot`,
        hint: 'use version 0.9.0 to run the commands that were reviewed, or roll back: blockplan rollback r',
      },
    ]);
  });

  test('do not matter in a phase that has begun: it uses the commands in the journal', async () => {
    expect(await said(other, phase('do', `${step!.id}/pivot`, 'none'))).toEqual([]);
    expect(await said(other, phase('do', `${step!.id}/mirror`, 'none'))).toHaveLength(1);
  });

  test.each([
    ['an option that this version does not know', { args: { 'future-option': true } }, 1],
    ['a field that this version does not know', { future: true }, 1],
    ['another reason', { why: 'because' }, 0],
  ])('count with %s', async (_title, change, count) => {
    const effects = pivot!.effects.map((effect) => ({
      ...effect,
      ...change,
      args: { ...('args' in effect ? effect.args : {}), ...('args' in change ? change.args : {}) },
    })) as (typeof mirror & object)['effects'];
    expect(await said(withPhases([mirror!, { ...pivot!, effects }]))).toHaveLength(count);
  });

  test('cannot be determined if a phase cannot be simulated', async () => {
    const { started } = await begun(compiled);
    const gone = withDomain(HOST, { disks: [] });
    expect(otherCommands(graph, { ...started, hosts: onLocal(gone) }, BEGUN)).toMatchObject([
      {
        message: `${admitted} cannot determine its commands in ${step!.id}/mirror, ${step!.id}/pivot`,
      },
    ]);
  });
});
