import { expect, test } from 'vitest';
import { isYes } from '../../../src/cli/question.ts';

test.each(['y', 'Y', 'yes', 'YES', 'Yes', ' yes ', 'y\r'])('%j confirms', (answer) => {
  expect(isYes(answer)).toBe(true);
});

test.each(['', ' ', 'n', 'no', 'ye', 'yess', 'y y', 'yes!', 'j', 'true', '1', 'yn'])(
  '%j does not confirm',
  (answer) => {
    expect(isYes(answer)).toBe(false);
  },
);
