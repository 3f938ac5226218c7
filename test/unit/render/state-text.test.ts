/** Names of states and phases, as people read them. */
import { expect, test } from 'vitest';
import { phaseText, stateText } from '../../../src/render/state-text.ts';

test.each([
  ['mirror:pivot', 'mirror/pivot'],
  ['undo:mirror:pivot', 'undo mirror/pivot'],
  ['undo:pivot', 'undo/pivot'],
  ['undo:undo:pivot', 'undo undo/pivot'],
  ['rolled-back', 'rolled back'],
  ['stranded', 'stranded'],
  ['before', 'before'],
])('%s: %s', (name, text) => {
  expect(stateText(name)).toBe(text);
});

test('a phase that is undone', () => {
  expect(phaseText({ step: 'mirror', phase: 'pivot' }, 'undo')).toBe('undo mirror/pivot');
});
