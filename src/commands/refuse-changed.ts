/** The last check before a definition is replaced: an operator may have changed it, or started the guest, at any time. */
import { isSameBesideLayers, withLayersOf } from '../model/definition-layers.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { fileAt } from '../model/file-identity.ts';
import { type HostState, isUp } from '../model/host-state.ts';
import type { Former, VirshEffect } from './effect.ts';

/**
 * Refuses to replace a definition, or to do so under a guest, that is not as the effect expects.
 * @param state as it was just observed
 * @throws EffectFailed, not begun
 */
export function refuseChanged(effect: VirshEffect, state: HostState): void {
  const { over } = effect;
  if (over === undefined) return;
  const { name, definition, autostart, state: is, managedSave } = state.domain;
  const given = effect.verb === 'define' ? effect.args.file.content : undefined;
  const stays = 'so its definition is left alone';
  const wasGiven = definition !== undefined && definition === given;
  if (!wasGiven && !isFormer(over, definition))
    throw unsent(`the definition of "${name}" was changed meanwhile, ${stays}`);
  if (over.autostart !== undefined && autostart !== over.autostart)
    throw unsent(
      `autostart of "${name}" was turned ${autostart ? 'on' : 'off'} meanwhile, ${stays}`,
    );
  if (over.up && !isUp(state)) throw unsent(`"${name}" is ${is}, ${stays}`);
  if (over.off && is !== 'shut off') throw unsent(`"${name}" is ${is}, ${stays}`);
  if (over.off && managedSave) throw unsent(`"${name}" has a managed save image now, ${stays}`);
  const strange = over.made?.find((file) => !fileAt(state, file)?.made);
  if (strange !== undefined)
    throw unsent(`${strange} is not the file that this run created, ${stays}`);
}

/**
 * A `define` that keeps what was edited, for the definition as it is now: it replaces the layers of its disks in that one. Any
 * other effect stays the same.
 * @param state as it was just observed
 */
export function withEditsKept(effect: VirshEffect, state: HostState): VirshEffect {
  const { over } = effect;
  const { definition } = state.domain;
  if (effect.verb !== 'define' || !over?.keepsEdits || definition === undefined) return effect;
  const { file } = effect.args;
  const content = withLayersOf(definition, file.content, over.layersOf ?? []);
  return { ...effect, args: { file: { ...file, content } }, over: { ...over, definition } };
}

function isFormer(
  { definition: former, layersOf = [], transient }: Former,
  definition: string | undefined,
): boolean {
  return definition === undefined
    ? transient === true
    : isSameBesideLayers(definition, former, layersOf);
}

function unsent(why: string): EffectFailed {
  return new EffectFailed(why, { begun: false });
}
