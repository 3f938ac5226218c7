/**
 * A run whose process dies, and that another version of blockplan, which compiles other commands, resumes or rolls back.
 */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { commandText } from '../../../src/commands/effect-text.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import { jobsDie } from '../../../src/simulate/host-faults.ts';
import { has, intends, Runs } from '../../killed-runs.ts';
import { hostForPlans, shipped } from '../../plans.ts';

const PLAN = 'live-storage-migration.yaml';

/** The same graph in a version whose phase of that name runs other commands. */
function upgraded(
  graph: Graph,
  name: string,
  change: (effects: readonly Effect[]) => Effect[],
): Graph {
  const nodes = graph.nodes.map((node) => {
    const { phase } = node;
    if (phase.name !== name) return node;
    const effects: typeof phase.effects = (before, start) => change(phase.effects(before, start));
    return { ...node, phase: { ...phase, effects } };
  });
  return { ...graph, nodes };
}

/** A version that copies in another way, and in more commands. */
const otherCopy = (effects: readonly Effect[]): Effect[] =>
  effects.flatMap((effect) => {
    const isCopy = effect.tool === 'virsh' && effect.verb === 'blockcopy';
    if (!isCopy) return [effect];
    const other: Effect = { ...effect, args: { ...effect.args, 'synchronous-writes': true } };
    return [
      { tool: 'virsh', verb: 'domblklist', args: { domain: effect.args.domain }, why: 'look' },
      other,
    ];
  });

describe('an upgrade between a kill and a resume', () => {
  test('in the middle of a phase: the commands in the journal are run, none twice', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped(PLAN), intends('wait for'));
    const copies = runs.entries.filter(intends('blockcopy'));
    expect(copies).toHaveLength(1);
    runs.upgrade((graph) => upgraded(graph, 'mirror', otherCopy));
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has('blockcopy'))).toEqual([]);
    expect(commands.filter(has('domblklist'))).toEqual([]);
    expect(runs.events).toContainEqual(
      expect.objectContaining({
        event: 'notice',
        message: expect.stringContaining('was started by another version'),
      }),
    );
  });

  test('after a phase: its result is judged by the commands in the journal', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(
      shipped(PLAN),
      (entry) => entry.type === 'phase-finished' && entry.phase === 'mirror',
    );
    runs.upgrade((graph) => upgraded(graph, 'mirror', () => []));
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(commands.filter(has('--pivot'))).toHaveLength(1);
  });

  test('a phase that has not begun uses the commands of the new version', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped(PLAN), (entry) => entry.type === 'run-started');
    runs.upgrade((graph) => upgraded(graph, 'mirror', otherCopy));
    const { commands } = await runs.again('resume');
    expect(commands.filter(has('--synchronous-writes'))).toHaveLength(1);
  });

  test('a phase that must be repeated uses the commands of the new version', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped(PLAN), intends('wait for'));
    runs.befalls(jobsDie);
    runs.upgrade((graph) => upgraded(graph, 'mirror', otherCopy));
    const { finish, commands } = await runs.again('resume');
    expect(finish?.end, finish?.state.join('\n')).toBe('succeeded');
    expect(commands.filter(has('--synchronous-writes'))).toHaveLength(1);
    expect(commands.filter(has('blockcopy'))).toHaveLength(1);
  });

  test('the run is rolled back', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped(PLAN), intends('wait for'));
    runs.upgrade((graph) => upgraded(graph, 'mirror', otherCopy));
    const { finish } = await runs.again('rollback');
    expect(finish?.end).toBe('rolled-back');
  });

  test('the same version emits no notice, and its records have what was done', async () => {
    const runs = new Runs(hostForPlans());
    await runs.killed(shipped(PLAN), intends('wait for'));
    const begun = runs.entries.findLast((entry) => entry.type === 'phase-started');
    const effects = begun?.type === 'phase-started' && 'effects' in begun ? begun.effects : [];
    const intents = runs.entries.filter((entry) => entry.type === 'intent');
    expect(effects?.map(commandText)).toContain(commandText(intents.at(-1)!.effect));
    const { finish } = await runs.again('resume');
    expect(finish?.end).toBe('succeeded');
    expect(JSON.stringify(runs.events)).not.toContain('another version');
  });
});
