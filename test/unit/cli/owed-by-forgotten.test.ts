import { expect, test } from 'vitest';
import { owedByForgotten } from '../../../src/cli/owed-by-forgotten.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { back, before, definition, kept } from '../../lost-definitions.ts';

const found = { kept, file: '/state/runs/r/bundle.json', proven: true };
const owedIn = (now: HostState, owes: Parameters<typeof owedByForgotten>[0]) =>
  owedByForgotten(owes, '/state/runs/r', found, { initial: before, now });
const all = { holdsDefinition: true, owesAutostart: true } as const;

test('autostart is owed as long as it is off', () => {
  expect(owedIn(withDomain(back, { autostart: false }), all)).toEqual({
    state: ['the run disabled autostart, and nothing has enabled it again'],
    commands: ['virsh autostart testvm'],
  });
  expect(owedIn(back, all)).toEqual({ state: [], commands: [] });
  expect(owedIn(withDomain(back, { autostart: false }), { holdsDefinition: true }).state).toEqual(
    [],
  );
});

test('a definition that libvirt derived from the saved one is no copy of it', () => {
  const noted = definition.replace(/(<source file=[^>]*\/>)/, '$1\n      <backingStore/>');
  expect(noted).not.toBe(definition);
  const derived = withDomain(back, { definition: noted });
  expect(owedIn(derived, all)).toEqual({
    state: [
      'libvirt has derived the definition of "testvm" from the one that the run saved; the original is in /state/runs/r/bundle.json',
    ],
    commands: ['blockplan rescue /state/runs/r'],
  });
  expect(owedIn(derived, { ...all, holdsDefinition: false }).state).toEqual([]);
  const own = definition.replace('<vcpu', '<title>New</title><vcpu');
  expect(owedIn(withDomain(back, { definition: own }), all).state).toEqual([]);
});
