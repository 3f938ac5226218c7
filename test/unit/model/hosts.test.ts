/** The hosts of a run by name, and what names a domain among theirs. */
import { describe, expect, test } from 'vitest';
import { domainKey, eachHost, LOCAL, ofHost, onLocal, withHost } from '../../../src/model/hosts.ts';

const UUID = 'c7a5fdbd-edaf-9455-926a-d65c16db1809';

describe('the hosts of a run', () => {
  test('are told apart by their names', () => {
    const two = withHost(onLocal(1), 'spare', 2);
    expect([ofHost(two, LOCAL), ofHost(two, 'spare')]).toEqual([1, 2]);
    expect(eachHost(two, (value, name) => `${name} ${value}`)).toEqual({
      local: 'local 1',
      spare: 'spare 2',
    });
    expect(ofHost(withHost(two, LOCAL, 3), 'spare')).toBe(2);
  });

  test.each(['spare', 'toString'])('that it does not have are a bug: %s', (name) => {
    expect(() => ofHost(onLocal(1), name)).toThrow(`the run has no host ${name}`);
  });
});

test('a domain of the local host is locked by its bare UUID, as by older versions', () => {
  expect(domainKey(LOCAL, UUID)).toBe(UUID);
  expect(domainKey('spare', UUID)).not.toBe(UUID);
});
