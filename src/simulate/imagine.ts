/**
 * Imagines that effects succeed, although something may be in their way. Preflight has told of the obstacle; what lies
 * behind it is worth telling in the same breath, so the walk goes on as if the obstacle were away.
 */
import { commandDefinition, type Effect } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { nameIn } from '../host/file-names.ts';
import { hostOf, type SimulatedHost, withFileMoved, withoutFile } from '../host/host-state.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { World } from '../model/world.ts';
import { apply } from './host.ts';

/** The host after the effects, each of which is imagined to succeed; one that even so cannot changes nothing. */
export function imagine(host: SimulatedHost, effects: readonly Effect[]): SimulatedHost {
  return effects.reduce(imagineOne, host);
}

/** The World after that phase, as far as the World when its step began tells of it. */
export function simulatePhase(node: PhaseNode, start: World): World {
  return simulateEffects(node, start).at(-1) ?? start;
}

/** The World when that phase begins, and after each of its effects, as far as the World when its step began tells. */
export function simulateEffects(node: PhaseNode, start: World): readonly World[] {
  // The same few are asked for in each of a proof's many cases.
  const known = imagined.get(start) ?? new Map<PhaseNode, readonly World[]>();
  imagined.set(start, known);
  const worlds = known.get(node) ?? worldsOf(node, start);
  known.set(node, worlds);
  return worlds;
}

const imagined = new WeakMap<World, Map<PhaseNode, readonly World[]>>();

function worldsOf({ planned, phase }: PhaseNode, start: World): World[] {
  let host = hostOf(start);
  for (const each of planned.step.phases(planned.params)) {
    const effects = each.effects(host.world, start);
    if (each.name !== phase.name) {
      host = imagine(host, effects);
      continue;
    }
    const worlds = [host.world];
    for (const effect of effects) {
      host = imagineOne(host, effect);
      worlds.push(host.world);
    }
    return worlds;
  }
  throw new Error(`${planned.id} has no phase ${phase.name}`);
}

function imagineOne(host: SimulatedHost, effect: Effect): SimulatedHost {
  try {
    return apply(host, effect);
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    if (!error.begun) return host;
  }
  try {
    return unobstructed(host, effect);
  } catch (error) {
    if (error instanceof EffectFailed) return host;
    throw error;
  }
}

/** The same effect with everything away that preflight knows to be an obstacle to it. */
function unobstructed(host: SimulatedHost, effect: Effect): SimulatedHost {
  switch (effect.tool) {
    case 'virsh':
    case 'qemu-img':
      return commandDefinition(effect).unobstructed?.(host, effect.args) ?? host;
    case 'make-file':
      return apply(withoutFile(host, nameIn(host, effect.file)), effect);
    case 'remove-file':
      return withoutFile(host, nameIn(host, effect.file));
    case 'move-file':
      return withFileMoved(
        withoutFile(host, nameIn(host, effect.to)),
        nameIn(host, effect.file),
        nameIn(host, effect.to),
      );
    default:
      return host;
  }
}
