/**
 * Imagines that effects succeed, although something may be in their way. Preflight has told of the obstacle; what lies
 * behind it is worth telling in the same breath, so the walk goes on as if the obstacle were away.
 */
import type { PhaseNode } from '../graph/graph.ts';
import { EffectFailed } from '../model/driver.ts';
import type { ConvertEffect, Effect, VirshEffect } from '../model/effect.ts';
import { diskOf, type World } from '../model/world.ts';
import { nameIn } from './file-names.ts';
import { apply } from './host.ts';
import {
  hostOf,
  onDomain,
  type SimulatedHost,
  withFileMoved,
  withImage,
  withNewImage,
  withoutFile,
} from './host-state.ts';
import { withoutJobOn } from './virsh-block.ts';
import { one, readCommand, readSpec } from './virsh-words.ts';

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
      return unobstructedCommand(host, effect);
    case 'qemu-img':
      return unobstructedCopy(host, effect);
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

function unobstructedCommand(host: SimulatedHost, effect: VirshEffect): SimulatedHost {
  const { verb, options } = readCommand(effect.argv);
  const reuse = options.has('reuse-external') || options.has('blockdev');
  const at = (file: string) =>
    reuse ? withFileThere(host, file) : withoutFile(host, nameIn(host, file));
  switch (verb) {
    case 'blockcopy': {
      const target = one(options, 'path');
      const free = withoutJobOn(at(one(options, 'dest')), target);
      const source = diskOf(host.world, target)?.chain[0]?.format;
      // A raw copy cannot share a chain; whole, it can be imagined.
      const raw = (options.get('format')?.[0] ?? source) === 'raw' && !reuse;
      const argv = effect.argv.filter((word) => !raw || word !== '--shallow');
      return apply(free, { ...effect, argv });
    }
    case 'blockcommit': {
      const argv = effect.argv.filter((word) => word !== '--keep-relative');
      return apply(withoutJobOn(host, one(options, 'path')), { ...effect, argv });
    }
    case 'snapshot-create-as': {
      const { disks, agent, snapshots, state } = host.world.domain;
      const name = one(options, 'name');
      const specs = (options.get('diskspec') ?? []).map(readSpec);
      const taken = specs.filter(({ external }) => external && !reuse);
      const cleared = taken.reduce((each, { file }) => withoutFile(each, nameIn(each, file)), host);
      const free = disks.reduce((each, { target }) => withoutJobOn(each, target), cleared);
      const ready = onDomain(free, {
        agent: true,
        state: state === 'paused' ? 'running' : state,
        snapshots: snapshots.filter((each) => each !== name),
      });
      return onDomain(apply(ready, effect), { agent, state });
    }
    case 'undefine': {
      const { nvram, tpm, managedSave } = host.world.domain;
      const free = onDomain(host, { nvram: false, tpm: false, managedSave: false });
      return onDomain(apply(free, effect), { nvram, tpm, managedSave });
    }
    default:
      return host;
  }
}

/** A file that suits: one that exists has the right size, as far as anybody can tell. */
function withFileThere(host: SimulatedHost, file: string): SimulatedHost {
  const name = nameIn(host, file);
  const found = host.world.files[name];
  if (!found) return withNewImage(host, name, { size: 0 });
  const { place: _unsuitable, ...known } = found;
  return withImage(host, name, known);
}

/** A copy of an image that is there and quiet, into a file that is not there yet. */
function unobstructedCopy(host: SimulatedHost, effect: ConvertEffect): SimulatedHost {
  const { state } = host.world.domain;
  const there = withFileThere(host, effect.argv.at(-2) ?? '');
  const free = effect.into === 'existing' ? there : withoutFile(there, nameIn(there, effect.dest));
  const copied = apply({ ...onDomain(free, { state: 'shut off' }), held: [] }, effect);
  return { ...onDomain(copied, { state }), held: host.held };
}
