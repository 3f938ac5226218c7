/** The layers that a definition names after a pull, where it and the running guest have different ones. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { definedChain } from '../../../src/model/defined-chain.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';
import { hostAfter, overlay, ready, virsh } from './host-after.ts';

const pulled = (...more: string[]): readonly Effect[] => [
  virsh('blockpull', '--domain', 'testvm', '--path', 'vda', ...more),
  { ...ready('vda'), until: 'ended' } as Effect,
];

/** The definition that names these layers below the guest's source. */
function defined(...layers: readonly string[]): Effect {
  const { definition = '' } = hostAfter().state.domain;
  const below = layers.reduceRight(
    (inner, file) =>
      `<backingStore type='file'><format type='qcow2'/><source file='${file}'/>${inner}</backingStore>`,
    '',
  );
  const content = definition.replace("<target dev='vda'", `${below}$&`);
  return virsh('define', '--file', { file: 'x', content });
}

function named(...effects: readonly Effect[]): string[] {
  const { definition = '' } = hostAfter(...effects).state.domain;
  return definedChain(definition, 'vda').layers.map(({ file }) => file);
}

test('a pull of all layers keeps none that only the definition has', () => {
  const stale = [...pulled(), defined(SNAP1), overlay('/new/a')];
  expect(named(...stale)).toEqual(['/new/a', SNAP2, SNAP1]);
  expect(named(...stale, ...pulled())).toEqual(['/new/a']);
});

test('a pull of no layers keeps the layers below if the definition names the base', () => {
  const pull = pulled('--base', SNAP1);
  expect(named(defined(SNAP1), ...pull)).toEqual([SNAP2, SNAP1]);
  expect(named(defined(SNAP1, BASE), ...pull)).toEqual([SNAP2, SNAP1, BASE]);
  expect(named(defined(BASE), ...pull)).toEqual([SNAP2]);
});
