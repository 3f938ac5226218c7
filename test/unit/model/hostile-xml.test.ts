/** Malicious or malformed XML. */
import { describe, expect, test } from 'vitest';
import { readDomainXml } from '../../../src/model/domain-xml.ts';

describe('hostile XML', () => {
  test('an external entity is not resolved', () => {
    const xml = `<!DOCTYPE domain [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain><name>&x;</name></domain>`;
    let name = '';
    try {
      name = readDomainXml(xml).name;
    } catch (error) {
      expect(String(error)).toMatch(/entity/i);
    }
    expect(name).not.toContain('root:');
  });

  test('entities that double are not expanded', () => {
    const entities = Array.from(
      { length: 30 },
      (_, at) => `<!ENTITY e${at + 1} "&e${at};&e${at};">`,
    );
    const xml = `<!DOCTYPE domain [<!ENTITY e0 "lol">${entities.join('')}]><domain><name>&e30;</name></domain>`;
    // Expanded it would have 3 GB, and the test would time out.
    expect(() => readDomainXml(xml)).toThrow(/entity/i);
  });

  test.each([
    ['another root element', '<domains/>'],
    ['text that is not XML', 'error: no such domain'],
    ['an empty text', ''],
    ['truncated XML', '<domain><devices>'],
  ])('%s is refused', (_title, xml) => {
    expect(() => readDomainXml(xml)).toThrow();
  });
});
