/** A definition is replaced or removed only if it is the one that was observed, as it is right before the command is sent. */
import { expect, test } from 'vitest';
import type { Former } from '../../../src/commands/effect.ts';
import { refuseChanged, withEditsKept } from '../../../src/commands/refuse-changed.ts';
import { type Domain, withDomain } from '../../../src/model/host-state.ts';
import { virshEffect } from '../../effects.ts';
import { DATA, SNAP2, world } from '../../worlds.ts';

const state = world();
const definition = state.domain.definition!;
const given = definition.replace(SNAP2, '/new/copy');
const none = { definition: undefined, persistent: false } as unknown as Partial<Domain>;
const moved = definition.replace(`${SNAP2}'/>`, "/new/copy'/><backingStore/>");
const CHANGED = 'the definition of "testvm" was changed meanwhile, so its definition is left alone';
const layers = { definition, layersOf: ['vda'] };

/** Why a `define` is refused, or an `undefine`; undefined if it is sent. */
function refusal(over: Former, now: Partial<Domain>, verb = 'define'): string | undefined {
  const file = { file: 'define.xml', content: given };
  const words = verb === 'define' ? ['--file', file] : ['--domain', 'testvm'];
  const effect = virshEffect([verb, ...words], { over });
  try {
    refuseChanged(effect, withDomain(state, now));
  } catch (error) {
    expect(error).toMatchObject({ begun: false });
    return (error as Error).message;
  }
  return undefined;
}

test.each<readonly [string, Former, Partial<Domain>, string | undefined]>([
  ['the former one', { definition }, {}, undefined],
  ['the given one', { definition }, { definition: given }, undefined],
  ['another one', { definition }, { definition: moved }, CHANGED],
  [
    'one with the layers of that disk as libvirt left them',
    layers,
    { definition: moved },
    undefined,
  ],
  [
    'one that was edited beside these layers',
    layers,
    { definition: moved.replace('1048576', '2097152') },
    CHANGED,
  ],
  [
    'one that was edited in that disk',
    layers,
    { definition: moved.replace("discard='unmap'", "discard='ignore'") },
    CHANGED,
  ],
  ['one with another disk moved', layers, { definition: moved.replace(DATA, '/x') }, CHANGED],
  ['none', { definition }, none, CHANGED],
  ['none, which is accepted', { definition, transient: true }, none, undefined],
  ['that of a guest that is up', { definition, up: true }, { state: 'paused' }, undefined],
  [
    'that of a guest that has stopped',
    { definition, up: true },
    { state: 'shut off' },
    '"testvm" is shut off, so its definition is left alone',
  ],
  ['that of a domain marked as before', { definition, autostart: true }, {}, undefined],
  [
    'that of a domain whose mark was removed',
    { definition, autostart: true },
    { autostart: false },
    'autostart of "testvm" was turned off meanwhile, so its definition is left alone',
  ],
  [
    'that of a domain that was marked',
    { definition, autostart: false },
    { autostart: true },
    'autostart of "testvm" was turned on meanwhile, so its definition is left alone',
  ],
])('over %s', (_title, over, now, why) => {
  expect(refusal(over, now)).toBe(why);
  if (now.definition !== given) expect(refusal(over, now, 'undefine')).toBe(why);
});

test('an undefine has nothing of its own to accept', () => {
  expect(refusal({ definition }, none, 'undefine')).toBe(CHANGED);
});

test.each<readonly [string, string, string]>([
  ['the one that was observed', definition, given],
  ['the one that libvirt has moved along', moved, given],
  ['the one that was sent before', given, given],
  [
    'one that was edited beside these layers',
    moved.replace('1048576', '2097152'),
    given.replace('1048576', '2097152'),
  ],
  [
    'one that was edited in that disk',
    moved.replace("discard='unmap'", "discard='ignore'"),
    given.replace("discard='unmap'", "discard='ignore'"),
  ],
  ['one with another disk moved', moved.replace(DATA, '/x'), given.replace(DATA, '/x')],
])('a definition that keeps edits is given over %s', (_title, is, sent) => {
  const over = { ...layers, keepsEdits: true } as const;
  const file = { file: 'define.xml', content: given };
  const now = withDomain(state, { definition: is });
  const effect = withEditsKept(virshEffect(['define', '--file', file], { over }), now);
  expect(effect.args).toEqual({ file: { file: 'define.xml', content: sent } });
  expect(() => refuseChanged(effect, now)).not.toThrow();
  // It is edited once more before it is sent.
  const again = withDomain(state, { definition: is.replace('<vcpu', '<!-- again --><vcpu') });
  expect(() => refuseChanged(effect, again)).toThrow(CHANGED);
});

test('no other command is changed by edits, nor one for a domain without a definition', () => {
  const over = { ...layers, keepsEdits: true } as const;
  const file = { file: 'define.xml', content: given };
  const define = virshEffect(['define', '--file', file], { over });
  expect(withEditsKept(define, withDomain(state, none))).toBe(define);
  const strict = virshEffect(['define', '--file', file], { over: layers });
  expect(withEditsKept(strict, state)).toBe(strict);
  const undefine = virshEffect(['undefine', '--domain', 'testvm'], { over });
  expect(withEditsKept(undefine, state)).toBe(undefine);
});
