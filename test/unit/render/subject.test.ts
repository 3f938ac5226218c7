import { expect, test } from 'vitest';
import { OUTCOMES, type Outcome } from '../../../src/outcomes.ts';
import { renderSubject } from '../../../src/render/subject.ts';

test.each(Object.keys(OUTCOMES) as Outcome[])(
  'begins with the outcome in capitals: %s',
  (outcome) => {
    const word = OUTCOMES[outcome].word.toUpperCase();
    expect(renderSubject(outcome, { plan: 'move', domain: 'web1' })).toBe(
      `${word}: web1, plan move`,
    );
  },
);

test('names the file of a plan that could not be read', () => {
  expect(renderSubject('input-refused', { plan: 'plans/move.yaml' })).toBe(
    'REFUSED: plan plans/move.yaml',
  );
});

test('is one harmless line', () => {
  const subject = renderSubject('rolled-back', { plan: 'a\nb', domain: '\u001b[2J\u202e' });
  expect(subject).toBe('ROLLED BACK: \\x1b[2J\\u{202e}, plan a\\x0ab');
});
