/** Runs with a fault at a chosen command. */
import type { PerformContext } from '../src/commands/driver.ts';
import type { Effect } from '../src/commands/effect.ts';
import { commandText } from '../src/commands/effect-text.ts';
import { BlockplanError } from '../src/errors.ts';
import type { HostState } from '../src/model/host-state.ts';
import { Runs } from './killed-runs.ts';
import { hostForPlans } from './plans.ts';
import { disk } from './worlds.ts';

/** The connection to libvirt is lost. */
export const lost = () =>
  new BlockplanError('uncertain', [
    { code: 'BP198', severity: 'error', message: 'libvirt is away.' },
  ]);

/** A run with that fault instead of an effect, or before it. */
export function runWith(happens: (effect: Effect, runs: Runs) => Error | 'idle' | undefined): Runs {
  const runs = new Runs(hostForPlans());
  const { driver } = runs;
  const perform = driver.perform.bind(driver);
  driver.perform = async (effect, context) => {
    const what = happens(effect, runs);
    if (what !== undefined) driver.asked.push(effect);
    if (what === 'idle') return;
    if (what) throw what;
    await perform(effect, context);
  };
  driver.reconnect = async () => true;
  return runs;
}

/** The host state with one more layer on vda. */
export function onTop(state: HostState, file: string): HostState {
  const [first, ...rest] = state.domain.disks;
  const [layer] = disk('vda', [file]).chain;
  const disks = [{ ...first!, chain: [layer!, ...first!.chain] }, ...rest];
  return { ...state, domain: { ...state.domain, disks } };
}

export const is = (words: string) => (effect: Effect) => commandText(effect).includes(words);

/** The effects that a run requested, as commands. */
export const commands = (runs: Runs) => runs.driver.asked.map(commandText);

/** The answers to an effect with these words, the first times that it is requested. */
export function times(words: string, most: number, what: () => Error | 'idle') {
  let left = most;
  return (effect: Effect) => (is(words)(effect) && left-- > 0 ? what() : undefined);
}

/** A run in which something happens while it waits for its copy. */
export function waiting(
  while_: (context: PerformContext, effect: Effect) => void | Promise<void>,
): Runs {
  const runs = new Runs(hostForPlans());
  const perform = runs.driver.perform.bind(runs.driver);
  runs.driver.perform = async (effect, context) => {
    if (effect.tool === 'await-job') await while_(context, effect);
    await perform(effect, context);
  };
  return runs;
}
