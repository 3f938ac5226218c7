import { expect, test } from 'vitest';
import { colorWanted, palette } from '../../../src/render/color.ts';

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ TERM: 'dumb' }, true, false],
  [{ TERM: 'xterm' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: 'false' }, true, false],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
])('%j on a terminal: %s gives %s', (env, isTTY, wanted) => {
  expect(colorWanted(env, isTTY)).toBe(wanted);
});

test('a palette without colour does not change texts', () => {
  expect(palette(false).red('x')).toBe('x');
  expect(palette(true).red('x')).toBe('\u001b[31mx\u001b[39m');
  expect(palette(true).red('')).toBe('');
});
