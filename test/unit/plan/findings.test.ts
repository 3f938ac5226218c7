import { expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import { errorFinding, Findings } from '../../../src/plan/findings.ts';

test('a document is never accepted while a value or a key is marked as faulty without an error', () => {
  for (const part of ['value', 'key'] as const) {
    const findings = new Findings();
    findings.condemn(['steps', 0], part);
    expect(() => findings.refuse()).toThrow('["steps",0] is marked as faulty without an error');
  }
});

test('a document with an error is refused for it, and one without is accepted', () => {
  const findings = new Findings();
  expect(() => findings.refuse()).not.toThrow();
  findings.condemn(['name']);
  findings.add(errorFinding(codes.forbiddenCharacter, 'the plan has an error'));
  expect(() => findings.refuse()).toThrow('the plan has an error');
});
