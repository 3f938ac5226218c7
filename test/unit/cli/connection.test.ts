/** Which libvirt a command connects to, and names in the commands that it prints. */
import { afterEach, expect, test, vi } from 'vitest';
import { chosenConnection, namedLibvirt } from '../../../src/cli/connection.ts';

afterEach(() => vi.unstubAllEnvs());

const VARIABLE = 'LIBVIRT_DEFAULT_URI';

test.each([
  ['what was typed', 'test:///default', 'qemu:///session', { uri: 'test:///default' }],
  ['the variable', undefined, 'qemu:///session', { uri: 'qemu:///session', variable: VARIABLE }],
  ['neither, for an empty variable', undefined, '', {}],
])('it is chosen by %s', (_title, typed, variable, chosen) => {
  vi.stubEnv(VARIABLE, variable);
  expect(chosenConnection(typed)).toEqual(chosen);
  const { uri } = chosenConnection(typed);
  expect(namedLibvirt(typed)).toEqual(uri === undefined ? {} : { connect: uri });
});
