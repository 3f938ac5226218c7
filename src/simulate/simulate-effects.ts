/**
 * Simulates effects as successful, even if preflight has found an obstacle: the walk continues as if the obstacle were
 * removed, so that all errors are reported at once.
 */
import { commandDefinition, type Effect } from '../commands/effect.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { nameIn } from '../host/file-names.ts';
import { withFileMoved, withoutFile } from '../host/image-files.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostState } from '../model/host-state.ts';
import { apply } from './host.ts';

/** The host after the effects, each simulated as successful; one that fails even without its obstacles changes nothing. */
export function assumeSuccess(host: SimulatedHost, effects: readonly Effect[]): SimulatedHost {
  return effects.reduce(assumeOne, host);
}

/** The host state after that phase, as far as it follows from the host state in which its step began. */
export function simulatePhase(node: PhaseNode, start: HostState): HostState {
  return simulateEffects(node, start).at(-1) ?? start;
}

/** The host states when that phase begins and after each of its effects, derived from the one in which its step began. */
export function simulateEffects(node: PhaseNode, start: HostState): readonly HostState[] {
  // Each of a proof's many cases needs the same few.
  const known = simulated.get(start) ?? new Map<PhaseNode, readonly HostState[]>();
  simulated.set(start, known);
  const states = known.get(node) ?? statesOf(node, start);
  known.set(node, states);
  return states;
}

const simulated = new WeakMap<HostState, Map<PhaseNode, readonly HostState[]>>();

function statesOf({ planned, phase }: PhaseNode, start: HostState): HostState[] {
  let host = simulatedHostOf(start);
  for (const each of planned.step.phases(planned.params)) {
    const effects = each.effects(host.state, start);
    if (each.name !== phase.name) {
      host = assumeSuccess(host, effects);
      continue;
    }
    const states = [host.state];
    for (const effect of effects) {
      host = assumeOne(host, effect);
      states.push(host.state);
    }
    return states;
  }
  throw new Error(`${planned.id} has no phase ${phase.name}`);
}

function assumeOne(host: SimulatedHost, asked: Effect): SimulatedHost {
  const effect = unconditional(asked);
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

/** The same effect where nothing has changed meanwhile. */
function unconditional(effect: Effect): Effect {
  if (effect.tool !== 'virsh') return effect;
  const { over: _met, ...rest } = effect;
  return rest;
}

/** The host after the effect, with all obstacles removed that preflight checks for. */
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
    case 'draft-backup':
      return apply(withoutFile(host, nameIn(host, effect.draft)), effect);
    case 'publish-backup':
      return apply(withoutFile(host, nameIn(host, effect.to)), effect);
    default:
      return host;
  }
}
