/** What plans do, as in a journal of format 1. */
import {
  argvOf,
  type CommandEffect,
  type Effect,
  isCommand,
} from '../../../src/commands/effect.ts';
import { exampleState } from '../../../src/generate/example-state.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { NoRollback, type Phase } from '../../../src/steps/define.ts';
import { steps } from '../../../src/steps/registry.ts';
import { hostFor, planned, SHIPPED, shipped } from '../../plans.ts';
import { looked } from '../../worlds.ts';

/** An effect as in format 1: its words, and for qemu-img the file that it writes. */
export function ofForm1(effect: Effect): object {
  if (!isCommand(effect)) return effect;
  const { verb: _verb, args, ...terms } = effect;
  const argv = argvOf(effect);
  if (effect.tool === 'virsh' || !('dest' in args)) return { ...terms, argv };
  const into = argv.includes('-n') ? { into: 'existing' } : {};
  return { ...terms, argv, dest: args.dest, ...into };
}

/** The same effect without flags that are off, for which there are no words. */
export function withoutOff<E extends Effect>(effect: E): E {
  if (!isCommand(effect)) return effect;
  const on = Object.entries((effect as CommandEffect).args).filter(([, value]) => value !== false);
  return { ...effect, args: Object.fromEntries(on) };
}

/** Every shipped plan and every example of a step, with what each does and its rollbacks. */
export const PLANS: readonly (readonly [string, readonly Effect[]])[] = [
  ...SHIPPED.map((file) => {
    const { graph } = shipped(file);
    const { files } = walk(graph, hostFor(file));
    return [file, effectsOf(graph, looked(hostFor(file), files))] as const;
  }),
  ...steps.flatMap((step) =>
    step.examples.map(({ title, params }) => {
      const { graph } = planned([JSON.stringify({ [step.kind]: params })]);
      return [`${step.kind}: ${title}`, effectsOf(graph, exampleState(step, params))] as const;
    }),
  ),
];

function effectsOf(graph: Graph, host: HostState): Effect[] {
  return walk(graph, host).phases.flatMap(({ node: { phase }, start, before, after }) => [
    ...phase.effects(before, start),
    ...rollback(phase, before, after, start),
  ]);
}

function rollback(
  phase: Phase,
  before: HostState,
  now: HostState,
  start: HostState,
): readonly Effect[] {
  try {
    return phase.undo(before, now, start);
  } catch (error) {
    if (error instanceof NoRollback) return [];
    throw error;
  }
}
