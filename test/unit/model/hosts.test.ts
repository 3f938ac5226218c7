/** The hosts of a run by name, and the key of a domain among them. */
import { describe, expect, test } from 'vitest';
import { domainKey, eachHost, LOCAL, ofHost, onLocal, withHost } from '../../../src/model/hosts.ts';

const UUID = 'c7a5fdbd-edaf-9455-926a-d65c16db1809';

describe('the hosts of a run', () => {
  test('are identified by their names', () => {
    const two = withHost(onLocal(1), 'spare', 2);
    expect([ofHost(two, LOCAL), ofHost(two, 'spare')]).toEqual([1, 2]);
    expect(eachHost(two, (value, name) => `${name} ${value}`)).toEqual({
      local: 'local 1',
      spare: 'spare 2',
    });
    expect(ofHost(withHost(two, LOCAL, 3), 'spare')).toBe(2);
  });

  test.each(['spare', 'toString'])('that do not exist are a bug: %s', (name) => {
    expect(() => ofHost(onLocal(1), name)).toThrow(`the run has no host ${name}`);
  });
});

test('the key of a domain on the local host is its bare UUID, as in older versions', () => {
  expect(domainKey(LOCAL, UUID)).toBe(UUID);
  expect(domainKey('spare', UUID)).not.toBe(UUID);
});
